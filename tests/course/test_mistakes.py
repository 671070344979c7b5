"""Each mistake an author makes is reported at its line, in words that say what to write instead."""

# ruff: noqa: E501 - a table is read by its rows

from __future__ import annotations

import os
from pathlib import Path

import pytest

from practicum.course.files import LARGEST
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
"""A sound text, what in it is changed and into what, the line that must be named (by what then stands there), why."""

FRONT: list[Row] = [
    (PROBLEM, 'level = "beginner"', 'levle = "beginner"', "levle", "`levle` is not known here: did you mean `level`?"),
    (PROBLEM, 'level = "beginner"\n', "", 'label = "Sums"', '`level` is missing: write one of "beginner", "intermediate"'),
    (PROBLEM, '"beginner"', '"begginer"', "begginer", "`level` must be one of \"beginner\", \"intermediate\", \"advanced\", \"expert\", not 'begginer'"),
    (PROBLEM, '"beginner"', "beginner", "= beginner", "no valid TOML: this is no value: text stands in quotes"),
    (PROBLEM, '"beginner"', '"beginner', '= "beginner', "a quotation mark is missing"),
    (PROBLEM, "seconds = 90", "level = 'expert'", "expert", "this key stands here for the second time"),
    (PROBLEM, "seconds = 90", "seconds 90", "seconds 90", "`=` is missing"),
    (PROBLEM, "seconds = 90", 'seconds = "90"', "seconds", "`seconds` must be a whole number, not '90' (take the quotes away)"),
    (PROBLEM, "seconds = 90", "seconds = 0", "seconds", "`seconds` must be at least 5, not 0"),
    (PROBLEM, "seconds = 90", "seconds = 1.5", "seconds", "`seconds` must be a whole number, not 1.5"),
    (PROBLEM, "seconds = 90", "attempts = 11", "attempts", "`attempts` must be at most 10, not 11"),
    (PROBLEM, "seconds = 90", "attempts = true", "attempts", "`attempts` must be a whole number, not True"),
    (PROBLEM, "seconds = 90", "seconds = 0x" + "f" * 6000, "seconds", "`seconds` must be at most 7200, not such a number"),
    (PROBLEM, '"Sums"', "''", "label", "`label` is empty"),
    (PROBLEM, "seconds = 90", 'kind = "chioce"', "kind", "`chioce` is no kind: did you mean `choice`?"),
    (PROBLEM, "seconds = 90", "kind = 3", "kind", "`kind` must be text in quotes, not 3"),
    (PROBLEM, "seconds = 90", 'requires = ["keras >> 3"]', "requires", "`keras >> 3` is no requirement: write one such as `keras>=3`"),
    (PROBLEM, "seconds = 90", 'requires = "keras"', "requires", "`requires` must be a list, such as `[…]`, not 'keras'"),
    (PROBLEM, "[2, 3]", "3", "side = 3", "`params.side` must be a list of numbers, texts or truths, not 3"),
    (PROBLEM, "[2, 3]", "[]", "side = []", "`params.side` is empty"),
    (PROBLEM, "[2, 3]", "[2, [3]]", "side = [", "`params.side` must be a list of numbers, texts or truths"),
    (PROBLEM, "[2, 3]", "[2, inf]", "side = [", "`params.side` must be"),
    (PROBLEM, "[2, 3]", "[2, 3, 2]", "side = [", "`side` holds a value twice"),
    (PROBLEM, "side = [2, 3]", 'side = [2, 3]\n"a b" = [1]', '"a b"', "`params.a b` is no name: parameters are named like"),
    (PROBLEM, '[proof]\nvalue = "total"', "proof = 3", "proof = 3", "`params.proof` must be a list"),
    (PROBLEM, "+++\n\n# The", "\n# The", "+++\nlabel", "the front matter is never closed"),
    (PROBLEM, "+++\nlabel", "---\nlabel", "---\nlabel", "the file must begin with `+++`"),
    (PROBLEM, "+++\nlabel", " +++\nlabel", " +++\nlabel", "the file must begin with `+++`"),
    (PROBLEM, "seconds = 90", "[goal]\nmetric = 'x'", "[goal]", "a `choice` problem has no `[goal]`"),
]  # fmt: skip
BODY: list[Row] = [
    (PROBLEM, "# The sum of {{ side }} numbers\n", "", "What does", "there is no title: begin the text with `# A title`"),
    (PROBLEM, "\n\n# The", "\n\nHello\n\n# The", "Hello", "text stands before the title"),
    (PROBLEM, "What does", "# Another\n\nWhat does", "# Another", "this is a second title"),
    (PROBLEM, "## Hint", "## Hints", "## Hints", "`## Hints` is no section: there are `## Hint` and `## Explanation`"),
    (PROBLEM, "## Explanation", "## Hint", "## Hint\n\n`range", "there is a second `## Hint`"),
    (PROBLEM, "What does", "## Part\n\nWhat does", "## Part", "`## Part` is no section"),
    (PROBLEM, "python run", "python rum", "python rum", "is no role: did you mean `python run`?"),
    (PROBLEM, "python run", "Python run", "Python run", "is no role: did you mean `python run`?"),
    (PROBLEM, "python run", "python run fast", "run fast", "is no role: did you mean `python run`?"),
    (PROBLEM, "python run", "python solution", "python solution", "a `choice` problem has no `solution`"),
    (PROBLEM, "zero)\n```", "zero)", "```python run", "this fence is never closed: end it with ```"),
    (PROBLEM, "- [x] `", "- [x ] `", "- [x ]", "`[x ]` is no box: write `[x]` for a right option, `[ ]` for a wrong one"),
    (PROBLEM, "- [ ] `", "- [] `", "- [] ", "`[]` is no box"),
    (PROBLEM, "- [ ] `", "- [o] `", "- [o] ", "`[o]` is no box"),
    (PROBLEM, "- [ ] `", "- `", "- `{{ side +", "this item has no box: write `- [x]`"),
    (PROBLEM, "- [ ] `{{ side + 7 }}`", "- [ ]", "- [ ]", "this option is empty"),
    (PROBLEM, "- [ ] `{{ side + 7 }}`", "- [ ] nine", "nine", "this option has no code span; the value, as a Python literal, stands in backticks"),
    (PROBLEM, "{{ side + 7 }}", "nine", "`nine`", "`nine` is not a Python literal: write the value as Python would show it"),
    (PROBLEM, "{{ side + 7 }}", "{{ side * (side - 1) // 2 }}", "- [ ]", "this option says the same as option 1"),
    (PROBLEM, "- [x]", "- [ ]", "- [ ] `{{ side *", "no option is marked right"),
    (PROBLEM, "- [x] `{{ side * (side - 1) // 2 }}`\n\n  Each number counts once.\n\n", "", "# The sum", "a choice has two to eight options, this one has 1"),
    (PROBLEM, "- [ ] `", "\nor\n\n- [ ] `", "or\n", "text stands after the options: indent it under one"),
    (PROBLEM, "- [ ] `{{ side + 7 }}`\n\n  That", "- [ ] `{{ side + 7 }}`\n\nThat", "That is", "text stands after the options"),
    (PROBLEM, "  That is", "  ```python setup\n  x\n  ```\n  That", "```python setup\n  x", "a `setup` fence belongs to the problem: move it out of the option"),
    (PROBLEM, "  That is", "  ```python claim\n  x\n  ```\n  That", "```python claim", "this claim settles nothing: with `value` in `[proof]`"),
    (PROBLEM, "  That is", "  ```diff fix\n  -x\n  ```\n  That", "```diff fix", "this fix settles nothing: fixes go with `raises` or `repairs`"),
    (PROBLEM, "It begins", "```python setup\nx\n```\nIt begins", "```python setup\nx", "a `setup` fence stands in `## Hint`: move it above"),
    (PROBLEM, "Think before", "- a\n\n  ```python setup\n  x\n  ```\n\nThink before", "```python setup\n  x", "stands inside a list or quotation: move it out"),
    (PROBLEM, "Think before", "```python claim\nx\n```\n\nThink before", "```python claim", "a `claim` belongs to an option: indent it under one"),
    (PROBLEM, "range({{ side }})", "range({{ sides }})", "total =", "`sides` is no parameter of this problem; the parameters are `side`"),
    (PROBLEM, "Think before you", "Think {{ sides }}", "Think {{", "`sides` is no parameter"),
    (PROBLEM, "That is the length", "That is\n  {{ sides }}", "{{ sides }}", "`sides` is no parameter"),
    (PROBLEM, "`range(n)` ends", "`range(n)`\n{{ 1 / 0 }} ends", "{{ 1 / 0", "the braces cannot be filled in: division by zero"),
    (PROBLEM, "`range(n)` ends", "`range(n)`\n{{ side ends", "{{ side ends", "the braces hold no Jinja expression"),
    (PROBLEM, "[params]\nside = [2, 3]\n", "", "# The sum", "`{{ side }}` is filled in from `[params]`, and this problem has none"),
]  # fmt: skip
PROOF: list[Row] = [
    (PROBLEM, "value =", "vlaue =", "vlaue", "`vlaue` means nothing in a `[proof]` without a form of proof: did you mean `value`?"),
    (PROBLEM, '"total"', '"total +"', "value", "`value` must be a Python expression, and 'total +' is none"),
    (PROBLEM, '"total"', "3", "value", "`value` must be a Python expression in quotes, not 3"),
    (PROBLEM, '"total"', '"(yield)"', "value", "`yield` and `await` are for functions"),
    (PROBLEM, '"total"', '"total{{ size }}"', "value", "`size` is no parameter"),
    (PROBLEM, '"total"', '"total"\ntolerance = -1', "tolerance", "`tolerance` must be a number such as 1e-6, not -1"),
    (PROBLEM, '"total"', '"total"\nstrict = 1', "strict", "`strict` must be true or false, not 1"),
    (PROBLEM, '"total"', '"total"\nmatch = "x"', "match", "`match` means nothing in a `value` proof: it may hold `value`, `tolerance`, `strict`"),
    (PROBLEM, '"total"', '"total"\nprints = true', "[proof]", "`[proof]` asks for `value` and `prints`: a problem has one form of proof"),
    (PROBLEM, 'value = "total"', 'prints = "yes"', "prints", "`prints` must be true or false, not 'yes'"),
    (ERROR, "`ValueError`", "`1`", "`1`", "`1` is no exception's name: write one such as `ValueError`, or `none`"),
    (EDITS, '"ValueError"', '"Exception"', "raises", "`raises` must say which exception: any is an `Exception`"),
    (EDITS, '"ValueError"', '"no name"', "raises", "`raises` must be an exception's name, in quotes, not 'no name'"),
    (EDITS, '"ValueError"', '"ValueError"\nmatch = "("', "match", "`match` is no regular expression"),
    (EDITS, '  -y = int("a")\n  +y = int("b")', '  -y = int("c")\n  +y = int("b")', '-y = int("c")', '`y = int("c")` is no line of the snippet: copy the line exactly'),
    (EDITS, '  -y = int("a")\n  +y = int("b")', "  -x = 1\n  +x = 2", "-x = 1", "`x = 1` stands 2 times in the snippet: add context lines"),
    (EDITS, '  -y = int("a")\n  +y = int("b")', '   y = int("a")\n  x = 2', "  x = 2\n", "`x = 2` begins with neither `-` (take away), `+` (put there) nor a blank"),
    (EDITS, '  -y = int("a")\n  +y = int("b")', "  +x = 2", "+x = 2", "nothing says where the added lines go"),
    (EDITS, '  -y = int("a")\n  +y = int("b")', '   y = int("a")', '   y = int("a")', "the fix changes nothing"),
    (EDITS, '```python run\nx = 1\ny = int("a")\nx = 1\n```\n', "", "# What", "a `raises` proof needs a snippet"),
    (BEST, 'vary = "rate"\n', "", "[proof]", "a `best` proof needs `vary`, the parameter whose value each option gives"),
    (BEST, '"rate"', '"rate"\nwant = "most"', "want", "`want` must be \"highest\" or \"lowest\", not 'most'"),
    (BEST, '"rate"', '"rate"\nseeds = 1', "seeds", "`seeds` must be a number from 2 to 100, not 1: one seed alone"),
    (BEST, '"rate"', '"rate"\nseeds = [1, 1]', "seeds", "`seeds` must hold from 2 to 100 different whole numbers"),
    (BEST, '"rate"', '"rate"\ngiven = { rate = 1 }', "given", "`given` holds `rate`, which the proof varies itself"),
    (BEST, '"rate"', '"rate"\ngiven = { day = 2020-01-01 }', "given", "parameters are numbers, texts, truths and lists of them"),
    (BEST, "- [ ]", "- [x]", "`1e-5`", "a `best` proof has one winner"),
    (BEST, "`1e-3`", "a little", "a little", "this option has no value: write a Python literal"),
    (BEST, "`1e-3`", "`{1, 2}`", "{1, 2}", "`{1, 2}` is neither a number, text, a truth nor a list of them"),
    (PREDICT, 'value = "x"', 'values = "x"', "values", "`values` means nothing in a `predict` problem: did you mean `value`?"),
    (PREDICT, 'value = "x"', "value = 3", "value", "`value` must be a Python expression in quotes, not 3"),
    (PREDICT, 'value = "x"', 'value = "x"\ntolerance = "no"', "tolerance", "`tolerance` must be a number"),
    (PREDICT, "```python run\nx = 1\n```\n", "", "# T", "`predict` needs a snippet"),
    (PREDICT, "x = 1\n```\n", "x = 1\n```\n- [x] `1`\n- [ ] `2`\n", "- [x]", "`predict` has no options: its key is what the run gives"),
    (CODE, "```python solution\nx = 2\n```\n", "", "# Mend", "`repair` needs a ```` ```python solution ```` fence"),
    (CODE, "```python mutant\nx = 3\n```\n", "", "# Mend", "add a ```` ```python mutant ````, a plausible wrong answer"),
    (CODE, "assert x == 2", "y = 1\nassert x = 2", "assert x = 2", "this check is no Python"),
    (CODE, "x = 3", "x = = 3", "x = = 3", "this mutant is no Python"),
    (CODE, "+++\n\n# Mend", "[proof]\nvalue = 'x'\n+++\n\n# Mend", "[proof]", "`repair` is proved by its solution, start and mutants: it has no `[proof]`"),
    (CODE, "```python check", "```python check\nx\n```\n\n```python check", "```python check\nassert", "there is a second `check` fence"),
    (PROJECT, "at_least", "at_last", "at_last", "`at_last` means nothing in `[goal]`: did you mean `at_least`?"),
    (PROJECT, "at_least = 2\n", "", "[goal]", "`[goal]` needs one bound: `at_least = 0.8` or `at_most = 0.5`"),
    (PROJECT, "at_least = 2", "at_least = nan", "at_least", "`at_least` must be a number, not nan"),
    (PROJECT, '"x"', '"x x"', "metric", "`metric` must be a Python expression"),
    (PROJECT, 'metric = "x"\n', "", "[goal]", "`project` needs `[goal]` with `metric = \"EXPR\"`"),
]  # fmt: skip
ROWS = list(FRONT + BODY + PROOF)


