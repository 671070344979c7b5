"""The output and exit codes of `practicum prove`: 0 all proved or cited, 1 some not, 2 could not be read."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from practicum.runner import Pool
from tests.prove.making import SUM, TOPIC, path, problem, run_command, write_course

REFUTED = Path(__file__).parent / "refuted"


Prove = Callable[..., Result]


@pytest.fixture
def prove(pool: Pool, tmp_path: Path) -> Prove:
    """Run `practicum prove` in this process; the interpreters that it starts stay for other tests."""

    def run(*arguments: str | Path, cwd: Path = tmp_path) -> Result:
        return run_command(pool, cwd, "prove", *arguments)

    return run


@pytest.mark.slow
def test_json_has_the_documented_shape(tmp_path: Path) -> None:
    """Programs read it, from a process of its own."""
    command = [sys.executable, "-m", "practicum", "prove", "--json", str(write_course(tmp_path, {"sum": SUM}))]
    done = subprocess.run(command, capture_output=True, text=True, timeout=280, check=False)

    assert done.returncode == 0
    assert json.loads(done.stdout) == {
        "problems": [
            {
                "path": path("sum"),
                "kind": "choice",
                "file": path("sum"),
                "line": 7,
                "verdict": "proved",
                "why": "",
                "changed_versions": "",
                "variants": [
                    {
                        "params": {},
                        "verdict": "proved",
                        "why": "",
                        "code": "",
                        "options": [
                            {"text": "`6`", "key": True, "holds": True, "observed": "6"},
                            {"text": "`10`", "key": False, "holds": False, "observed": "6"},
                        ],
                    }
                ],
            }
        ]
    }


def test_explains_a_wrong_key(tmp_path: Path, prove: Prove) -> None:
    """With the option, its mark and the result; exit code 1."""
    done = prove(write_course(tmp_path, {"sum": SUM.replace("`6`", "`7`")}))

    assert done.exit_code == 1
    (line,) = (line for line in done.stdout.splitlines() if "✗" in line)
    assert "option 1" in line
    assert "`7`" in line
    assert "`6`" in done.stdout


def test_names_a_fenced_option_by_its_text(tmp_path: Path, prove: Prove) -> None:
    """In one line, as its author wrote it; each line of what was observed is indented below it."""
    options = "- [x]\n\n  ```\n  a\n    c\n  ```\n\n- [ ]\n\n  ```\n  ```\n\n- [ ] Either `d`\n"
    text = problem(f"```python run\nprint('a')\nprint()\nprint('b')\n```\n\n{options}", "prints = true")

    done = prove(write_course(tmp_path, {"lines": text}))

    lines = done.stdout.splitlines()
    places = [index for index, line in enumerate(lines) if "option " in line and "marked" in line]
    assert [lines[at].partition("hold: ")[2] for at in places] == ["a ↵   c", "an empty fence", "Either `d`"]
    assert [lines[at + 1 : at + 4] for at in places] == [["      a", "      ", "      b"]] * 3


CODE = problem(
    "```python start\nx = 1\n```\n\n```python solution\nx = 2\n```\n\n```python check\nassert x > 1\n```\n",
    front='kind = "repair"\nlevel = "beginner"',
)


def test_a_verdict_has_the_file_and_line_of_what_is_wrong(tmp_path: Path, prove: Prove) -> None:
    """Of an option, of code that raises, of a mutant's own file; of a problem that was not run its title."""
    wrong = {
        "key": SUM.replace("`6`", "`7`").replace("`10`", "`6`"),
        "raises": SUM.replace("total = sum", "total = summ"),
        "bare": problem("- [x] yes\n- [ ] no\n"),
    }
    root = write_course(tmp_path, wrong)
    mutants = root / TOPIC / "challenge/code/mutants"
    mutants.mkdir(parents=True)
    (mutants.parent / "problem.md").write_text(CODE)
    (mutants / "right.py").write_text("x = 3\n")

    done = prove(root, "--json")

    places = {each["path"]: (each["file"], each["line"]) for each in json.loads(done.stdout)["problems"]}
    assert places == {
        path("key"): (path("key"), 16),
        path("raises"): (path("raises"), 13),
        path("bare"): (path("bare"), 5),
        f"{TOPIC}/challenge/code/problem.md": (f"{TOPIC}/challenge/code/mutants/right.py", 1),
    }


