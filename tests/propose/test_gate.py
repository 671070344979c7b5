"""The gate for generated questions: what is proved is kept, and nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from practicum.model import Verdict
from practicum.propose.candidate import Candidate, CandidateOption, Malformed
from practicum.propose.draft import Draft
from practicum.propose.gate import Outcome, examine
from practicum.prove.catalogue import load
from practicum.prove.prover import Prover
from practicum.runner import Pool
from tests.prove.making import write_course


def candidate(code: str, proof: Mapping[str, Any], *options: str, **rest: Any) -> Candidate:
    """A candidate whose right options begin with a star."""
    made = tuple(CandidateOption(text.removeprefix("*"), text.startswith("*")) for text in options)
    return Candidate("A question", "What is it?", made, code=code, proof=dict(proof), **rest)


def prover(pool: Pool) -> Any:
    return lambda catalogue, entries: Prover(catalogue, pool.run).prove(entries)


def examined(
    tmp_path: Path, pool: Pool, *candidates: Candidate | Malformed, taken: tuple[str, ...] = ()
) -> list[Outcome]:
    return examine(candidates, Draft(tmp_path / "draft", prover(pool)), taken)


def is_proved(tmp_path: Path, pool: Pool, outcome: Outcome) -> bool:
    """Whether its file, alone in a course, is proved again."""
    root = write_course(tmp_path / "again", {outcome.name: outcome.text})
    catalogue = load(root)
    return [entry.verdict for entry in prover(pool)(catalogue, catalogue.entries.values())] == [Verdict.PROVED]


N = candidate("n = len(range(2, 8))", {"value": "n"}, "*6", "7", "8")
PRINTED = candidate("for i in range(2):\n    print(i, i * i)", {"prints": True}, "*0 0\n1 1", "0 0\n1 1 \n", "None")
PARAMETERS = candidate(
    "n = {{ a }} * 2", {"value": "n"}, "*`{{ a * 2 }}`", "`{{ a + 2 }}`", "`{{ a }}`", params={"a": [2, 3]}
)
NUMPY = candidate(
    "import numpy as np\na = np.arange(6).reshape(2, 3)", {"value": "a.T.shape"}, "*(3, 2)", "(2, 3)", "about 3"
)
CLAIMS = replace(
    N,
    code="import numpy as np\na = np.arange(4)",
    proof={},
    options=(
        CandidateOption("The sum is six.", True, claim="a.sum() == 6"),
        CandidateOption("The mean is above one.", claim="a.mean() > 1"),
        CandidateOption("The first is one.", claim="a[0] == 1"),
        CandidateOption("The last raises.", claim="a[9] == 1"),
        CandidateOption("There are five.", claim="len(a) == 5"),
    ),
)


@pytest.mark.parametrize(
    "sound",
    [
        N,
        candidate("x = 1 / 0", {"error": True}, "*ZeroDivisionError", "ValueError", "none"),
        candidate("import numpy as np\na = np.ones((2, 3))", {"value": "a.sum()"}, "*6.0", "`5.0`", "2.0"),
        candidate("s = 'a`b'", {"value": "s"}, "*`` 'a`b' ``", "`'ab'`", "`'b'`"),
        candidate("n = 3", {"value": "n * {{ k }}"}, "*`{{ 3 * k }}`", "`{{ k }}`", "100", params={"k": [2, 3]}),
        candidate("", {"prints": "3"}, "*print(1 + 2)", "print('1 + 2')", "print(12)"),
        Candidate("A result", "What is `n`?", kind="predict", code="n = 2 ** 5", proof={"value": "n"}),
    ],
)
def test_a_sound_candidate_is_kept_unchanged(tmp_path: Path, pool: Pool, sound: Candidate) -> None:
    """And its file is a problem that is proved again."""
    (outcome,) = examined(tmp_path, pool, sound)

    assert outcome.kept
    assert outcome.changes == ()
    assert is_proved(tmp_path, pool, outcome)


@pytest.mark.parametrize(
    ("flawed", "numbers"),
    [
        (replace(N, options=(*N.options, CandidateOption("0b110"))), [4]),
        (replace(N, options=(CandidateOption("6.0"), *N.options)), [1]),
        (candidate("n = 0.5", {"value": "round(n, 2)"}, "*0.5", "5e-1", "1"), [2]),
        (candidate("a = [2, 1]", {"value": "sorted(a)"}, "*[1, 2]", "[1,2]", "[2, 1]"), [2]),
        (PRINTED, [2]),
        (PARAMETERS, [2]),
        (candidate("open('/none')", {"error": True}, "*FileNotFoundError", "builtins.FileNotFoundError", "none"), [2]),
    ],
)
def test_true_distractors_are_mutated_until_they_are_false(
    tmp_path: Path, pool: Pool, flawed: Candidate, numbers: list[int]
) -> None:
    """On every variant. The number of options stays, and the report has each change."""
    (outcome,) = examined(tmp_path, pool, flawed)

    assert outcome.kept
    assert [change.option for change in outcome.changes] == numbers
    assert all(change.after not in ("", change.before) for change in outcome.changes)
    assert outcome.options == len(flawed.options)
    assert is_proved(tmp_path, pool, outcome)


def test_a_true_claim_is_removed_and_so_is_one_that_cannot_be_settled(tmp_path: Path, pool: Pool) -> None:
    """A claim in words has no neighbour: the others are kept while there are enough."""
    (outcome,) = examined(tmp_path, pool, CLAIMS)

    assert outcome.kept
    assert [(change.option, change.after) for change in outcome.changes] == [(2, ""), (4, "")]
    assert (outcome.options, outcome.has_few_options) == (3, False)
    assert is_proved(tmp_path, pool, outcome)


def test_two_options_are_kept_and_reported(tmp_path: Path, pool: Pool) -> None:
    (outcome,) = examined(tmp_path, pool, replace(CLAIMS, options=CLAIMS.options[:3]))

    assert outcome.kept
    assert (outcome.options, outcome.has_few_options) == (2, True)


def options(*claims: tuple[bool, str]) -> tuple[CandidateOption, ...]:
    return tuple(CandidateOption(f"Claim {at}", key, claim=text) for at, (key, text) in enumerate(claims))


@pytest.mark.parametrize(
    ("candidate", "code"),
    [
        (candidate("n = 6", {"value": "n + 0"}, "*5", "6", "7"), "wrong-option-marked"),
        (candidate("n = 6", {"value": "n + 0"}, "*5", "4", "7"), "no-option-right"),
        (candidate("import random\nn = random.random()", {"value": "n"}, "*1", "2", "3"), "depends-on-chance"),
        (candidate("n = 1 / 0", {"value": "n"}, "*1", "2", "3"), "run-raises"),
        (candidate("n = {{ a }}", {"value": "n"}, "*2", "4", "5", params={"a": [2, 3]}), "no-option-right"),
        (candidate("n = 1", {"value": "n +"}, "*1", "2", "3"), "mistakes"),
        (candidate("n = 1", {"value": "n"}, "1", "2", "3"), "mistakes"),
        (replace(CLAIMS, options=options((True, "len(a) == 4"), (False, "len(a) > 3"))), "too-few-options"),
        (replace(N, hint="Count.\n\n## Explanation\n\nSo."), "not-expressible"),
        (replace(N, statement="Pick.\n\n## Hint\n\nNo."), "mistakes"),
        (Malformed("A question", "`statement`: missing"), "malformed"),
    ],
)
def test_what_is_not_proved_is_rejected_with_its_reason(
    tmp_path: Path, pool: Pool, candidate: Candidate | Malformed, code: str
) -> None:
    """A wrong key is never moved to another option: its feedback would be wrong as well."""
    (outcome,) = examined(tmp_path, pool, candidate)

    assert (outcome.kept, outcome.text, outcome.code) == (False, "", code)
    assert outcome.why


def test_each_candidate_is_judged_alone(tmp_path: Path, pool: Pool) -> None:
    """In its place, under a name that no file and no other candidate has."""
    wrong = candidate("n = 6", {"value": "n + 0"}, "*5", "4", "7")
    outcomes = examined(tmp_path, pool, N, wrong, Malformed("A question", "no"), N, taken=("a-question",))

    assert [outcome.kept for outcome in outcomes] == [True, False, False, True]
    names = [outcome.name for outcome in outcomes if outcome.kept]
    assert len({*names, "a-question"}) == 3


def test_runs_with_numpy_are_proved(tmp_path: Path, pool: Pool) -> None:
    """And an option that is no literal is a mistake that rejects its candidate alone."""
    sound = replace(NUMPY, options=NUMPY.options[:2])
    outcomes = examined(tmp_path, pool, sound, NUMPY)

    assert [(outcome.kept, outcome.code) for outcome in outcomes] == [(True, ""), (False, "mistakes")]
