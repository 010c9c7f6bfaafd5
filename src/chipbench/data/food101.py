"""Food101: 101,000 photographs of up to 512 px in 101 classes (Bossard et al., 2014)."""

from chipbench.data.dataset_metadata import Entry

ENTRY = Entry(
    tfds_name="food101",
    host="http://data.vision.ee.ethz.ch",
    validation_split="validation",
    train_examples=75_750,
    validation_examples=25_250,
    encoding="jpeg",
    size_px=512,
    record_bytes=50_700,  # 4.77 GiB of 101,000
    generated_bytes=50_000,
)