def test_a_verdict_on_cards_has_the_line_of_the_first_wrong_one(tmp_path: Path, prove: Prove) -> None:
    """The reason quotes its question."""
    card = "## Is it {0}?\n\nYes.\n\n```python setup\nx = 1\n```\n\n```python claim\nx == {0}\n```\n\n"
    root = write_course(tmp_path, {})
    (root / TOPIC / "recall.md").write_text("# Cards\n\n" + card.format(1) + card.format(2))

    [deck] = json.loads(prove(root, "--json").stdout)["problems"]

    assert (deck["file"], deck["line"]) == (f"{TOPIC}/recall.md", 15)
    assert "Is it 2?" in deck["why"]


def test_a_reason_names_the_variant_if_others_differ(tmp_path: Path, prove: Prove) -> None:
    """The first one with the verdict of the whole, and how many there are. In all variants: none."""
    some = SUM.replace("[proof]", "[params]\na = [1, 2, 3]\n[proof]").replace("range(4)", "range(3 + {{ a }})")
    every = SUM.replace("[proof]", "[params]\na = [1, 2, 3]\n[proof]").replace("`6`", "`{{ a + 6 }}`")

    done = prove(write_course(tmp_path, {"every": every, "some": some}), "--json")

    why = {each["path"]: each["why"] for each in json.loads(done.stdout)["problems"]}
    assert why[path("every")].startswith("no option is right: ")
    assert "variants" not in why[path("every")]
    assert why[path("some")].startswith("with a = 2: ")
    assert why[path("some")].endswith(" (as 2 of 3 variants are)")


def test_check_fails_without_valid_evidence(tmp_path: Path, prove: Prove) -> None:
    """Missing evidence, then valid, then stale. It runs nothing."""
    root = write_course(tmp_path, {"sum": SUM})

    missing = prove(root, "--check")
    written = list(root.rglob("evidence"))
    prove(root)
    fresh = prove(root, "--check")
    write_course(tmp_path, {"sum": SUM.replace("range(4)", "range(3 + 1)")})
    stale = prove(root, "--check")

    assert (missing.exit_code, fresh.exit_code, stale.exit_code) == (1, 0, 1)
    assert written == []
    assert "unproved" in missing.stdout
    assert "unproved" in stale.stdout


def test_reports_every_mistake_with_file_and_line(tmp_path: Path, prove: Prove) -> None:
    """Three mistakes in three files: three lines on standard error, and exit code 2. The sound file is proved."""
    write_course(
        tmp_path,
        {
            "level": SUM.replace('"beginner"', '"begginer"'),
            "role": SUM.replace("python run", "python runn"),
            "box": SUM.replace("- [ ] `10`", "- `10`"),
            "sound": SUM,
        },
    )

    done = prove(".", cwd=tmp_path)

    assert done.exit_code == 2
    assert "1 of 1 proved" in done.stdout
    lines = done.stderr.splitlines()
    assert lines[0].startswith("topic/challenge/box.md:20: ")
    assert lines[1].startswith("topic/challenge/level.md:2: ")
    assert any(line.startswith("topic/challenge/role.md:12: ") for line in lines)
    assert [file.stem for file in tmp_path.rglob("evidence/*/*.json")] == ["sound"]


def test_runs_nothing_if_no_file_is_left(tmp_path: Path, prove: Prove) -> None:
    """The note under the mistakes reports it."""
    done = prove(write_course(tmp_path, {"broken": "no front matter"}))

    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr.splitlines()[-1] == "1 mistake; nothing was run"


def test_json_contains_mistakes_beside_verdicts(tmp_path: Path, prove: Prove) -> None:
    """With their code and line."""
    done = prove(write_course(tmp_path, {"broken": "no front matter", "sound": SUM}), "--json")

    found = json.loads(done.stdout)
    assert done.exit_code == 2
    assert [(each["path"], each["verdict"]) for each in found["problems"]] == [(path("sound"), "proved")]
    assert [(each["path"], each["line"], each["code"]) for each in found["mistakes"]] == [
        (path("broken"), 1, "no-front-matter")
    ]


