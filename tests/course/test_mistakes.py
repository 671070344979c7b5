"""Each mistake in an author's file is reported once, at its line, with its code."""

# ruff: noqa: E501 - a table is read by its rows

from __future__ import annotations

import io
import os
from pathlib import Path

import pytest

from practicum.course import scan_course
from practicum.course.files import MAX_FILE_SIZE, _read_up_to
from tests.course.making import PATH, PROBLEM, change, line_of, mistakes, read_problem

CODE = """\
+++
kind = "repair"
level = "beginner"
+++

# Mend it

```python start
x = 1
```

```python solution
x = 2
```

```python check
assert x == 2
```

```python mutant
x = 3
```
"""
EDITS = """\
+++
level = "beginner"
[proof]
raises = "ValueError"
+++

# What is wrong?

```python run
x = 1
y = int("a")
x = 1
```

- [x] This

  ```diff fix
  -y = int("a")
  +y = int("1")
  ```

- [ ] That

  ```diff fix
  -y = int("a")
  +y = int("b")
  ```
"""
BEST = """\
+++
level = "beginner"
[proof]
best = "train"
vary = "rate"
measure = "accuracy"
+++

# Which?

- [x] `1e-5`
- [ ] `1e-3`
"""
ERROR = (
    EDITS.partition("- [x]")[0].replace('raises = "ValueError"', "error = true") + "- [x] `ValueError`\n- [ ] `none`\n"
)
PREDICT = '+++\nkind = "predict"\nlevel = "beginner"\n[proof]\nvalue = "x"\n+++\n# T\n```python run\nx = 1\n```\n'
PROJECT = """\
+++
kind = "project"
level = "expert"
[goal]
metric = "x"
at_least = 2
+++

# Do better

```python start
x = 1
```

```python solution
x = 2
```
"""

Row = tuple[str, str, str, str, str]
"""A valid text, the part to change and its replacement, a text on the line that must be reported, and the code."""

