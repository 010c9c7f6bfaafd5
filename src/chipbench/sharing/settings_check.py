"""The settings of a result: whether they are settings, and what its tags say of them."""

import re
from collections.abc import Iterator

from chipbench.config.check import may_be
from chipbench.config.recorded_params import is_recorded
from chipbench.config.schema import rule_of
from chipbench.ground import tags
from chipbench.hardware.machine import Machine
from chipbench.measure.fingerprint import BENCHMARK_VERSION
from chipbench.measure.result import COMPLETED, Result

#: The first version of the benchmark whose results could be shared.
_FIRST = 2
_WORDS = {"None": None, "True": True, "False": False}
_NUMBER = re.compile(r"-?[0-9]{1,40}([.][0-9]{1,40})?(e[+-]?[0-9]{1,3})?")
#: Another's files of `conf/` may have other names.
_OPTION = re.compile(r"\w[\w.-]{0,99}")
#: These hold lists, as text.
_LISTS = ("codec.encoders",)


def wrong_settings(result: Result, machine: Machine) -> Iterator[tuple[str, str]]:
    """Fields that are no settings of a run, or that are not what its settings give."""
    version = int(result.tags[tags.BENCHMARK_VERSION])
    if version > BENCHMARK_VERSION:
        yield (
            f"tags.{tags.BENCHMARK_VERSION}",
            f"{version} is newer than {BENCHMARK_VERSION}, which this chipbench knows; update it",
        )
    if version < _FIRST:
        yield f"tags.{tags.BENCHMARK_VERSION}", f"no result of a version before {_FIRST} is shared"
    for key, text in result.params.items():
        yield from _wrong(key, text)
    yield from _told(result, machine)


def _wrong(key: str, text: str) -> Iterator[tuple[str, str]]:
    rule = rule_of(key)
    if rule is None or not is_recorded(key):
        yield f"params.{key}", "no such setting of a result is known"
    elif rule.kind.is_option:
        if not _OPTION.fullmatch(text):
            yield f"params.{key}", "it must be the name of an option"
    elif key not in _LISTS and not may_be(key, text) and not may_be(key, _value(text)):
        yield f"params.{key}", f"it must be {rule.kind.expected}, and is {text:.40}"


def _value(text: str) -> object:
    """The value that was recorded as this text."""
    if text in _WORDS:
        return _WORDS[text]
    if not _NUMBER.fullmatch(text):
        return text
    return int(text) if text.lstrip("-").isdigit() else float(text)


def _told(result: Result, machine: Machine) -> Iterator[tuple[str, str]]:
    """Tags that the settings give."""
    params, said = result.params, result.tags
    name = params.get("backend.name")
    in_keras = name is not None and params.get("createml.engine") != "createml"
    given = {tags.PROTOCOL: params["protocol.name"]} if "protocol.name" in params else {}
    computes = "scikit-learn" if "search.folds" in params else name if in_keras else None
    if computes is not None:
        found = machine.framework_version(computes) or "not installed"
        given |= {tags.BACKEND: computes, tags.BACKEND_VERSION: found}
    for tag, value in given.items():
        if said.get(tag) != value:
            yield f"tags.{tag}", f"it is {said.get(tag)!s:.60}, and the rest gives {value:.60}"
    used = said.get(tags.OPTIMIZER_USED)
    if used not in (None, params.get("optimizer.name"), params.get("optimizer.fallback")):
        yield f"tags.{tags.OPTIMIZER_USED}", "it is neither the optimizer nor its fallback"
    for tag in (tags.OPTIMIZER_USED, tags.TRAIN_EXAMPLES):
        if tag not in said and in_keras and result.status == COMPLETED:
            yield f"tags.{tag}", "it is missing"