@pytest.mark.parametrize("row", ROWS, ids=[f"{number} {row[4][:50]}" for number, row in enumerate(ROWS)])
def test_a_mistake_in_a_problem_is_reported_once_at_its_line(row: Row) -> None:
    """What is reported is that mistake and no other, and it names the line on which it stands."""
    text, old, new, place, message = row
    changed = change(old, new, text)

    _, wrong = read_problem(changed)

    assert [(mistake.path, mistake.line) for mistake in wrong] == [(PATH, line_of(place, changed))]
    assert message in wrong[0].message
    assert wrong[0].message.isprintable()


def test_all_mistakes_of_a_file_are_reported_at_once() -> None:
    """An author mends them in one go."""
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
    ("path", "content", "said"),
    [
        (PATH, "", f"{PATH}:1: the file must begin with `+++`, then TOML"),
        (PATH, PROBLEM.replace("Think", "Café").encode("latin-1"), f"{PATH}:23: is not UTF-8 here (byte 0xe9): save"),
        (PATH, b"+" * (LARGEST + 1), f"{PATH}:1: is larger than 128 KiB: split it"),
        ("course.toml", "title = 3\n", "course.toml:1: `title` must be text in quotes, not 3"),
        ("course.toml", 'title = "C"\nlicense = "x"\n', "course.toml:2: `license` is not known here: did you mean `licence`?"),
        ("topic/topic.toml", 'title = "T"\nbadge = "B"\n', "topic/topic.toml:2: `badge` must be a table, `[badge]` with"),
        ("topic/topic.toml", 'title = "T"\n[badge]\nnmae = "B"\n', "topic/topic.toml:3: `badge.nmae` is not known here: did you mean `name`?"),
        ("topic/topic.toml", 'title = "T"\n[badge]\nname = 3\n', "topic/topic.toml:3: `badge.name` must be text in quotes, not 3"),
        ("topic/topic.toml", 'title = "T"\n[badge]\n', "topic/topic.toml:2: `badge.name` is missing"),
        ("topic/topic.toml", 'title = "T"\nminutes = 0\n', "topic/topic.toml:2: `minutes` must be at least 1, not 0"),
        ("topic/topic.toml", 'title = "T\n', "topic/topic.toml:1: this is no valid TOML: a quotation mark is missing"),
        ("topic/experiments.py", "x = 1\ndef f(:\n", "topic/experiments.py:2: is no Python: invalid syntax"),
        ("topic/experiments.py", "x = 1\n\0", "topic/experiments.py:1: is no Python: source code string cannot contain null bytes"),
        ("topic/helper.py", "", "topic/helper.py:1: is no file of a topic: did you mean `experiments.py`?"),
        ("topic/challange/01.md", "", "topic/challange:1: is no file of a topic: did you mean `challenge/`?"),
        ("topic/challenge/notes.txt", "", "topic/challenge/notes.txt:1: is no problem: a problem is a file `NAME.md`"),
        ("topic/challenge/a b.md", PROBLEM, "topic/challenge/a b.md:1: cannot be part of an address"),
        ("topic/project/own.md", PROBLEM, "topic/project/own.md:1: the service has a page of its own called `own`"),
        ("topic/project/own/problem.md", PROBLEM, "topic/project/own:1: the service has a page of its own called `own`"),
        ("topic/challenge/a\nb.md", PROBLEM, r"topic/challenge/a\nb.md:1: cannot be part of an address"),
        ("topic/challenge/01.md/readme", "", "topic/challenge/01.md:1: this folder is no problem: add a `problem.md`"),
        ("topic/challenge/01/problem.md", "", "topic/challenge/01/problem.md:1: the file must begin with"),
        ("topic/challenge/01-sum/problem.md", PROBLEM, f"{PATH}:1: has the same name as 01-sum/: rename one"),
        ("empty/readme.txt", "", "empty:1: this folder is no topic: add a `topic.toml`"),
        ("notes.md", "", "notes.md:1: is no file of a course"),
        ("a b/topic.toml", 'title = "T"\n', "a b:1: cannot be part of an address"),
    ],
)  # fmt: skip
def test_a_mistake_in_the_tree_is_reported_once(path: str, content: str | bytes, said: str, tmp_path: Path) -> None:
    """Every file must be one that the reader knows, in its place."""
    found = mistakes(tmp_path, {PATH: PROBLEM, path: content})

    assert len(found) == 1
    assert found[0].startswith(said)


