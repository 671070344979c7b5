"""A survey with a cache returns what one without it returns, whatever was done to the files in between."""

from __future__ import annotations

import io
import os
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from importlib.metadata import version
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from PIL import Image as Pillow

from practicum import kinds
from practicum.course import problem as problem_module
from practicum.course.content_cache import ContentCache
from practicum.model import Evidence, Verdict
from practicum.prove import subjects
from practicum.prove.catalogue import Catalogue, load, survey
from practicum.prove.evidence_file import evidence_path, write_evidence
from practicum.prove.evidence_hash import evidence_hash
from tests.prove.making import TOPIC, path, problem, write_course

VERSIONS = ({}, {"click": "1.0"}, {"click": "2.0"})


def claim(key: int, setup: str = "") -> str:
    """A problem whose key is a digit, so that two of them have the same size."""
    options = "".join(f"- [{'x' if number == key else ' '}] `{number}`\n" for number in range(3))
    return problem(f"```python run\n{setup}x = 1 + 1\n```\n\n{options}", 'value = "x"')


def png(colour: str) -> bytes:
    """An image of one pixel."""
    file = io.BytesIO()
    Pillow.new("RGB", (1, 1), colour).save(file, "PNG")
    return file.getvalue()


ANSWERED = problem(
    """
    Double what you read.

    ```python start
    ...
    ```

    ```python solution
    print(2 * int(input()))
    ```

    ```python mutant
    print(4)
    ```
    """,
    front='kind = "code"\nlevel = "advanced"\nstdin = "2"\n'
    '[[tests]]\nname = "two"\nprints = "4"\n[[tests]]\nname = "three"\nstdin = "3"\nprints = "6"\nhidden = true',
)
REPAIRED = problem(
    """
    ```python run
    x = {{ n }}
    ```

    - [x] one more

      ```diff fix
      -x = {{ n }}
      +x = {{ n + 1 }}
      ```

    - [ ] two more

      ```diff fix
      -x = {{ n }}
      +x = {{ n + 2 }}
      ```
    """,
    'repairs = "x == {{ n + 1 }}"',
    front='level = "expert"\n[params]\nn = [1, 2]',
)
EXPERIMENTING = claim(2, "from experiments import measure\n")
IMAGE, OTHER_IMAGE = png("black"), png("white")
SHOWN = claim(2).replace("# A question", "# A question\n\n![a pixel](../images/a.png)")
PAGES = tuple(f"# A page\n\n![a pixel](images/a.png)\n\n```python run\nprint({number})\n```\n" for number in range(2))
DECKS = tuple(f"## What is it?\n\nOne.\n\n```python claim\n1 + {number} == 1\n```\n" for number in range(2))

PROBLEMS = (
    ANSWERED,
    REPAIRED,
    SHOWN,
    claim(0),
    claim(1),
    claim(2),
    EXPERIMENTING,
    problem("No options, which is a mistake."),
    problem("A key.\n", 'value = "x"', front='level = "nowhere"'),
    problem("- [x] Read it.\n- [ ] Do not.\n", front='level = "beginner"\ncites = ["https://example.org/a"]'),
    problem("```python run\nx = open('a.txt').read()\n```\n\n- [x] `'1'`\n- [ ] `'2'`\n", 'value = "x"').replace(
        'level = "beginner"', 'level = "beginner"\ndata = ["a.txt"]'
    ),
)
EXPERIMENTS = (
    "def measure(seed):\n    return {'loss': 1.0}\n",
    "def measure(seed):\n    return {'loss': 2.0}\n",
    "def measure(seed):\n    return (\n",
)
FILES: Mapping[str, tuple[str | bytes, ...]] = {
    "course.toml": (
        'title = "Course"\n',
        'title = "Other!"\n',
        "title = 3\n",
        'title = "C"\n[environment]\npackages = ["click"]\n',
    ),
    "environment.txt": ("click==1.0\n", "click==2.0\n", "nonsense\n"),
    f"{TOPIC}/topic.toml": ('title = "Topic"\n', 'title = "Other"\n', "title =\n"),
    f"{TOPIC}/experiments.py": EXPERIMENTS,
    f"{TOPIC}/data/a.txt": ("1", "2"),
    f"{TOPIC}/images/a.png": (IMAGE, OTHER_IMAGE, "no image"),
    f"{TOPIC}/learn.md": PAGES,
    f"{TOPIC}/recall.md": DECKS,
    path("one"): PROBLEMS,
    path("two"): PROBLEMS,
    f"{TOPIC}/challenge/three/problem.md": PROBLEMS,
    f"{TOPIC}/challenge/three/setup.py": ("y = 1\n", "y = 2\n"),
    f"{TOPIC}/challenge/three/mutants/a.py": ("y = 1\n", "y = 2\n"),
}


