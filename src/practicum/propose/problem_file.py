"""Writes a candidate as a problem file, and reads it back to see that it says the same."""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Iterator

from practicum.course.problem_markdown import code_span
from practicum.kinds.choice import FORMS
from practicum.model import Problem
from practicum.propose.candidate import Candidate, CandidateOption, Scalar

_TICKS = re.compile(r"`+")
_ANSWER_FENCE = re.compile(r"(?P<ticks>`{3,})[^\n`]*\n(?P<content>.*?)\n?(?P=ticks)", re.S)
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_NOT_IN_NAME = re.compile(r"[^a-z0-9]+")


def problem_text(candidate: Candidate) -> str:
    """Return the content of a candidate's problem file."""
    return "\n\n".join(part for part in _parts(candidate) if part) + "\n"


def file_name(title: str) -> str:
    """Return the name of a problem's file, without its ending, from its title: `one-step-downhill`."""
    words = _NOT_IN_NAME.sub("-", title.lower()).strip("-")
    return words[:60].rstrip("-") or "problem"


def answer_text(answer: str) -> str:
    """Return an answer as an option's text: in a code span, or in a fence if it has several lines or none."""
    if answer.strip() and "\n" not in answer:
        ticks = "`" * (max(map(len, _TICKS.findall(answer)), default=0) + 1)
        space = " " if "`" in answer else ""
        return f"{ticks}{space}{answer}{space}{ticks}"
    return _fence("", answer)


def stated_answer(text: str) -> str | None:
    """Return the answer that an option's text states, or None: the reverse of `answer_text`."""
    if fence := _ANSWER_FENCE.fullmatch(text):
        return fence["content"]
    return code_span(text)


def has_answers(candidate: Candidate) -> bool:
    """Whether the options state answers in code, rather than in words that a claim or a fix stands for."""
    return any(form.reads_code and candidate.proof.get(key) not in (None, False) for key, form in FORMS.items())


def option_text(candidate: Candidate, option: CandidateOption) -> str:
    """Return an option's text as it stands in the file."""
    text = option.text.strip("\n")
    return answer_text(text) if has_answers(candidate) and "`" not in text else text.strip()


def says_the_same(candidate: Candidate, problem: Problem) -> bool:
    """Whether a problem that was read from a candidate's file has its options, its key and its code."""
    variant = problem.variants[0]
    marks = [option.key for option in variant.options]
    if marks != [option.key for option in candidate.options] or bool(variant.snippet) != bool(candidate.code.strip()):
        return False
    if candidate.params:  # the texts are filled in
        return True
    texts = [option.text.strip() for option in variant.options]
    pairs = [
        (variant.snippet, candidate.code),
        (variant.setup, candidate.setup),
        (variant.check, candidate.check),
        (variant.hint, candidate.hint),
        (variant.explanation, candidate.explanation),
        *(
            (option.feedback, wanted.feedback)
            for option, wanted in zip(variant.options, candidate.options, strict=True)
        ),
    ]
    same_texts = all(read.strip() == wanted.strip() for read, wanted in pairs)
    return same_texts and list(map(_one_line, texts)) == [
        _one_line(option_text(candidate, option)) for option in candidate.options
    ]


def _one_line(text: str) -> str:
    """A text to compare: the fence of an answer may have got a language."""
    return re.sub(r"^(`{3,})python$", r"\1", text.strip(), flags=re.M)


def _parts(candidate: Candidate) -> Iterator[str]:
    yield "\n".join(["+++", *_front_matter(candidate), "+++"])
    yield f"# {' '.join(candidate.title.split())}"
    yield candidate.statement.strip()
    yield _fence("python setup", candidate.setup) if candidate.setup.strip() else ""
    yield _fence("python run", candidate.code) if candidate.code.strip() else ""
    yield _fence("python check", candidate.check) if candidate.check.strip() else ""
    for option in candidate.options:
        yield "\n\n".join(_option_parts(candidate, option))
    yield f"## Hint\n\n{candidate.hint.strip()}" if candidate.hint.strip() else ""
    yield f"## Explanation\n\n{candidate.explanation.strip()}" if candidate.explanation.strip() else ""


def _option_parts(candidate: Candidate, option: CandidateOption) -> Iterator[str]:
    """An option's line, and below it, indented, its fence, its feedback, its claim and its fix."""
    text = option_text(candidate, option)
    box = "- [x]" if option.key else "- [ ]"
    if text.startswith(("```", "~~~")):
        yield box
        yield textwrap.indent(text, "  ")
    else:
        yield f"{box} {textwrap.indent(text, '  ')[2:]}"
    below = [
        option.feedback.strip(),
        _fence("python claim", option.claim) if option.claim.strip() else "",
        _fence("diff fix", option.fix) if option.fix.strip() else "",
    ]
    yield from (textwrap.indent(part, "  ") for part in below if part)


def _fence(info: str, code: str) -> str:
    ticks = "`" * max(3, max(map(len, _TICKS.findall(code)), default=0) + 1)
    content = code.strip("\n")
    return f"{ticks}{info}\n{content}\n{ticks}" if content else f"{ticks}{info}\n{ticks}"


def _front_matter(candidate: Candidate) -> Iterator[str]:
    yield f"kind = {_toml(candidate.kind)}"
    yield f"level = {_toml(str(candidate.level))}"
    yield f"seconds = {candidate.seconds}"
    for name, table in (("params", candidate.params), ("proof", candidate.proof)):
        if table:
            yield f"\n[{name}]"
            yield from (f"{_key(key)} = {_toml(value)}" for key, value in table.items())


def _key(name: str) -> str:
    return name if _BARE_KEY.fullmatch(name) else _toml(name)


def _toml(value: Scalar | list[Scalar]) -> str:
    """A value in TOML, whose strings are JSON's, but for one character and for those beyond 16 bits."""
    if isinstance(value, list):
        return f"[{', '.join(map(_toml, value))}]"
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    return str(value).lower() if isinstance(value, bool) else repr(value)
