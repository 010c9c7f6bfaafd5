"""The fingerprint: what must be equal for two runs to be compared.

Which keys of the configuration that are is said in the schema. The values that take effect count,
and what the run found beside them, so that it can be computed again from a run's params and tags.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache

from chipbench.config import effect
from chipbench.config.key_rule import Known, Role
from chipbench.config.schema import rule_of
from chipbench.ground import tags
from chipbench.ground.files import digest
from chipbench.measure.frozen_params import FrozenParams

#: Raised when a change to the benchmark makes older numbers incomparable; see the CHANGELOG.
BENCHMARK_VERSION = 2

#: A key, the value of it that has effect, and that in one spelling.
_Effect = tuple[str, str, str]
#: What a run found, by the names of `_FOUND`.
_Facts = tuple[tuple[str, str], ...]
_MODEL, _WORKERS = "found.model", "found.workers"
#: Tags that tell what settings alone do not, by the names that they are known under here.
_FOUND = {
    effect.TRAIN_EXAMPLES: tags.TRAIN_EXAMPLES,
    effect.CORES: tags.CORES,
    _MODEL: tags.MODEL_LAYERS,
    _WORKERS: tags.WORKERS,
    effect.CLIP: tags.CLIP,
}


def fingerprint(params: Mapping[str, object], found: Mapping[str, object]) -> str:
    """Twelve hex digits of the SHA-256 of the work, and of the benchmark's version."""
    return _fingerprint_of(*_known(params, found), str(BENCHMARK_VERSION))


def work(params: Mapping[str, object], found: Mapping[str, object]) -> dict[str, str]:
    """What a run with these params, and these tags of what it found, computes.

    A key at its plain value is left out: runs from before there was such a key did the same.
    """
    return _work_of(*_known(params, found))


def settings(params: Mapping[str, object], found: Mapping[str, object]) -> dict[str, str]:
    """The same for a reader: with the keys at their plain value, and 32 where that has 32.0.

    A key that takes no effect, or that the run does not state, is missing.
    """
    known, facts = _known(params, found)
    effective = _effective(known, facts, Role.WORK, plain_too=True)
    return {key: text.removesuffix(".0") for key, _, text in effective} | _found(known, facts)


def context(params: Mapping[str, object], found: Mapping[str, object]) -> dict[str, str]:
    """The settings that do not change what is computed, and that a reader must see."""
    effective = _effective(*_known(params, found), Role.CONTEXT)
    return {key: value for key, value, _ in effective if value != str(None)}


def _known(
    params: Mapping[str, object], found: Mapping[str, object]
) -> tuple[FrozenParams, _Facts]:
    facts = ((name, found.get(tag)) for name, tag in _FOUND.items())
    if not isinstance(params, FrozenParams):
        params = FrozenParams({key: str(value) for key, value in params.items()})
    return params, tuple((name, str(value)) for name, value in facts if value is not None)


@lru_cache(maxsize=1024)  # of thousands of runs, most have the settings of another
def _fingerprint_of(params: FrozenParams, facts: _Facts, version: str) -> str:
    return digest(_work_of(params, facts) | {"version": version}, 12)


def _work_of(params: FrozenParams, facts: _Facts) -> dict[str, str]:
    spelled = {key: text for key, _, text in _effective(params, facts, Role.WORK)}
    found = _found(params, facts)
    return spelled | {key: _in_one_spelling(value) for key, value in found.items()}


def _found(params: FrozenParams, facts: _Facts) -> dict[str, str]:
    """What defines the work and is no setting."""
    known = dict(facts)
    named = ((name, known.get(name, params.get(name))) for name in (_MODEL, _WORKERS, effect.CLIP))
    return {name: value for name, value in named if value is not None}


@lru_cache(maxsize=1024)
def _effective(
    params: FrozenParams, facts: _Facts, role: Role, plain_too: bool = False
) -> Sequence[_Effect]:
    """The keys in this role that are not at their plain value."""
    return tuple(_in_effect(dict(sorted((params | dict(facts)).items())), role, plain_too))


def _in_effect(known: Known, role: Role, plain_too: bool) -> Iterator[_Effect]:
    for key, given in known.items():
        rule = rule_of(key)
        if rule is None or rule.role is not role:
            continue
        value = rule.effective(given, known)
        plain = None if rule.plain is None else _in_one_spelling(rule.plain)
        if value is None:
            continue
        spelling = _in_one_spelling(value)
        if plain_too or spelling != plain:
            yield key, value, spelling


def _in_one_spelling(value: str) -> str:
    """A number as Python writes it, so that 255 and 255.0 are one; any other text as it is."""
    try:
        return repr(float(value))
    except ValueError:
        return value