def whole(value: object) -> object:
    """A value with the types of all its parts, and with the fields that are not compared, such as an image's bytes."""
    if is_dataclass(value) and not isinstance(value, type):
        return type(value), [whole(getattr(value, field.name)) for field in fields(value)]
    if isinstance(value, Mapping):
        return type(value), [(whole(key), whole(each)) for key, each in value.items()]
    if isinstance(value, tuple | list):
        return type(value), [whole(each) for each in value]
    return type(value), value


def prove(root: Path, versions: dict[str, str]) -> None:
    """Write evidence for all problems as they are now, as if their claims had been run."""
    catalogue = survey(root, ContentCache())
    for entry in catalogue.all.values():
        current = evidence_hash(entry.subject, catalogue.topic(entry.topic))
        kind = subjects.kind(entry.subject)
        evidence = Evidence(current, kind, Verdict.PROVED, "", "2026-01-01", 0.1, versions, {})
        write_evidence(root / evidence_path(entry.subject), evidence)


def write(file: Path, content: str | bytes, keep_time: bool) -> None:
    """Write a file, and give it the time of the one before if `keep_time` is set."""
    before = file.stat() if file.exists() else None
    file.parent.mkdir(parents=True, exist_ok=True)
    file.unlink(missing_ok=True)
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    if before and keep_time:
        os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))


