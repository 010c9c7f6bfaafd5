import pytest

from chipbench.config.check import leaves
from chipbench.config.compose import compose_config
from chipbench.config.options import options
from chipbench.config.spelling_suggestion import hint, key_hint

KEYS = tuple(leaves(compose_config("train", ["output_dir=none"])))


@pytest.mark.parametrize("key", [key for key in KEYS if len(key.rpartition(".")[2]) > 3])
def test_a_letter_that_is_missing_twice_or_wrong_leads_to_the_key(key: str) -> None:
    middle = len(key) - len(key.rpartition(".")[2]) // 2
    for wrong in ("", 2 * key[middle], "-"):
        mistyped = key[:middle] + wrong + key[middle + 1 :]
        assert key_hint(mistyped, KEYS) == f" (nearest: {key})"


def test_a_key_of_another_section_is_found_by_its_last_part() -> None:
    assert key_hint("learning_rate", KEYS) == " (nearest: optimizer.learning_rate)"
    assert key_hint("dataset.batchsize", KEYS) == " (nearest: batch_size)"
    assert key_hint("optimiser.fallback", KEYS) == " (nearest: optimizer.fallback)"


def test_what_is_like_nothing_has_no_nearest() -> None:
    assert key_hint("xy", KEYS) == key_hint("dataset.foo", KEYS) == hint("x", ["tiny_vgg"]) == ""
    assert key_hint("createml.motor", [*KEYS, "createml.engine", "monitor"]) == "", "no section"


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("M1_max", "m1_max_mbp_14_2021"),
        ("m1pro", "m1_pro_mbp_14_2021"),
        ("float16", "mixed_float16"),
        ("CIFAR10", "cifar10"),
        ("TITAN", "titan_rtx_pc"),
    ],
)
def test_a_part_or_other_letters_lead_to_the_choice(word: str, meant: str) -> None:
    choices = [*options("machine"), *options("dataset"), "float32", "mixed_float16"]
    assert hint(word, choices) == f" (nearest: {meant})"


def test_initials_lead_to_the_key() -> None:
    assert key_hint("lr", KEYS) == " (nearest: optimizer.learning_rate)"
    assert key_hint("bs", KEYS) == " (nearest: batch_size)"
