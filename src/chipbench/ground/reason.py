"""Why something failed, in one line for a reader: the cause's own words, without folders."""

import re

from chipbench.ground.errors import ConfigurationError, UnsupportedBenchmark
from chipbench.ground.path_redaction import without_folders

_LONGEST = 500
#: What libraries say in place of a cause, which then ends what they say.
_HEADS = re.compile(r"Graph execution error|Exception encountered when calling|Traceback \(")
#: What they put around it: tracebacks, nodes of a graph, lists of arguments, hints.
_AROUND = re.compile(
    r'File "|Detected at node|Defined at |\[\[|\[Op:|\d+ (?:successful|derived) |Hint:|'
    r"Original stack trace|Function call stack|Call arguments|Arguments received|•|full_key:|"
    r"object_type=|Set the environment variable|For simplicity, JAX|[\W_]*$"
)
#: Colours, and the node at which TensorFlow met the error.
_MARKS = re.compile(r"\x1b\[[0-9;]*m|\{\{[^{}]*\}\}\s*|\s*\[\[\{\{.*$|\s*\[Op:.*$")


def reason_of(error: BaseException) -> str:
    """What `error` ended with; its kind is named unless the message was written for a reader."""
    name, said = type(error).__name__, cause_in(_message(error))
    if isinstance(error, ConfigurationError | UnsupportedBenchmark):
        return said or name
    return f"{name}: {said or name}"


def cause_in(message: str) -> str:
    """The line of `message` that says why: its first, or what a library's phrase leads to."""
    lines = [_MARKS.sub("", line).strip() for line in message.splitlines()]
    said = [line for line in lines if line and not _AROUND.match(line)]
    if not said:
        return ""
    if _HEADS.match(said[0]) and len(said) > 1:
        line = said[-1]
    else:  # a line that ends so leads to the next
        line = next((line for line in said if not line.endswith(":")), said[-1])
    return without_folders(line)[:_LONGEST]


def _message(error: BaseException) -> str:
    """The error's own words, or those of what it came from."""
    text, cause = str(error).strip(), error.__cause__
    return text if text or cause is None else f"{type(cause).__name__}: {cause}"
