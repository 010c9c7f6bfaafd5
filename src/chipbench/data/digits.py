"""The 1,797 handwritten digits that ship inside scikit-learn: real data that needs no network."""

from chipbench.data.dataset import Arrays, DataSet
from chipbench.data.resizing import resize

_VALIDATION_SHARE = 0.2
_SPLIT_SEED = 0


def load(image_size: int) -> DataSet:
    """The digits, enlarged from 8 px to `image_size`, in grey.

    One fixed split, stratified by class: 1,437 training and 360 validation images.
    """
    from sklearn.datasets import load_digits
    from sklearn.model_selection import train_test_split

    digits = load_digits()
    grey = (digits.images[..., None] * (255 / 16)).astype("uint8")
    images = resize(grey, image_size, image_size).round().astype("uint8")
    labels = digits.target.astype("int64")
    train, validation, train_labels, validation_labels = train_test_split(
        images, labels, test_size=_VALIDATION_SHARE, random_state=_SPLIT_SEED, stratify=labels
    )
    return DataSet(
        name="digits",
        source="bundled",
        class_names=tuple(str(name) for name in digits.target_names),
        train=Arrays(train, train_labels),
        validation=Arrays(validation, validation_labels),
        train_examples=len(train),
        validation_examples=len(validation),
    )