class EditedCourse(RuleBasedStateMachine):
    """An author, git and others edit a course; after each edit it is surveyed with the cache and without."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.root = write_course(Path(self.folder.name) / "course", {"one": claim(0), "two": SHOWN})
        for name in (f"{TOPIC}/images/a.png", f"{TOPIC}/data/a.txt", f"{TOPIC}/experiments.py", f"{TOPIC}/learn.md"):
            write(self.root / name, FILES[name][0], keep_time=False)
        self.cache = Path(self.folder.name) / "cache"

    def teardown(self) -> None:
        self.folder.cleanup()

    @initialize()
    def start_proved(self) -> None:
        prove(self.root, {})

    @rule(name=st.sampled_from(sorted(FILES)), keep_time=st.booleans(), data=st.data())
    def edit(self, name: str, keep_time: bool, data: st.DataObject) -> None:
        write(self.root / name, data.draw(st.sampled_from(FILES[name])), keep_time)

    @rule(name=st.sampled_from(sorted(FILES)))
    def remove(self, name: str) -> None:
        (self.root / name).unlink(missing_ok=True)

    @rule(name=st.sampled_from(sorted(FILES)), inside=st.booleans())
    def link(self, name: str, inside: bool) -> None:
        target = (self.root if inside else self.root.parent) / ".target"
        target.write_text(PROBLEMS[1])
        (self.root / name).unlink(missing_ok=True)
        (self.root / name).parent.mkdir(parents=True, exist_ok=True)
        (self.root / name).symlink_to(target)

    @rule(versions=st.sampled_from(VERSIONS))
    def prove(self, versions: dict[str, str]) -> None:
        prove(self.root, versions)

    @rule(data=st.data(), keep_time=st.booleans(), verdict=st.sampled_from(["proved", "refuted", "nothing", None]))
    def edit_evidence(self, data: st.DataObject, keep_time: bool, verdict: str | None) -> None:
        files = sorted(self.root.rglob("*.json"))
        if not files:
            return
        file, source = data.draw(st.sampled_from(files)), data.draw(st.sampled_from(files))
        text = source.read_text()
        write(file, text.replace("proved", verdict) if verdict else text[: len(text) // 2], keep_time)

    @rule(keep_time=st.booleans(), data=st.data())
    def swap_problems(self, keep_time: bool, data: st.DataObject) -> None:
        one, two = self.root / path("one"), self.root / path("two")
        if one.is_file() and two.is_file():
            first, second = one.read_text(), two.read_text()
            write(one, second, keep_time)
            write(two, first, keep_time)

    @rule(size=st.integers(0, 200), mode=st.sampled_from([0o600, 0o644, 0o000]))
    def damage_cache(self, size: int, mode: int) -> None:
        if self.cache.exists():
            self.cache.write_bytes(self.cache.read_bytes()[:-size] if size else b"")
            self.cache.chmod(mode)

    @invariant()
    def returns_the_same(self) -> None:
        expected = whole(survey(self.root, ContentCache()))
        for _ in range(2):  # the second time from what the first has stored
            assert whole(survey(self.root, ContentCache(self.cache))) == expected


EditedCourse.TestCase.settings = settings(max_examples=20, stateful_step_count=15)
TestEditedCourse = pytest.mark.slow(EditedCourse.TestCase)


@pytest.fixture
def course(tmp_path: Path) -> Path:
    root = write_course(tmp_path / "course", {"one": claim(2), "two": EXPERIMENTING}, EXPERIMENTS[0])
    prove(root, {})
    return root


@pytest.fixture
def resurvey(course: Path, tmp_path: Path) -> Callable[[], Catalogue]:
    return lambda: survey(course, ContentCache(tmp_path / "cache"))


def test_parses_nothing_again(course: Path, resurvey: Callable[[], Catalogue], monkeypatch: pytest.MonkeyPatch) -> None:
    """What was read once is neither parsed nor hashed the second time; a problem that changed is."""
    first = resurvey()
    parsed: list[str] = []
    read = problem_module.read_problem
    monkeypatch.setattr(problem_module, "read_problem", lambda path, *rest: parsed.append(path) or read(path, *rest))
    monkeypatch.setattr("practicum.prove.catalogue.evidence_hash", lambda subject, topic: parsed.append(subject.path))

    assert resurvey() == first
    assert parsed == []

    (course / path("two")).write_text(claim(1))
    resurvey()
    assert parsed == [path("two"), path("two")]


def test_changed_experiments_count(course: Path, resurvey: Callable[[], Catalogue]) -> None:
    """Only the problem that uses them is stale."""
    resurvey()
    (course / TOPIC / "experiments.py").write_text(EXPERIMENTS[1])

    verdicts = [entry.verdict for entry in resurvey().entries.values()]
    assert verdicts == [Verdict.PROVED, Verdict.UNPROVED]


def test_keeps_the_cache_where_the_setting_says(course: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One file per course, that only its user can read; without a folder for it, all is read from the course."""
    monkeypatch.setenv("PRACTICUM_READINGS", str(tmp_path / "readings"))
    expected = load(course)
    (file,) = (tmp_path / "readings").iterdir()
    assert file.stat().st_mode & 0o777 == 0o600

    monkeypatch.setenv("PRACTICUM_READINGS", os.devnull)
    assert load(course) == expected


@pytest.mark.parametrize("text", [claim(0), ANSWERED, REPAIRED], ids=["options", "test cases", "fixes"])
def test_restores_all_that_it_stored(text: str, course: Path, resurvey: Callable[[], Catalogue]) -> None:
    """With the types of all values; nothing of a problem that can be stored is read again."""
    (course / path("one")).write_text(text)
    first = resurvey()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(problem_module, "read_problem", lambda *_: pytest.fail("it is read again"))
        second = resurvey()

    assert first.mistakes == []
    assert whole(second) == whole(first) == whole(survey(course, ContentCache()))


