"""Any bytes give a course, or mistakes with their lines, in a short time: never a traceback, never a hang."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from practicum import kinds
from practicum.course import CourseScan
from practicum.course.files import MAX_FILE_SIZE
from practicum.course.render import inline, to_html
from practicum.prove.evidence_hash import evidence_hash
from tests.course.making import PATH, PROBLEM, line_of, read_course, read_problem
from tests.course.test_mistakes import BEST, CODE, EDITS, ERROR, PREDICT, PROJECT

SOUND = [PROBLEM, EDITS, BEST, CODE, PREDICT, PROJECT, ERROR]
PAGE = "# Page\n\n```python run\nx = 1\n```\n\n{{ best('f', 'x').y | percent }}\n\n```chart\nexperiment = 'f'\n```\n"
CARDS = "# Cards\n\n## What is it?\n\nThis.\n\n```python claim\n1 + x == 2\n```\n\n## And that?\n\nThat.\n"
TOPIC = 'title = "T"\nminutes = 5\n[badge]\nname = "B"\n'
EXPERIMENTS = "def f(*, x, seed):\n    return {'y': x}\n"
FILES = {
    PATH: PROBLEM,
    "course.toml": 'title = "C"\n',
    "topic/topic.toml": TOPIC,
    "topic/learn.md": PAGE,
    "topic/recall.md": CARDS,
    "topic/experiments.py": EXPERIMENTS,
}

quick = settings(suppress_health_check=list(HealthCheck))


def survive(files: dict[str, str | bytes]) -> CourseScan:
    """Read a course; each mistake has a line of its file, and each problem can be planned, hashed and shown."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        scan = read_course(root, files)
        lengths = {path: _lines(root / path) for path in {mistake.path for mistake in scan.mistakes}}
        for mistake in scan.mistakes:
            lines = lengths[mistake.path]
            assert 1 <= mistake.line <= lines, f"{mistake} of {lines} lines"
            assert str(mistake).isprintable()
    for topic in scan.course.topics:
        for problem in (problem for problems in topic.problems.values() for problem in problems):
            evidence_hash(problem, topic)
            for variant in problem.variants:
                kinds.get(problem.kind).plan(problem, variant, frozenset({"f"}))
                to_html(variant.statement)
                [inline(option.text) for option in variant.options]
    return scan


def _lines(file: Path) -> int:
    content = file.read_bytes() if file.is_file() else b""
    return content.replace(b"\r\n", b"\n").replace(b"\r", b"\n").count(b"\n") + 1


@quick
@given(st.sampled_from(sorted(FILES)), st.binary(max_size=300))
def test_any_bytes_may_be_any_file(path: str, content: bytes) -> None:
    """A file may be anything at all."""
    survive(FILES | {path: content})


@quick
@given(st.binary(max_size=200), st.sampled_from(SOUND))
@example(b"\x00\x00+++", PROBLEM)
def test_any_text_may_follow_valid_front_matter(body: bytes, text: str) -> None:
    """A body may be anything at all."""
    front = text[: text.index("\n+++", 4) + 5]
    survive({PATH: front.encode() + body})


SIGNS = [
    "`",
    "```",
    "+++",
    "- [x]",
    "- [ ]",
    "#",
    "##",
    "{{",
    "}}",
    "{%",
    "\t",
    "\0",
    "\r",
    "[",
    "]",
    "=",
    '"',
    "'",
    "<!--",
]
SIGNS += [
    "- ",
    "  ",
    "\n",
    "é",
    "\N{LINE SEPARATOR}",
    "python run",
    "python claim",
    "diff fix",
    "[proof]",
    "0x" + "f" * 5000,
]


@st.composite
def damaged(draw: st.DrawFn, texts: list[str]) -> str:
    """A valid text with some random damage."""
    text = draw(st.sampled_from(texts))
    for _ in range(draw(st.integers(1, 6))):
        at, to = sorted(draw(st.tuples(st.integers(0, len(text)), st.integers(0, len(text)))))
        lines = text.split("\n")
        row, other = draw(st.tuples(st.integers(0, len(lines) - 1), st.integers(0, len(lines) - 1)))
        match draw(st.integers(0, 4)):
            case 0:
                text = text[:at] + draw(st.sampled_from(SIGNS) | st.text(max_size=5)) + text[at:]
            case 1:
                text = text[:at] + text[min(to, at + 20) :]
            case 2:
                del lines[row]
                text = "\n".join(lines)
            case 3:
                lines[row], lines[other] = lines[other], lines[row]
                text = "\n".join(lines)
            case 4:
                lines.insert(row, draw(st.sampled_from(lines)))
                text = "\n".join(lines)
    return text


