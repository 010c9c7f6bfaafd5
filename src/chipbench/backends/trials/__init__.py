"""Programs that try the device out in a process of their own, before or after what is measured."""
