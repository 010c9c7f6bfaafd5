"""EfficientNetB0 feature extraction, as the article's experiment 4 builds it."""

import keras
from keras import layers

from chipbench.models.backbone import backbone


def build(classes: int, image_size: int, weights: str | None) -> keras.Model:
    """Images [batch, image_size, image_size, 3], 0 to 255 → probabilities [batch, classes].

    The backbone is frozen and runs in inference mode, so its batch statistics stay ImageNet's.
    4,178,952 parameters at 101 classes, of which 129,381 train.
    """
    base = backbone(keras.applications.EfficientNetB0, image_size, weights)
    base.trainable = False
    images = layers.Input((image_size, image_size, 3), name="images")
    features = layers.GlobalAveragePooling2D(name="features")(base(images, training=False))
    # float32 whatever the precision: a softmax in half precision loses small probabilities.
    outputs = layers.Dense(classes, activation="softmax", dtype="float32")(features)
    return keras.Model(images, outputs, name="efficientnet_b0")
