"""A stand-in for a training: 200 records in about 10 seconds through the real recorder.

Run as `short_training.py FOLDER STORE_URI [PAUSE_S]`; fifty of these fit on two cores.
"""

import sys
import time
from pathlib import Path

from chipbench.tracking.recorder import Recorder
from chipbench.tracking.store import Store

EPOCHS = 200


def main() -> None:
    folder, uri = Path(sys.argv[1]), sys.argv[2]
    pause_s = float(sys.argv[3]) if len(sys.argv) > 3 else 0.05
    store = Store(uri, folder.parent, delivery_interval_s=1.0, drain_timeout_s=300.0)
    recorder = Recorder(folder, store, name=folder.name, experiment="faults")
    recorder.params({"epochs": EPOCHS})
    for epoch in range(1, EPOCHS + 1):
        recorder.metrics({"loss": 1 / epoch, "accuracy": 0.1 + 0.2 / epoch}, epoch)
        time.sleep(pause_s)
    (folder / "result.json").write_text("{}")
    recorder.artifact(folder / "result.json")
    recorder.tags({"status": "completed"})
    recorder.end("FINISHED")
    print("complete" if recorder.drain().complete else "waiting")


if __name__ == "__main__":
    main()