def test_what_a_folder_may_hold_besides_is_left_alone(tmp_path: Path) -> None:
    """Notes of editors and Git hosts are no part of a course."""
    others = [".gitignore", "README.md", "topic/README.md", "topic/__pycache__/x.pyc", "topic/challenge/.x.swp"]
    others += ["topic/challenge/01-sum.md~", "topic/evidence/challenge/old.json", "LICENSE"]

    assert mistakes(tmp_path, {PATH: PROBLEM} | dict.fromkeys(others, "anything")) == []


def test_a_course_needs_a_topic_and_a_course_toml(tmp_path: Path) -> None:
    """An empty folder is told what it lacks."""
    from practicum.course import survey

    (tmp_path / "empty").mkdir()
    (tmp_path / "bare").mkdir()
    (tmp_path / "bare/course.toml").write_text('title = "C"\n')

    assert [str(m) for m in survey(tmp_path / "empty").mistakes] == [
        "course.toml:1: cannot be read: No such file or directory"
    ]
    assert [str(m) for m in survey(tmp_path / "bare").mistakes] == [
        "course.toml:1: the course has no topic: add a folder with a `topic.toml`"
    ]


FOLDER = "topic/try/01-mend"


def folder(**files: str) -> dict[str, str | bytes]:
    """A folder problem in which every role is a file."""
    whole = {"start": "x = 1", "solution": "x = 2", "check": "assert x == 2", "mutants/guess": "x = {{ n }}"} | files
    front = '+++\nkind = "repair"\nlevel = "beginner"\n[params]\nn = [3, 4]\n+++\n# T\n'
    return {f"{FOLDER}/problem.md": front} | {f"{FOLDER}/{name}.py": text + "\n" for name, text in whole.items()}