FRONT: list[Row] = [
    (PROBLEM, 'level = "beginner"', 'levle = "beginner"', "levle", "unknown-key"),
    (PROBLEM, 'level = "beginner"\n', "", 'label = "Sums"', "missing-key"),
    (PROBLEM, '"beginner"', '"begginer"', "begginer", "wrong-type"),
    (PROBLEM, '"beginner"', "beginner", "= beginner", "invalid-toml"),
    (PROBLEM, '"beginner"', '"beginner', '= "beginner', "invalid-toml"),
    (PROBLEM, "seconds = 90", "level = 'expert'", "expert", "invalid-toml"),
    (PROBLEM, "seconds = 90", "seconds 90", "seconds 90", "invalid-toml"),
    (PROBLEM, "seconds = 90", 'seconds = "90"', "seconds", "wrong-type"),
    (PROBLEM, "seconds = 90", "seconds = 0", "seconds", "out-of-range"),
    (PROBLEM, "seconds = 90", "seconds = 1.5", "seconds", "wrong-type"),
    (PROBLEM, "seconds = 90", "attempts = 11", "attempts", "out-of-range"),
    (PROBLEM, "seconds = 90", "attempts = true", "attempts", "wrong-type"),
    (PROBLEM, "seconds = 90", "seconds = 0x" + "f" * 6000, "seconds", "out-of-range"),
    (PROBLEM, '"Sums"', "''", "label", "empty-value"),
    (PROBLEM, "seconds = 90", 'kind = "chioce"', "kind", "unknown-kind"),
    (PROBLEM, "seconds = 90", "kind = 3", "kind", "wrong-type"),
    (PROBLEM, "seconds = 90", 'requires = ["keras >> 3"]', "requires", "invalid-requirement"),
    (PROBLEM, "seconds = 90", 'requires = "keras"', "requires", "wrong-type"),
    (PROBLEM, "[2, 3]", "3", "side = 3", "wrong-type"),
    (PROBLEM, "[2, 3]", "[]", "side = []", "empty-value"),
    (PROBLEM, "[2, 3]", "[2, [3]]", "side = [", "wrong-type"),
    (PROBLEM, "[2, 3]", "[2, inf]", "side = [", "wrong-type"),
    (PROBLEM, "[2, 3]", "[2, 3, 2]", "side = [", "repeated-value"),
    (PROBLEM, "side = [2, 3]", 'side = [2, 3]\n"a b" = [1]', '"a b"', "parameter-name"),
    (PROBLEM, '[proof]\nvalue = "total"', "proof = 3", "proof = 3", "wrong-type"),
    (PROBLEM, "+++\n\n# The", "\n# The", "+++\nlabel", "unclosed-front-matter"),
    (PROBLEM, "+++\nlabel", "---\nlabel", "---\nlabel", "no-front-matter"),
    (PROBLEM, "+++\nlabel", " +++\nlabel", " +++\nlabel", "no-front-matter"),
    (PROBLEM, "seconds = 90", "[goal]\nmetric = 'x'", "[goal]", "unused-goal"),
]  # fmt: skip
BODY: list[Row] = [
    (PROBLEM, "# The sum of {{ side }} numbers\n", "", "What does", "no-title"),
    (PROBLEM, "\n\n# The", "\n\nHello\n\n# The", "Hello", "text-before-title"),
    (PROBLEM, "What does", "# Another\n\nWhat does", "# Another", "second-title"),
    (PROBLEM, "## Hint", "## Hints", "## Hints", "unknown-section"),
    (PROBLEM, "## Explanation", "## Hint", "## Hint\n\n`range", "second-section"),
    (PROBLEM, "It begins at 0.\n\n## Explanation\n", "It begins at 0.\n\n- [ ] 5\n", "- [ ] 5", "options-in-section"),
    (PROBLEM, "## Hint\n\nIt begins at 0.\n\n## Explanation", "## Explanation\n\nIt begins at 0.\n\n## Hint", "## Hint", "section-order"),
    (PROBLEM, "What does", "## Part\n\nWhat does", "## Part", "unknown-section"),
    (PROBLEM, "python run", "python rum", "python rum", "unknown-role"),
    (PROBLEM, "python run", "Python run", "Python run", "unknown-role"),
    (PROBLEM, "python run", "python run fast", "run fast", "unknown-role"),
    (PROBLEM, "python run", "python solution", "python solution", "unused-role"),
    (PROBLEM, "zero)\n```", "zero)", "```python run", "unclosed-fence"),
    (PROBLEM, "- [x] `", "- [x ] `", "- [x ]", "invalid-checkbox"),
    (PROBLEM, "- [ ] `", "- [] `", "- [] ", "invalid-checkbox"),
    (PROBLEM, "- [ ] `", "- [o] `", "- [o] ", "invalid-checkbox"),
    (PROBLEM, "- [ ] `", "- `", "- `{{ side +", "no-checkbox"),
    (PROBLEM, "- [ ] `{{ side + 7 }}`", "- [ ]", "- [ ]", "empty-option"),
    (PROBLEM, "- [ ] `{{ side + 7 }}`", "- [ ] nine", "nine", "missing-code"),
    (PROBLEM, "{{ side + 7 }}", "nine", "`nine`", "invalid-code"),
    (PROBLEM, "{{ side + 7 }}", "{{ side * (side - 1) // 2 }}", "- [ ]", "repeated-option"),
    (PROBLEM, "- [x]", "- [ ]", "- [ ] `{{ side *", "missing-key"),
    (PROBLEM, "- [x] `{{ side * (side - 1) // 2 }}`\n\n  Each number counts once.\n\n", "", "# The sum", "option-count"),
    (PROBLEM, "- [ ] `", "\nor\n\n- [ ] `", "or\n", "text-after-options"),
    (PROBLEM, "- [ ] `{{ side + 7 }}`\n\n  That", "- [ ] `{{ side + 7 }}`\n\nThat", "That is", "text-after-options"),
    (PROBLEM, "  That is", "  ```python setup\n  x\n  ```\n  That", "```python setup\n  x", "role-in-option"),
    (PROBLEM, "  That is", "  ```python claim\n  x\n  ```\n  That", "```python claim", "unused-claim"),
    (PROBLEM, "  That is", "  ```diff fix\n  -x\n  ```\n  That", "```diff fix", "unused-fix"),
    (PROBLEM, "It begins", "```python setup\nx\n```\nIt begins", "```python setup\nx", "role-in-section"),
    (PROBLEM, "Think before", "- a\n\n  ```python setup\n  x\n  ```\n\nThink before", "```python setup\n  x", "nested-fence"),
    (PROBLEM, "Think before", "```python claim\nx\n```\n\nThink before", "```python claim", "role-outside-option"),
    (PROBLEM, "range({{ side }})", "range({{ sides }})", "total =", "unknown-parameter"),
    (PROBLEM, "Think before you", "Think {{ sides }}", "Think {{", "unknown-parameter"),
    (PROBLEM, "That is the length", "That is\n  {{ sides }}", "{{ sides }}", "unknown-parameter"),
    (PROBLEM, "`range(n)` ends", "`range(n)`\n{{ 1 / 0 }} ends", "{{ 1 / 0", "placeholder-value"),
    (PROBLEM, "`range(n)` ends", "`range(n)`\n{{ side ends", "{{ side ends", "placeholder-syntax"),
    (PROBLEM, "[params]\nside = [2, 3]\n", "", "# The sum", "no-parameters"),
]  # fmt: skip
PROOF: list[Row] = [
    (PROBLEM, "value =", "vlaue =", "vlaue", "unknown-key"),
    (PROBLEM, '"total"', '"total +"', "value", "invalid-value"),
    (PROBLEM, '"total"', "3", "value", "invalid-value"),
    (PROBLEM, '"total"', '"(yield)"', "value", "invalid-value"),
    (PROBLEM, '"total"', '"total{{ size }}"', "value", "unknown-parameter"),
    (PROBLEM, '"total"', '"total"\ntolerance = -1', "tolerance", "invalid-value"),
    (PROBLEM, '"total"', '"total"\nstrict = 1', "strict", "invalid-value"),
    (PROBLEM, '"total"', '"total"\nmatch = "x"', "match", "unknown-key"),
    (PROBLEM, '"total"', '"total"\nprints = true', "[proof]", "one-form-of-proof"),
    (PROBLEM, 'value = "total"', "prints = 3", "prints", "invalid-value"),
    (ERROR, "`ValueError`", "`1`", "`1`", "invalid-code"),
    (EDITS, '"ValueError"', '"Exception"', "raises", "invalid-value"),
    (EDITS, '"ValueError"', '"no name"', "raises", "invalid-value"),
    (EDITS, '"ValueError"', '"ValueError"\nmatch = "("', "match", "invalid-value"),
    (EDITS, '  -y = int("a")\n  +y = int("b")', '  -y = int("c")\n  +y = int("b")', '-y = int("c")', "fix-not-found"),
    (EDITS, '  -y = int("a")\n  +y = int("b")', "  -x = 1\n  +x = 2", "-x = 1", "fix-not-unique"),
    (EDITS, '  -y = int("a")\n  +y = int("b")', '   y = int("a")\n  x = 2', "  x = 2\n", "fix-unmarked-line"),
    (EDITS, '  -y = int("a")\n  +y = int("b")', "  +x = 2", "+x = 2", "fix-without-place"),
    (EDITS, '  -y = int("a")\n  +y = int("b")', '   y = int("a")', '   y = int("a")', "fix-without-change"),
    (EDITS, '```python run\nx = 1\ny = int("a")\nx = 1\n```\n', "", "# What", "missing-snippet"),
    (BEST, 'vary = "rate"\n', "", "[proof]", "missing-vary"),
    (BEST, '"rate"', '"rate"\nwant = "most"', "want", "invalid-value"),
    (BEST, '"rate"', '"rate"\nseeds = 1', "seeds", "invalid-value"),
    (BEST, '"rate"', '"rate"\nseeds = [1, 1]', "seeds", "invalid-value"),
    (BEST, '"rate"', '"rate"\ngiven = { rate = 1 }', "given", "varied-parameter"),
    (BEST, '"rate"', '"rate"\ngiven = { day = 2020-01-01 }', "given", "invalid-value"),
    (BEST, "- [ ]", "- [x]", "`1e-5`", "one-key"),
    (BEST, "`1e-3`", "a little", "a little", "missing-code"),
    (BEST, "`1e-3`", "`{1, 2}`", "{1, 2}", "invalid-literal"),
    (PREDICT, 'value = "x"', 'values = "x"', "values", "unknown-key"),
    (PREDICT, 'value = "x"', "value = 3", "value", "invalid-value"),
    (PREDICT, 'value = "x"', 'value = "x"\ntolerance = "no"', "tolerance", "invalid-value"),
    (PREDICT, "```python run\nx = 1\n```\n", "", "# T", "missing-snippet"),
    (PREDICT, "x = 1\n```\n", "x = 1\n```\n- [x] `1`\n- [ ] `2`\n", "- [x]", "options-not-allowed"),
    (CODE, "```python solution\nx = 2\n```\n", "", "# Mend", "missing-solution"),
    (CODE, "```python mutant\nx = 3\n```\n", "", "# Mend", "missing-mutant"),
    (CODE, "assert x == 2", "y = 1\nassert x = 2", "assert x = 2", "invalid-python"),
    (CODE, "assert x == 2", "x == 2", "x == 2", "check-without-assert"),
    (CODE, "assert x == 2", "if x == 2:\n    print(x)", "if x == 2", "check-without-assert"),
    (CODE, "x = 3", "x = = 3", "x = = 3", "invalid-python"),
    (CODE, "+++\n\n# Mend", "[proof]\nvalue = 'x'\n+++\n\n# Mend", "[proof]", "proof-not-allowed"),
    (CODE, "```python check", "```python check\nx\n```\n\n```python check", "```python check\nassert", "repeated-role"),
    (PROJECT, "at_least", "at_last", "at_last", "unknown-key"),
    (PROJECT, "at_least = 2\n", "", "[goal]", "one-bound"),
    (PROJECT, "at_least = 2", "at_least = nan", "at_least", "invalid-value"),
    (PROJECT, '"x"', '"x x"', "metric", "invalid-value"),
    (PROJECT, 'metric = "x"\n', "", "[goal]", "missing-metric"),
]  # fmt: skip
ROWS = list(FRONT + BODY + PROOF)


