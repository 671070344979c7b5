"""What `practicum prove` must say and how it must end: 0 all proved or cited, 1 some not, 2 could not be read."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.prove.making import SUM, path, problem, write_course

REFUTED = Path(__file__).parent / "refuted"


def prove(*words: str | Path, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "practicum", "prove", *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, cwd=cwd, timeout=280, check=False)


def test_json_has_the_documented_shape(tmp_path: Path) -> None:
    """The contract for programs that read it."""
    done = prove(write_course(tmp_path, {"sum": SUM}), "--json")

    assert done.returncode == 0
    assert json.loads(done.stdout) == {
        "problems": [
            {
                "path": path("sum"),
                "kind": "choice",
                "verdict": "proved",
                "why": "",
                "variants": [
                    {
                        "params": {},
                        "verdict": "proved",
                        "why": "",
                        "options": [
                            {"text": "`6`", "key": True, "holds": True, "observed": "6"},
                            {"text": "`10`", "key": False, "holds": False, "observed": "6"},
                        ],
                    }
                ],
            }
        ]
    }


def test_a_wrong_key_is_refused_in_words(tmp_path: Path) -> None:
    """Which option, what was claimed, what happened; exit code 1."""
    done = prove(write_course(tmp_path, {"sum": SUM.replace("`6`", "`7`")}))

    assert done.returncode == 1
    assert "no option is right: `total` gives `6`" in done.stdout
    assert "✗ option 1, marked right, does not hold: `7`" in done.stdout
    assert "0 of 1 proved or cited" in done.stdout


def test_check_runs_nothing_and_fails_until_all_is_proved(tmp_path: Path) -> None:
    """Missing evidence, then fresh, then stale."""
    root = write_course(tmp_path, {"sum": SUM})

    missing = prove(root, "--check")
    ran = list(root.rglob("evidence"))
    prove(root)
    fresh = prove(root, "--check")
    write_course(tmp_path, {"sum": SUM.replace("range(4)", "range(3 + 1)")})
    stale = prove(root, "--check")

    assert (missing.returncode, fresh.returncode, stale.returncode) == (1, 0, 1)
    assert ran == []
    assert "has not been run yet" in missing.stdout
    assert "has not been run since it changed" in stale.stdout


def test_every_mistake_is_reported_with_file_and_line(tmp_path: Path) -> None:
    """Three mistakes in three files: three lines on standard error, exit code 2, and nothing is run."""
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

    assert done.returncode == 2
    assert done.stdout == ""
    lines = done.stderr.splitlines()
    assert lines[0].startswith("topic/challenge/box.md:20: this item has no box: write `- [x]`")
    assert lines[1].startswith('topic/challenge/level.md:2: `level` must be one of "beginner"')
    assert any(
        line.startswith("topic/challenge/role.md:12: ") and "did you mean `python run`" in line for line in lines
    )
    assert lines[-1].endswith("nothing was run")
    assert not list(tmp_path.rglob("evidence"))


def test_a_sound_problem_can_be_proved_beside_a_broken_one(tmp_path: Path) -> None:
    """A path selects; what lies outside of it may be half-written."""
    root = write_course(tmp_path, {"broken": "no front matter", "sound": SUM})

    one = prove(root / path("sound"))
    all_of_it = prove(root)

    assert (one.returncode, all_of_it.returncode) == (0, 2)


@pytest.mark.parametrize("words", [["nowhere"], ["."]])
def test_a_path_that_holds_no_course_is_refused_in_one_line(tmp_path: Path, words: list[str]) -> None:
    """Exit code 2, and what was looked for."""
    (tmp_path / "empty").mkdir()

    done = prove(*[tmp_path / "empty" / word for word in words])

    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1


def test_hundreds_of_proved_problems_are_checked_without_running_or_importing_much(tmp_path: Path) -> None:
    """Proving again what stands must not start an interpreter for it."""
    root = write_course(tmp_path, {f"p{n}": SUM.replace("range(4)", f"range(4 + {n} - {n})") for n in range(20)})
    prove(root)
    evidence = {file: file.stat().st_mtime_ns for file in root.rglob("*.json")}

    done = prove(root)

    assert done.returncode == 0
    assert evidence == {file: file.stat().st_mtime_ns for file in root.rglob("*.json")}


def test_evidence_that_cannot_be_written_is_said_in_one_line(tmp_path: Path) -> None:
    """A full disk or a file in the way ends with exit code 2, not with a traceback."""
    root = write_course(tmp_path, {"sum": SUM})
    (root / "topic" / "evidence").write_text("in the way")

    done = prove(root)

    assert done.returncode == 2
    assert "the evidence cannot be written" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_problem_without_a_claim_is_unproved(tmp_path: Path) -> None:
    """Nothing to run was given, and the refusal says what to add."""
    done = prove(write_course(tmp_path, {"bare": problem("- [x] yes\n- [ ] no\n")}), "--json")

    assert done.returncode == 1
    [found] = json.loads(done.stdout)["problems"]
    assert found["verdict"] == "unproved"
    assert "python claim" in found["why"]


@pytest.mark.slow
@pytest.mark.tensorflow
def test_the_claim_that_resnet50_refuses_64_pixels_is_refuted(tmp_path: Path) -> None:
    """The page this project started from teaches it. The code runs, and `prove` says so."""
    [course] = [file.parent for file in REFUTED.glob("*/course.toml")]
    shutil.copytree(course, tmp_path / "course")

    done = prove(tmp_path / "course")

    assert done.returncode == 1
    assert "refuted" in done.stdout
    assert "raises ValueError, but the code runs" in done.stdout
