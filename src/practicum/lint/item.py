"""One view of an item for all rules, whether it is a problem of a course or an item of a bank."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from practicum.exchange.bank import (
    Answer,
    Bank,
    Choice,
    Description,
    Essay,
    Gaps,
    Item,
    NumberAnswer,
    ShortAnswer,
    Unsupported,
)
from practicum.kinds.choice.option_references import refers_to_others
from practicum.lint.prose import Prose, prose
from practicum.model import Course, Option, Problem, Variant

_FUNCTION_WORDS_TEXT = """
a an and are as at be by does for from has how in is it its of on or that the this to what when which why with
you your
"""
_FUNCTION_WORDS = frozenset(_FUNCTION_WORDS_TEXT.split())
_ENGLISH_SHARE = 0.15
"""The least share of English function words in a text that counts as English."""


@dataclass(frozen=True)
class ItemOption:
    """An option as rules see it."""

    text: str
    key: bool
    feedback: str = ""
    line: int = 0

    @cached_property
    def prose(self) -> Prose:
        return prose(self.text)

    @property
    def refers_to_others(self) -> bool:
        """Whether it is an option such as "All of the above"."""
        return refers_to_others(self.text)


@dataclass(frozen=True)
class LintItem:
    """A question, its options and what explains them."""

    path: str
    line: int
    name: str
    """The identifier in a bank; empty for a problem, which is a file of its own."""
    stem: str
    options: tuple[ItemOption, ...] = ()
    """Empty if nothing is to be chosen."""
    explanation: str = ""
    is_shuffled: bool = True
    """Whether learners see the options in a random order."""
    is_true_false: bool = False
    is_graded: bool = True
    """Whether an answer is graded by the bank, so that learners read feedback."""
    language: str = ""
    """Such as `en`; empty if it is not known."""
    off: frozenset[str] = frozenset()
    """The rules that its author has switched off."""

    @cached_property
    def prose(self) -> Prose:
        return prose(self.stem)

    @cached_property
    def question(self) -> str:
        """The sentence of the stem that asks: the last one with a question mark, or else the last one."""
        asked = [sentence for sentence in self.prose.sentences if sentence.rstrip(" \"'”’)").endswith("?")]
        return (asked or self.prose.sentences or [""])[-1]

    @property
    def keys(self) -> list[ItemOption]:
        return [option for option in self.options if option.key]

    @property
    def distractors(self) -> list[ItemOption]:
        return [option for option in self.options if not option.key]

    @cached_property
    def is_english(self) -> bool:
        """Whether the text is in English: as the course states, or else by its function words."""
        if self.language:
            return self.language.lower().split("-")[0] == "en"
        words = [word for text in (self.prose, *(option.prose for option in self.options)) for word in text.words]
        return bool(words) and sum(word in _FUNCTION_WORDS for word in words) / len(words) >= _ENGLISH_SHARE


def items_of_course(course: Course) -> Iterator[LintItem]:
    """Yield the problems of a course, each of their variants as an item."""
    for topic in course.topics:
        for problems in topic.problems.values():
            for problem in problems:
                yield from items_of_problem(problem, problem.path, course.language, course.lint_off)


def items_of_problem(problem: Problem, path: str, language: str = "", off: Sequence[str] = ()) -> Iterator[LintItem]:
    """Yield the variants of a problem as items.

    Args:
        problem: The problem.
        path: Where its file is shown to be.
        language: As in :class:`LintItem`.
        off: Rules that are switched off beside its own.
    """
    for variant in problem.variants:
        yield _item_of_variant(problem, variant, path, language, frozenset((*off, *problem.lint_off)))


def items_of_bank(bank: Bank, path: str, is_shuffled: bool | None = None) -> Iterator[LintItem]:
    """Yield the items of a bank.

    Args:
        bank: The bank.
        path: Of its file. Items that name a file of their own are shown below it.
        is_shuffled: Whether its options are shuffled. Default: as the bank has it.
    """
    for item in bank.items:
        yield _item_of_bank(item, path, is_shuffled)


def _item_of_variant(problem: Problem, variant: Variant, path: str, language: str, off: frozenset[str]) -> LintItem:
    return LintItem(
        path=path,
        line=problem.place("title")[1],
        name="",
        stem=variant.statement,
        options=tuple(map(_option_of_variant, variant.options)),
        explanation=variant.explanation,
        is_shuffled=variant.shuffle,
        language=language,
        off=off,
    )


def _option_of_variant(option: Option) -> ItemOption:
    return ItemOption(option.text, option.key, option.feedback, option.line)


def _item_of_bank(item: Item, path: str, is_shuffled: bool | None) -> LintItem:
    choice = item.answer if isinstance(item.answer, Choice) else Choice(())
    return LintItem(
        path=path if item.path in ("", path) else f"{path}/{item.path}",
        line=item.line,
        name=item.identifier,
        stem=item.text,
        options=tuple(ItemOption(option.text, option.key, option.feedback) for option in choice.options),
        explanation="\n".join((item.feedback, *_feedback(item.answer))),
        is_shuffled=choice.shuffle if is_shuffled is None else is_shuffled,
        is_true_false=choice.true_false,
        is_graded=not isinstance(item.answer, Essay | Description | Unsupported),
    )


def _feedback(answer: Answer) -> Iterator[str]:
    """The feedback to an answer that is typed, and to the gaps of a text."""
    match answer:
        case ShortAnswer() | NumberAnswer():
            yield from (accepted.feedback for accepted in answer.accepted)
        case Gaps():
            yield from (text for gap in answer.gaps for text in _feedback(gap))
        case Choice():
            yield from (option.feedback for option in answer.options)


def quoted(options: Sequence[ItemOption]) -> str:
    """The options' texts, shortened, for a message: `“Always so” and “Never”`."""
    from practicum.formatting import join_words, truncate

    return join_words([f"“{truncate(' '.join(option.text.split()), 60)}”" for option in options])