@pytest.mark.parametrize(
    ("files", "said"),
    [
        (folder(), None),
        (folder(check="y = 1\nassert x = 2"), "check.py:2: this check is no Python"),
        (folder(solution="x = 2\ny = {{ m }}"), "solution.py:2: `m` is no parameter of this problem"),
        (folder(**{"mutants/other": "x = = 1"}), "mutants/other.py:1: this mutant is no Python"),
        (folder(**{"mutants/guess": "x = {{ n"}), "mutants/guess.py:1: the braces hold no Jinja expression"),
        (folder(strat="x"), "strat.py:1: is no file of a problem: did you mean `start.py`?"),
        (folder() | {f"{FOLDER}/mutants/x.txt": ""}, "mutants/x.txt:1: is no file of a problem"),
        (folder() | {f"{FOLDER}/start": ""}, "start:1: is no file of a problem: did you mean `start.py`?"),
        (
            folder() | {f"{FOLDER}/problem.md": folder()[f"{FOLDER}/problem.md"] + "```python start\nx\n```\n"},  # type: ignore[operator]
            "problem.md:8: both this fence and the file start.py say what `start` is: keep one",
        ),
    ],
)
def test_files_of_a_folder_problem_have_lines_of_their_own(
    files: dict[str, str | bytes], said: str | None, tmp_path: Path
) -> None:
    """A mistake in `check.py` is reported there, not somewhere in `problem.md`."""
    found = mistakes(tmp_path, files)

    assert len(found) == (said is not None)
    assert not said or found[0].startswith(f"{FOLDER}/{said}")