@pytest.mark.parametrize("row", ROWS, ids=[f"{number} {row[4]}" for number, row in enumerate(ROWS)])
def test_a_mistake_in_a_problem_is_reported_once_at_its_line(row: Row) -> None:
    """No other mistake follows from it."""
    text, old, new, place, code = row
    changed = change(old, new, text)

    _, wrong = read_problem(changed)

    assert [(mistake.path, mistake.line, mistake.code) for mistake in wrong] == [(PATH, line_of(place, changed), code)]
    assert wrong[0].message.isprintable()


def test_all_mistakes_of_a_file_are_reported_at_once() -> None:
    """An author can correct them in one go."""
    text = change('level = "beginner"', 'levl = "x"')
    text = change("seconds = 90", "seconds = 0", text)
    text = change('value = "total"', 'value = "total +"', text)
    text = change("range({{ side }})", "range({{ sides }})", text)
    text = change("- [ ] `{{ side + 7 }}`", "- [ ] nine", text)
    text = change("## Hint", "## Hnt", text)

    _, wrong = read_problem(text)

    assert [mistake.line for mistake in sorted(wrong)] == [3, 4, 8, 20, 29, 33]


def test_the_same_mistake_in_every_variant_is_reported_once() -> None:
    """Two variants, one mistake in the text."""
    assert len(read_problem(change('"total"', '"total +"'))[1]) == 1