SETUP = f"{TOPIC}/challenge/three/setup.py"
EVIDENCE = f"{TOPIC}/evidence/challenge/one.json"


@pytest.mark.parametrize(
    ("problem_text", "name", "before", "after"),
    [
        (claim(0), path("one"), claim(0), claim(1)),
        (claim(0), SETUP, "y = 1\n", "y = 2\n"),
        (claim(0), EVIDENCE, "proved", "REFUTE"),
        (claim(0).replace("+++\n", '+++\ndata = ["a.txt"]\n', 1), f"{TOPIC}/data/a.txt", "1", "2"),
        (SHOWN, f"{TOPIC}/images/a.png", IMAGE, OTHER_IMAGE),
    ],
    ids=["text", "file of its folder", "evidence", "data file", "image"],
)
def test_a_changed_file_counts(
    problem_text: str,
    name: str,
    before: str | bytes,
    after: str | bytes,
    course: Path,
    resurvey: Callable[[], Catalogue],
) -> None:
    """Also where its size and its time stay the same. Without the file, the survey is what it is without a cache."""
    (course / path("one")).write_text(problem_text)
    (course / SETUP).parent.mkdir()
    (course / SETUP).with_name("problem.md").write_text(claim(0))
    (course / SETUP).write_text("y = 1\n")
    if name != EVIDENCE:
        write(course / name, before, keep_time=False)
    prove(course, {})
    first = resurvey()
    assert resurvey() == first
    assert first.mistakes == []

    text = (course / name).read_bytes()
    old, new = (each.encode() if isinstance(each, str) else each for each in (before, after))
    write(course / name, text.replace(old, new) if name == EVIDENCE else new, keep_time=True)
    assert whole(resurvey()) != whole(first)
    assert whole(resurvey()) == whole(survey(course, ContentCache()))

    (course / name).unlink()
    assert whole(resurvey()) != whole(first)
    assert whole(resurvey()) == whole(survey(course, ContentCache()))


def test_reads_a_kind_of_another_package_each_time(
    course: Path, resurvey: Callable[[], Catalogue], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its code is no part of the fingerprint."""
    monkeypatch.setattr(kinds, "BUILTIN", ())
    resurvey()
    parsed: list[str] = []
    read = problem_module.read_problem
    monkeypatch.setattr(problem_module, "read_problem", lambda path, *rest: parsed.append(path) or read(path, *rest))
    resurvey()

    assert parsed == [path("one"), path("two")]


def test_evidence_of_another_version_counts_for_no_other(course: Path, resurvey: Callable[[], Catalogue]) -> None:
    """Two proofs name the same packages, but one of them another version."""
    (course / path("two")).write_text(claim(1))
    prove(course, {"click": version("click")})
    assert [entry.verdict for entry in resurvey().entries.values()] == [Verdict.PROVED, Verdict.PROVED]

    for name, expected in (("one", [True, False]), ("two", [False, True])):
        prove(course, {"click": version("click")})
        file = course / TOPIC / "evidence" / "challenge" / f"{name}.json"
        file.write_text(file.read_text().replace(version("click"), "0.0.1"))
        changed = [bool(entry.changed_versions) for entry in resurvey().entries.values()]
        assert changed == expected


def test_reads_no_cache_of_the_course_itself(course: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A stranger's course could contain a file that shows as proved what is not."""
    for folder in (course, course / "readings", course / TOPIC / ".." / "readings"):
        monkeypatch.setenv("PRACTICUM_READINGS", str(folder))
        load(course)
    (course.parent / "link").symlink_to(course)
    monkeypatch.setenv("PRACTICUM_READINGS", str(course.parent / "link" / "readings"))
    load(course)

    assert not [*course.rglob("*.reading")]


def test_two_courses_share_no_cache(course: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PRACTICUM_READINGS", str(tmp_path / "readings"))
    other = write_course(tmp_path / "other", {"one": claim(0)})
    load(course)
    load(other)

    assert len([*(tmp_path / "readings").iterdir()]) == 2