@quick
@given(damaged(SOUND))
def test_a_damaged_problem_is_read_or_refused(text: str) -> None:
    """Lines deleted, doubled and swapped; characters inserted; pieces cut out."""
    survive({PATH: text.encode("utf-8", "surrogatepass")})


@quick
@given(damaged([PAGE]), damaged([CARDS]), damaged([TOPIC]), damaged([EXPERIMENTS]))
def test_a_damaged_topic_is_read_or_refused(page: str, cards: str, topic: str, experiments: str) -> None:
    """Pages, cards, tables and experiments too."""
    texts = {"learn.md": page, "recall.md": cards, "topic.toml": topic, "experiments.py": experiments}
    survive({f"topic/{name}": text.encode("utf-8", "surrogatepass") for name, text in texts.items()})


SCALARS = ["1", "-1", "0.5", "inf", "nan", "true", "''", "'x'", "'x('", "1979-05-27", "07:32:00", "1e400", "9" * 400]
SCALARS += ["'{{ side }}'", "'{{ x'", "'" + "(" * 300 + "'", "'[x]'", "'''\nx\n'''", "'a' ", "'\\u0000'"]
values = st.recursive(
    st.sampled_from(SCALARS),
    lambda inner: (
        st.lists(inner, max_size=3).map(lambda v: f"[{', '.join(v)}]")
        | st.lists(inner, max_size=2).map(lambda v: "{ " + ", ".join(f"k{n} = {x}" for n, x in enumerate(v)) + " }")
    ),
    max_leaves=5,
)
KEYS = ["kind", "label", "level", "seconds", "attempts", "params", "proof", "requires", "cites", "goal", "nothing"]
KEYS += ["params.side", "params.n", "goal.metric", "goal.at_least", "goal.at_most"]
KEYS += [f"proof.{key}" for key in ("value", "prints", "error", "raises", "match", "best", "vary", "measure", "want")]
KEYS += [f"proof.{key}" for key in ("seeds", "given", "repairs", "tolerance", "strict")]


@quick
@given(st.sampled_from(SOUND), st.dictionaries(st.sampled_from(KEYS), values, min_size=1, max_size=5))
def test_front_matter_may_have_any_values(text: str, table: dict[str, str]) -> None:
    """Any value for any key, beside or instead of valid ones."""
    body = text[text.index("\n+++", 4) :]
    kept = [line for line in text[4 : text.index("\n+++", 4)].split("\n") if not line.startswith("[")]
    front = [line for line in kept if "=" in line and line.split(" =")[0] in KEYS and line.split(" =")[0] not in table]
    lines = ["+++", *front, *(f"{key} = {value}" for key, value in table.items())]
    survive({PATH: "\n".join(lines) + body})


ATOMS = ["side", "x", "1", "2.5", "'a'", "[1, 2]", "()", "10 ** 11", "none", "true", "{}", "0", "-1", "side.real"]
templates = st.recursive(
    st.sampled_from(ATOMS),
    lambda inner: (
        st.tuples(
            inner, st.sampled_from(["+", "-", "*", "/", "//", "%", "**", "~", "<", "in", "and", "or"]), inner
        ).map(lambda p: f"({' '.join(p)})")
        | st.tuples(
            inner, st.sampled_from(["round", "int", "abs", "max", "sum", "length", "upper", "attr", "string"])
        ).map(lambda p: f"({p[0]}) | {p[1]}")
        | st.tuples(inner, inner).map(lambda p: f"({p[0]})[{p[1]}]")
        | st.tuples(inner, inner, inner).map(lambda p: f"({p[0]} if {p[1]} else {p[2]})")
        | st.tuples(inner, st.sampled_from(["round", "int", "float", "max", "sum"]), inner).map(
            lambda p: f"({p[0]}) | {p[1]}({p[2]})"
        )
    ),
    max_leaves=8,
)