@pytest.mark.parametrize(
    ("path", "content", "expected"),
    [
        (PATH, "", (PATH, 1, "no-front-matter")),
        (PATH, PROBLEM.replace("Think", "Café").encode("latin-1"), (PATH, 23, "not-utf-8")),
        (PATH, b"+" * (MAX_FILE_SIZE + 1), (PATH, 1, "file-too-large")),
        ("course.toml", "title = 3\n", ("course.toml", 1, "wrong-type")),
        ("course.toml", 'title = "C"\nlicense = "x"\n', ("course.toml", 2, "unknown-key")),
        ("topic/topic.toml", 'title = "T"\nbadge = "B"\n', ("topic/topic.toml", 2, "wrong-type")),
        ("topic/topic.toml", 'title = "T"\n[badge]\nnmae = "B"\n', ("topic/topic.toml", 3, "unknown-key")),
        ("topic/topic.toml", 'title = "T"\n[badge]\nname = 3\n', ("topic/topic.toml", 3, "wrong-type")),
        ("topic/topic.toml", 'title = "T"\n[badge]\n', ("topic/topic.toml", 2, "missing-key")),
        ("topic/topic.toml", 'title = "T"\nminutes = 0\n', ("topic/topic.toml", 2, "out-of-range")),
        ("topic/topic.toml", 'title = "T\n', ("topic/topic.toml", 1, "invalid-toml")),
        ("topic/experiments.py", "x = 1\ndef f(:\n", ("topic/experiments.py", 2, "invalid-python")),
        ("topic/experiments.py", "x = 1\n\0", ("topic/experiments.py", 1, "invalid-python")),
        ("topic/helper.py", "", ("topic/helper.py", 1, "unknown-file")),
        ("topic/challange/01.md", "", ("topic/challange", 1, "unknown-file")),
        ("topic/challenge/notes.txt", "", ("topic/challenge/notes.txt", 1, "not-a-problem")),
        ("topic/challenge/a b.md", PROBLEM, ("topic/challenge/a b.md", 1, "invalid-name")),
        ("topic/project/own.md", PROBLEM, ("topic/project/own.md", 1, "reserved-name")),
        ("topic/project/own/problem.md", PROBLEM, ("topic/project/own", 1, "reserved-name")),
        ("topic/challenge/a\nb.md", PROBLEM, (r"topic/challenge/a\nb.md", 1, "invalid-name")),
        ("topic/challenge/01.md/readme", "", ("topic/challenge/01.md", 1, "not-a-problem")),
        ("topic/challenge/01/problem.md", "", ("topic/challenge/01/problem.md", 1, "no-front-matter")),
        ("topic/challenge/01-sum/problem.md", PROBLEM, (PATH, 1, "repeated-name")),
        ("empty/readme.txt", "", ("empty", 1, "not-a-topic")),
        ("notes.md", "", ("notes.md", 1, "unknown-file")),
        ("a b/topic.toml", 'title = "T"\n', ("a b", 1, "invalid-name")),
    ],
)  # fmt: skip
def test_a_mistake_in_the_tree_is_reported_once(
    path: str, content: str | bytes, expected: tuple[str, int, str], tmp_path: Path
) -> None:
    """Every file must be known to the reader and in its place."""
    assert mistakes(tmp_path, {PATH: PROBLEM, path: content}) == [expected]