@pytest.mark.parametrize(
    ("file", "content"),
    [
        ("course.toml", 'title = "Course"\n[environment]\npackages = 3\n'),
        (f"{TOPIC}/experiments.py", "def f(:\n"),
    ],
)
def test_runs_nothing_that_depends_on_a_file_with_a_mistake(
    file: str, content: str, tmp_path: Path, prove: Prove
) -> None:
    """It would run with other packages, or without its experiments."""
    root = write_course(tmp_path, {"sound": SUM})
    (root / file).write_text(content)

    done = prove(root)

    assert (done.exit_code, done.stdout) == (2, "")
    assert not list(tmp_path.rglob("evidence"))


def test_proves_a_sound_problem_beside_a_broken_one(tmp_path: Path, prove: Prove) -> None:
    """Mistakes outside of the given path do not matter."""
    root = write_course(tmp_path, {"broken": "no front matter", "sound": SUM})

    sound = prove(root / path("sound"))
    everything = prove(root)

    assert (sound.exit_code, everything.exit_code) == (0, 2)


@pytest.mark.parametrize("name", ["nowhere", "."])
def test_rejects_a_path_without_a_course(tmp_path: Path, name: str, prove: Prove) -> None:
    """In one line, with exit code 2."""
    (tmp_path / "empty").mkdir()

    done = prove(tmp_path / "empty" / name)

    assert done.exit_code == 2
    assert len(done.stderr.splitlines()) == 1


def test_leaves_valid_evidence_as_it_is(tmp_path: Path, prove: Prove) -> None:
    """Nothing is run or written again."""
    root = write_course(tmp_path, {f"p{n}": SUM.replace("range(4)", f"range(4 + {n} - {n})") for n in range(20)})
    prove(root)
    evidence = {file: file.stat().st_mtime_ns for file in root.rglob("*.json")}

    done = prove(root)

    assert done.exit_code == 0
    assert evidence == {file: file.stat().st_mtime_ns for file in root.rglob("*.json")}


def test_reports_evidence_that_cannot_be_written(tmp_path: Path, prove: Prove) -> None:
    """With exit code 2, not with a traceback."""
    root = write_course(tmp_path, {"sum": SUM})
    (root / "topic" / "evidence").write_text("in the way")

    done = prove(root)

    assert done.exit_code == 2
    assert str(root / "topic" / "evidence") in done.stderr
    assert "Traceback" not in done.stderr


def test_a_problem_without_a_claim_is_unproved(tmp_path: Path, prove: Prove) -> None:
    """The reason names the fence to add."""
    done = prove(write_course(tmp_path, {"bare": problem("- [x] yes\n- [ ] no\n")}), "--json")

    assert done.exit_code == 1
    [problem_json] = json.loads(done.stdout)["problems"]
    assert problem_json["verdict"] == "unproved"
    assert "python claim" in problem_json["why"]


def test_shows_that_code_does_not_raise(tmp_path: Path, prove: Prove) -> None:
    """Of a program that is said to stop with an exception: which one, and that it runs; exit code 1."""
    fix = "\n\n  ```diff fix\n  -int('1')\n  +int('{}')\n  ```\n\n"
    edits = f"- [x] `b`{fix.format(2)}- [ ] `c`{fix.format(3)}"
    text = problem(f"Why?\n\n```python run\nint('1')\n```\n\n{edits}", 'raises = "ValueError"')

    done = prove(write_course(tmp_path, {"raises": text}))

    assert done.exit_code == 1
    assert "refuted" in done.stdout
    assert "ValueError" in done.stdout


@pytest.mark.slow
@pytest.mark.tensorflow
def test_refutes_that_resnet50_rejects_64_pixels(tmp_path: Path, pool: Pool) -> None:
    """A published page teaches it, but the code runs."""
    [course] = [file.parent for file in REFUTED.glob("*/course.toml")]
    shutil.copytree(course, tmp_path / "course")

    done = run_command(pool, tmp_path, "prove", tmp_path / "course", one_interpreter=True)

    assert done.exit_code == 1
    assert "refuted" in done.stdout
    assert "ValueError" in done.stdout
