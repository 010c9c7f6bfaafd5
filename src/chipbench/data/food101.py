"""Food101: 101,000 photographs of up to 512 px in 101 classes (Bossard et al., 2014)."""

from chipbench.data.catalog import Entry

ENTRY = Entry(
    tfds_name="food101",
    host="http://data.vision.ee.ethz.ch",
    validation_split="validation",
    train_examples=75_750,
    validation_examples=25_250,
    encoding="jpeg",
    size_px=512,
    image_bytes=48_000,
)
