"""CIFAR-100: 60,000 colour images of 32 px in 100 classes (Krizhevsky, 2009)."""

from dataclasses import replace

from chipbench.data import cifar10

ENTRY = replace(cifar10.ENTRY, tfds_name="cifar100")