def test_links_lead_nowhere_outside_the_course(tmp_path: Path) -> None:
    """A stranger's course shows no file of the machine that reads it, and no name of one."""
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside/secret.md").write_text(PROBLEM)
    root = tmp_path / "course"
    mistakes(root, {PATH: PROBLEM})
    (root / "topic/challenge/02-link.md").symlink_to(tmp_path / "outside/secret.md")
    (root / "topic/try").symlink_to(tmp_path / "outside")
    (root / "other").symlink_to(tmp_path / "outside")
    (root / "topic/challenge/03-circle").symlink_to(root / "topic/challenge/03-circle")

    found = mistakes(root, {})

    assert [text.partition(": ")[0] for text in found if "link out of the course" in text] == [
        "other:1",
        "topic/challenge/02-link.md:1",
        "topic/try:1",
    ]
    assert not any("secret" in text for text in found)


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    """To open one would be to hang."""
    mistakes(tmp_path, {PATH: PROBLEM})
    os.mkfifo(tmp_path / "topic/challenge/02-pipe.md")

    assert mistakes(tmp_path, {}) == ["topic/challenge/02-pipe.md:1: is no plain file: put a text file here"]


def test_a_name_that_is_no_text_can_be_reported(tmp_path: Path) -> None:
    """File names are bytes."""
    mistakes(tmp_path, {PATH: PROBLEM})
    (tmp_path / "topic/challenge" / os.fsdecode(b"\xff.md")).write_text("x")

    assert mistakes(tmp_path, {})[0].startswith(r"topic/challenge/\udcff.md:1: cannot be part of an address")
