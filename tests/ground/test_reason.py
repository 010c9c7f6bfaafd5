import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chipbench.ground.errors import UnsupportedBenchmark
from chipbench.ground.path_redaction import without_folders
from chipbench.ground.reason import reason_of

GRAPH = """Graph execution error:

Detected at node sequential_1/embedding_1/GatherV2 defined at (most recent call last):
  File "/home/jane/train.py", line 6, in <module>

  File "/opt/python/keras/src/layers/layer.py", line 1002, in __call__

indices[0,0] = 99 is not in [0, 10)
\t [[{{node sequential_1/embedding_1/GatherV2}}]] [Op:__inference_multi_step_546]"""
ROOTS = """Graph execution error:

2 root error(s) found.
  (0) INVALID_ARGUMENT:  Input is not invertible.
\t [[{{node x}}]]
0 successful operations.
0 derived errors ignored. [Op:__inference_1]"""
LAYER = """Exception encountered when calling Own.call().

\x1b[1mThe output shape cannot be inferred. Error encountered:

oh no\x1b[0m

Arguments received by Own.call():
  • args=('<KerasTensor shape=(None, 3)>',)"""
DATA = """{{function_node __wrapped__IteratorGetNext_device_/job:localhost/device:CPU:0}} \
ZeroDivisionError: division by zero
Traceback (most recent call last):

  File "/home/jane/own.py", line 267, in __call__
           ^^^^^^^^^^

\t [[{{node EagerPyFunc}}]] [Op:IteratorGetNext] name: """
HYDRA = "Error in call to target 'own.Model':\nValueError('no such size')\nfull_key: model"


@pytest.mark.parametrize(
    ("message", "said"),
    [
        (GRAPH, "indices[0,0] = 99 is not in [0, 10)"),
        (ROOTS, "(0) INVALID_ARGUMENT:  Input is not invertible."),
        (LAYER, "oh no"),
        (DATA, "ZeroDivisionError: division by zero"),
        (HYDRA, "ValueError('no such size')"),
        ("first\nsecond", "first"),
        ("\n\n", "ValueError"),
        ("Graph execution error:", "Graph execution error:"),
        ("cannot read '/home/jane doe/a b/x.mov'", "cannot read 'x.mov'"),
    ],
)
def test_a_reason_is_the_causes_own_line(message: str, said: str) -> None:
    assert reason_of(ValueError(message)) == f"ValueError: {said}"


def test_what_was_written_for_a_reader_stands_alone_and_a_cause_speaks_for_the_silent() -> None:
    assert reason_of(UnsupportedBenchmark("no GPU: buy one")) == "no GPU: buy one"
    silent = RuntimeError()
    silent.__cause__ = OSError("the disk is away")
    assert reason_of(silent) == "RuntimeError: OSError: the disk is away"


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("/home/jane/data/food101", "food101"),
        ("~/clips/a.mov", "a.mov"),
        ("clip.path=/home/jane doe/a.mov: no such file", "clip.path=a.mov: no such file"),
        ("[/home/jane/a,/Users/bob/b]", "[a,b]"),
        ("--x=/data/secret/a", "--x=a"),
        ("file:///home/jane/x.txt is bad", "x.txt is bad"),
        ("sqlite:////home/jane/mlflow.db: locked", "mlflow.db: locked"),
        ("the folder /home/jane and /Users/bob/", "the folder ~ and ~"),
        ("(~bob/Library/x)", "(x)"),
        ("100 images/s at 5 /s, and/or 1/2", "100 images/s at 5 /s, and/or 1/2"),
        ("https://a.example/b/c and s3://bucket/a/b", "https://a.example/b/c and s3://bucket/a/b"),
        ("/", "/"),
    ],
)
def test_a_path_keeps_its_last_part(text: str, kept: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/jane doe")
    assert without_folders(text) == kept
    assert without_folders(kept) == kept


@settings(max_examples=100, derandomize=True, deadline=None)
@given(st.text("/~ab '\":,.=-%\n", max_size=30))
def test_cutting_a_path_down_again_changes_nothing(text: str) -> None:
    once = without_folders(text)
    assert without_folders(once) == once