@pytest.mark.parametrize(
    "check",
    [
        "if x != 2:\n    raise ValueError",
        "import numpy as np\nnp.testing.assert_allclose(x, 2)",
        "def verify(value):\n    assert value == 2\nverify(x)",
    ],
)
def test_a_check_can_fail_in_other_ways_than_by_assert(check: str) -> None:
    """It raises, or calls a function that asserts."""
    assert read_problem(change("assert x == 2", check, CODE))[1] == []


@pytest.mark.parametrize(
    ("sets", "expected"),
    [
        ([2], ["topic/challenge/0.md"]),
        ([1, 3], ["topic/challenge/1.md"]),
        ([3, 1, 2], []),
        ([1, 1], []),
        ([2, 2], ["topic/challenge/0.md"]),
    ],
)
def test_sets_are_numbered_from_1(sets: list[int], expected: list[str], tmp_path: Path) -> None:
    """A gap is a mistake at the first later set."""
    texts = [change("seconds = 90", f"set = {number}") for number in sets]
    found = mistakes(tmp_path, {f"topic/challenge/{index}.md": text for index, text in enumerate(texts)})

    assert found == [(path, line_of("set = 2", change("seconds = 90", "set = 2")), "missing-set") for path in expected]


def test_a_set_may_be_in_a_file_with_a_mistake(tmp_path: Path) -> None:
    """What cannot be read may be what is missing."""
    files: dict[str, str | bytes] = {PATH: "x", "topic/challenge/02.md": change("seconds = 90", "set = 2")}

    assert mistakes(tmp_path, files) == [(PATH, 1, "no-front-matter")]


def test_ignores_files_of_editors_and_git_hosts(tmp_path: Path) -> None:
    """They are not part of a course."""
    others = [".gitignore", "README.md", "topic/README.md", "topic/__pycache__/x.pyc", "topic/challenge/.x.swp"]
    others += ["topic/challenge/01-sum.md~", "topic/evidence/challenge/old.json", "LICENSE"]

    assert mistakes(tmp_path, {PATH: PROBLEM} | dict.fromkeys(others, "anything")) == []


