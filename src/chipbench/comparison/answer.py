"""What a report answers in words: questions, and sentences with what speaks against them."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Answer:
    """One sentence, and its caveat."""

    text: str
    caveat: str = ""
    lead: str = ""  # how the text begins: the benchmark or the machine that it is about

    @property
    def rest(self) -> str:
        """The text after its lead."""
        return self.text.removeprefix(self.lead)


@dataclass(frozen=True)
class Verdict:
    """A buyer's question, and what the numbers answer."""

    question: str
    answers: tuple[Answer, ...]