@quick
@given(templates, st.sampled_from(["Think before you count.", "seven", "total = ", "It begins"]))
def test_braces_may_contain_anything(template: str, place: str) -> None:
    """Any expression of Jinja's, anywhere: filled in, or refused at its line."""
    text = PROBLEM.replace(place, f"{{{{ {template} }}}} {place}")
    scan = survive({PATH: text})

    lines = {mistake.line for mistake in scan.mistakes}
    assert lines <= {line_of(f"{{{{ {template} }}}} {place}", text), line_of("- [ ]", text)}


padding = st.lists(
    st.sampled_from(["", "A paragraph.\n", "- a list\n- of two\n", "```\ncode\n```\n", "> quoted\n"]), max_size=6
)
toml = st.lists(st.sampled_from(["", "# level = 1", "# [params]"]), max_size=4)
PLANTED = [
    ('level = "beginner"', 'level = "begginer"', "begginer"),
    ('value = "total"', 'value = "total +"', "total +"),
    ('value = "total"', "values = 3", "values"),
    ("range({{ side }})", "range({{ sides }})", "{{ sides }})"),
    ("Each number", "{{ sides }}", "{{ sides }}"),
    ("- [ ] `{{ side + 7 }}`", "- [ ] nine", "- [ ] nine"),
    ("- [ ]", "- [y]", "- [y]"),
    ("## Hint", "## Tip", "## Tip"),
    ("It begins", "{{ side | nothing }}", "{{ side | nothing }}"),
    ("python setup", "python stepup", "python stepup"),
]


@quick
@given(st.sampled_from(PLANTED), padding, padding, toml, toml, st.booleans())
def test_a_planted_mistake_is_found_at_its_line(
    planted: tuple[str, str, str], before: list[str], after: list[str], top: list[str], middle: list[str], dos: bool
) -> None:
    """Wherever the rest of the file moves it."""
    old, new, place = planted
    text = PROBLEM.replace(old, new, 1)
    text = text.replace(
        "[params]\n", "\n".join(["cites = [", "  'x = 1',", "  '[y]',", "]", *middle, "[params]", ""]), 1
    )
    text = text.replace("+++\nlabel", "\n".join(["+++", *top, "label"]), 1)
    text = text.replace("What does", "\n".join([*before, "\nWhat does"]), 1)
    text = text.replace("Think", "\n".join([*after, "\nThink"]), 1)

    wrong = read_problem(text)[1] if not dos else list(survive({PATH: text.replace("\n", "\r\n")}).mistakes)

    assert [mistake.line for mistake in wrong] == [line_of(place, text)]


FEARED = ["[", "![", "*a **a ", "- ", "> ", "`", "` ``", "<", "a_", "[](", "[a](", "&", "\\", "|a", "<!--", "- ```\n"]
FEARED += ["# ", "- [ ] a\n", "## a\n", "{{ side }}", "{{", "{% if side %}", "\n", "1. ", "***", "~~~\n", "\t"]


NOTABLE = 0.4
"""Seconds of processor time that are long enough to show how the time grows with the length."""


@pytest.mark.slow
@pytest.mark.parametrize("text", FEARED, ids=ascii)
def test_no_text_takes_long_to_read(text: str) -> None:
    """What parsers fear, in files up to half as long as files may be: four times the length takes four times as long.

    Quadratic time would be sixteen times as long. Once the time is long enough to show that, longer files are not read.
    """
    shorter = reading_time(text, MAX_FILE_SIZE >> 9)
    for shift in (7, 5, 3, 1):
        longer = reading_time(text, MAX_FILE_SIZE >> shift)
        if longer > NOTABLE:
            # A busy machine disturbs short times, so the least of several counts, up to the first that settles it.
            shorter = min(shorter, *(reading_time(text, MAX_FILE_SIZE >> shift + 2) for _ in range(2)))
            again = (reading_time(text, MAX_FILE_SIZE >> shift) for _ in range(2))
            assert longer < 8 * shorter or any(longer < 8 * shorter for longer in again)
            break
        shorter = longer


def reading_time(text: str, size: int) -> float:
    """Return the processor time for a file with so many bytes of this text."""
    content = PROBLEM.replace("Think", text * (size // len(text)) + " Think", 1)
    began = time.process_time()
    survive({PATH: content})
    return time.process_time() - began
