"""CIFAR-10: 60,000 colour images of 32 px in 10 classes (Krizhevsky, 2009)."""

from chipbench.data.dataset_metadata import Entry

ENTRY = Entry(
    tfds_name="cifar10",
    host="https://www.cs.toronto.edu",
    validation_split="test",
    train_examples=50_000,
    validation_examples=10_000,
    encoding="png",
    size_px=32,
    record_bytes=2_314,  # 132.40 MiB of 60,000
    generated_bytes=2_559,
    generated_accuracy=0.97,
)
