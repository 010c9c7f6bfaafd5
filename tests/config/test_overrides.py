import pytest
from hydra.core.override_parser.overrides_parser import OverridesParser
from hypothesis import given, settings
from hypothesis import strategies as st
from omegaconf import OmegaConf

from chipbench.config.literal_text import literal_override, literal_value
from chipbench.config.overrides import command_line, is_sweep
from chipbench.ground.errors import ConfigurationError


def read(argument: str) -> tuple[str, object]:
    override = OverridesParser.create().parse_override(argument)
    return override.key_or_group, override.value()


def test_mlflow_pairs_become_overrides() -> None:
    words = ["--model", "tiny_vgg", "--optimizer.learning_rate", "0.01", "--batch_size=64"]
    assert command_line(words).arguments == [
        "model=tiny_vgg",
        "optimizer.learning_rate=0.01",
        "batch_size=64",
    ]


def test_hydra_words_pass_unchanged() -> None:
    words = ["model=tiny_vgg", "+a=1", "~b"]
    assert command_line(words).arguments == words
    assert command_line(["-m", *words]).arguments == ["--multirun", *words]
    assert command_line(["-c", "job", *words]).arguments == ["--cfg", "job", *words]


def test_overrides_are_split_as_a_shell_would() -> None:
    assert command_line(["--overrides", "+a=1 ~b 'c=d e'"]).arguments == ["+a=1", "~b", "c=d e"]


def test_a_value_may_begin_with_dashes() -> None:
    assert command_line(["--tag", "--x"]).arguments == ["tag=--x"]


@pytest.mark.parametrize(
    "value",
    [
        "a b",
        "$(touch x)",
        "`id`",
        "a;b",
        "it's",
        '"',
        "x\\",
        "x\\'y",
        "\\\\",
        "üñï 漢字",
        "a=b",
        "\t",
    ],
)
def test_text_survives_hydras_grammar(value: str) -> None:
    (argument,) = command_line(["--note", value]).arguments
    assert read(argument) == ("note", value)


@settings(deadline=None)  # other tests share the processor
@given(
    key=st.from_regex(r"[a-z][a-z_]{0,8}(\.[a-z_]{1,5})?", fullmatch=True),
    value=st.text(min_size=1),
)
def test_any_text_round_trips_or_keeps_its_meaning(key: str, value: str) -> None:
    try:
        (argument,) = command_line([f"--{key}", value]).arguments
    except ConfigurationError:
        return
    if is_sweep(argument):
        return
    read_key, read_value = read(argument)
    assert read_key == key
    if isinstance(read_value, str) and value[0] not in "'\"":
        assert read_value == value


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--batch_size"], "--batch_size needs a value"),
        (["--overrides", "a='b"], "cannot be split"),
        (["--overrides", "a b"], "write key=value"),
        (["nonsense"], "write key=value"),
        (["a b=3"], "write key=value"),
    ],
)
def test_malformed_words_are_refused_in_one_line(words: list[str], message: str) -> None:
    with pytest.raises(ConfigurationError, match=message) as caught:
        command_line(words)
    assert "\n" not in str(caught.value)


def test_sweeps_are_recognised() -> None:
    assert is_sweep("batch_size=16,32")
    assert is_sweep("seed=range(1,4)")
    assert not is_sweep("sizes=[16,32]")
    assert not is_sweep("note='16,32'")


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["--json"], ["json=true"]),
        (["--json", "journals=x"], ["json=true", "journals=x"]),
        (["--json", "--journals", "x"], ["json=true", "journals=x"]),
        (["--json", "false"], ["json=false"]),
        (["--json=true"], ["json=true"]),
    ],
)
def test_a_switch_may_stand_alone(words: list[str], expected: list[str]) -> None:
    assert command_line(words).arguments == expected


def test_mlflows_own_form_of_a_parameter_is_read() -> None:
    words = ["-P", "batch_size=64", "-P", "overrides=+a=1 ~b"]
    assert command_line(words).arguments == ["batch_size=64", "+a=1", "~b"]


#: Names that folders have, and that mean something else to Hydra, to OmegaConf or to a shell.
ODD_NAMES = [
    "it's a blank",
    'say "x"',
    "a,b",
    "a=b",
    "${oc.env:HOME}",
    "\\${x}",
    "\\\\${x",
    "$x",
    "[a]",
    "{a: b}",
    "range(1,3)",
    "choice(a)",
    "null",
    "007",
    "1e5",
    "true",
    "???",
    "a\\",
    "#x",
    " x ",
    "50%",
    "?a=b",
    "~",
    "-x",
    "x:y",
    "é漢",
    "a\tb",
]


def meant(text: str) -> str:
    """What a run reads of a key that was given this text."""
    override = literal_override("note", text)
    (again,) = command_line([override]).overrides  # as the program of a job takes it
    assert not is_sweep(again)
    return str(OmegaConf.create({"note": read(again)[1]}).note)


@pytest.mark.parametrize("name", ODD_NAMES)
def test_a_folders_name_is_meant_as_it_stands(name: str) -> None:
    assert meant(f"/folder/{name}/outputs") == f"/folder/{name}/outputs"
    assert OmegaConf.create({"folder": literal_value(f"/{name}/x")}).folder == f"/{name}/x"


@settings(deadline=None)  # other tests share the processor
@given(st.text(min_size=1, alphabet=st.characters(blacklist_categories=("Cs",))))
def test_any_text_is_meant_as_it_stands(text: str) -> None:
    assert meant(f"/{text}/") == f"/{text}/"


def test_what_means_nothing_else_is_written_as_it_is() -> None:
    assert literal_override("journals", "/a/b-c.d") == "journals=/a/b-c.d"