def test_a_course_needs_a_topic_and_a_course_toml(tmp_path: Path) -> None:
    """An empty folder has a mistake for each."""
    (tmp_path / "empty").mkdir()
    (tmp_path / "bare").mkdir()
    (tmp_path / "bare/course.toml").write_text('title = "C"\n')

    found = [[(m.path, m.line, m.code) for m in scan_course(tmp_path / name).mistakes] for name in ("empty", "bare")]

    assert found == [[("course.toml", 1, "unreadable-file")], [("course.toml", 1, "no-topic")]]


FOLDER = "topic/try/01-mend"


def folder(**files: str) -> dict[str, str | bytes]:
    """A folder problem in which every role is a file."""
    whole = {"start": "x = 1", "solution": "x = 2", "check": "assert x == 2", "mutants/guess": "x = {{ n }}"} | files
    front = '+++\nkind = "repair"\nlevel = "beginner"\n[params]\nn = [3, 4]\n+++\n# T\n'
    return {f"{FOLDER}/problem.md": front} | {f"{FOLDER}/{name}.py": text + "\n" for name, text in whole.items()}


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        (folder(), []),
        (folder(check="y = 1\nassert x = 2"), [("check.py", 2, "invalid-python")]),
        (folder(solution="x = 2\ny = {{ m }}"), [("solution.py", 2, "unknown-parameter")]),
        (folder(**{"mutants/other": "x = = 1"}), [("mutants/other.py", 1, "invalid-python")]),
        (folder(**{"mutants/guess": "x = {{ n"}), [("mutants/guess.py", 1, "placeholder-syntax")]),
        (folder(strat="x"), [("strat.py", 1, "unknown-file")]),
        (folder() | {f"{FOLDER}/mutants/x.txt": ""}, [("mutants/x.txt", 1, "unknown-file")]),
        (folder() | {f"{FOLDER}/start": ""}, [("start", 1, "unknown-file")]),
        (
            folder() | {f"{FOLDER}/problem.md": folder()[f"{FOLDER}/problem.md"] + "```python start\nx\n```\n"},  # type: ignore[operator]
            [("problem.md", 8, "repeated-role")],
        ),
    ],
)
def test_a_mistake_in_a_file_of_a_problem_folder_is_reported_in_that_file(
    files: dict[str, str | bytes], expected: list[tuple[str, int, str]], tmp_path: Path
) -> None:
    """A mistake in `check.py` is reported there, not in `problem.md`."""
    assert mistakes(tmp_path, files) == [(f"{FOLDER}/{name}", line, code) for name, line, code in expected]


def test_reads_a_file_that_comes_in_parts() -> None:
    """Some file systems return less than what was asked for."""

    class Dripping(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            return super().read(min(size or 0, 2))

    assert _read_up_to(Dripping(b"abcde"), 9, 6) == b"abcde"
    assert _read_up_to(Dripping(b"abcde"), 4, 6) == b"abcd"
    assert _read_up_to(Dripping(b""), 4, 1) == b""


def test_refuses_links_out_of_the_course(tmp_path: Path) -> None:
    """A stranger's course reveals no file of the machine that reads it, and no file name."""
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside/secret.md").write_text(PROBLEM)
    root = tmp_path / "course"
    mistakes(root, {PATH: PROBLEM})
    (root / "topic/challenge/02-link.md").symlink_to(tmp_path / "outside/secret.md")
    (root / "topic/try").symlink_to(tmp_path / "outside")
    (root / "other").symlink_to(tmp_path / "outside")
    (root / "topic/challenge/03-circle").symlink_to(root / "topic/challenge/03-circle")

    found = mistakes(root, {})

    assert [path for path, _, code in found if code == "link-outside"] == [
        "other",
        "topic/challenge/02-link.md",
        "topic/try",
    ]
    assert not any("secret" in path for path, _, _ in found)


def test_refuses_a_pipe(tmp_path: Path) -> None:
    """Opening one would hang."""
    mistakes(tmp_path, {PATH: PROBLEM})
    os.mkfifo(tmp_path / "topic/challenge/02-pipe.md")

    assert mistakes(tmp_path, {}) == [("topic/challenge/02-pipe.md", 1, "not-a-file")]


def test_reports_a_file_name_that_is_not_text(tmp_path: Path) -> None:
    """File names are bytes."""
    mistakes(tmp_path, {PATH: PROBLEM})
    (tmp_path / "topic/challenge" / os.fsdecode(b"\xff.md")).write_text("x")

    assert mistakes(tmp_path, {}) == [(r"topic/challenge/\udcff.md", 1, "invalid-name")]
