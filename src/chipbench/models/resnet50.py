"""ResNet50 trained from scratch, the model of the published batch-size sweeps."""

import keras
from keras import layers

from chipbench.models.backbone import backbone


def build(classes: int, image_size: int, weights: str | None) -> keras.Model:
    """Images [batch, image_size, image_size, 3] → probabilities [batch, classes]."""
    base = backbone(keras.applications.ResNet50, image_size, weights)
    features = layers.GlobalAveragePooling2D(name="features")(base.output)
    # float32 whatever the precision: a softmax in half precision loses small probabilities.
    outputs = layers.Dense(classes, activation="softmax", dtype="float32")(features)
    return keras.Model(base.input, outputs, name="resnet50")
