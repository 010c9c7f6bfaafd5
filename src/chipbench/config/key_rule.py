"""One key's rule: what it may be, and what it means for comparing two runs."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum

from chipbench.config.value_kinds import Kind, option_of

#: What is known of a run: its params, and what it `FOUND` beside them, all as text.
Known = Mapping[str, str]
#: The value that takes effect in a run, which may be another than the key's; None: none does.
Effective = Callable[[str, Known], str | None]


class Role(Enum):
    """What a key is to a comparison."""

    WORK = "it defines the work: runs that differ in it are never ranked together"
    CONTEXT = "it is shown where it differs: runs that differ in it are separate rows"
    ASIDE = "it does not matter to the result"


def as_given(value: str, known: Known) -> str | None:
    """The key's own value takes effect, always."""
    return value


@dataclass(frozen=True)
class Rule:
    """What the schema says of a key; one that ends in `.*` means all keys of a section."""

    key: str
    kind: Kind
    role: Role
    plain: str | None = None  # as if there were no such key; None: there always was
    effective: Effective = as_given
    instead: str | None = None  # what a user gives in place of a key that follows from others

    def fits(self, key: str) -> bool:
        """Whether this is the rule of `key`."""
        if self.is_open:
            return key.startswith(self.key.removesuffix("*"))
        return key == self.key

    @property
    def is_open(self) -> bool:
        """Whether users may add keys to the section."""
        return self.key.endswith(".*")


def work(
    key: str,
    kind: Kind,
    effective: Effective = as_given,
    plain: object | None = None,
    instead: str | None = None,
) -> Rule:
    """A key that defines the work.

    A key that is new to the schema needs the `plain` value, at which the work is what it was
    before: without one, no earlier run is comparable.
    """
    said = None if plain is None else str(plain)
    return Rule(key, kind, Role.WORK, said, effective, instead)


def context(key: str, kind: Kind, effective: Effective = as_given) -> Rule:
    """A key that is shown where it differs."""
    return Rule(key, kind, Role.CONTEXT, effective=effective)


def aside(key: str, kind: Kind, instead: str | None = None) -> Rule:
    """A key that does not matter to the result."""
    return Rule(key, kind, Role.ASIDE, instead=instead)


def choose(group: str) -> str:
    """What to say in place of a key that follows from an option of `group`."""
    return f"choose with {group}=<option>"


def option_name(group: str) -> Rule:
    """The name that an option's file gives itself: what it is, other keys say."""
    return aside(f"{group}.name", option_of(group), choose(group))
