from dataclasses import replace

import pytest

from chipbench.data.cifar10 import ENTRY
from chipbench.data.tfds_features import features_of
from chipbench.ground.errors import ConfigurationError


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("fashion_mnst", "TFDS has no such data set (nearest: fashion_mnist); see the ENTRY"),
        ("zzzzzzzzzzzz", "TFDS has no such data set; see the ENTRY"),
        ("imdb_reviews", "its examples have no image; a training needs labelled images"),
    ],
)
def test_a_name_that_serves_no_training_is_refused_in_one_line(name: str, said: str) -> None:
    with pytest.raises(ConfigurationError) as refusal:
        features_of(replace(ENTRY, tfds_name=name))
    message = str(refusal.value)
    assert message.startswith(f"tfds_name={name}: ") and said in message
    assert "\n" not in message and len(message) < 250, "no list of all there are"
