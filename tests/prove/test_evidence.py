"""What evidence must be: a faithful, byte-stable record that is invalidated by exactly what it depends on."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from practicum.model import Evidence, Measured, Measurement, OptionFinding, Outcome, VariantFinding, Verdict
from practicum.prove import evidence as evidences
from practicum.prove.catalogue import load
from tests.prove.making import BEST, EXPERIMENTS, SUM, path, write_course

TEXT = st.text(max_size=20)
NUMBER = st.floats(allow_nan=False)
SECONDS = st.floats(0, 1e4).map(lambda seconds: round(seconds, 3))
PARAMS = st.dictionaries(st.from_regex(r"[a-z]{1,5}", fullmatch=True), st.integers() | TEXT | st.booleans(), max_size=3)
VERDICTS = st.sampled_from(Verdict)

OPTIONS = st.builds(OptionFinding, TEXT, st.booleans(), st.none() | st.booleans(), TEXT)
RUNS = st.builds(Outcome, TEXT, st.integers(0, 9), st.integers(0, 9), TEXT, SECONDS)
CALLS = st.builds(Measurement, TEXT, PARAMS, st.integers(0, 9))
CURVES = st.dictionaries(TEXT, st.lists(NUMBER, max_size=4).map(tuple), max_size=2)
MEASURED = st.builds(
    Measured, CALLS, st.dictionaries(TEXT, NUMBER, max_size=3), CURVES, st.dictionaries(TEXT, TEXT), SECONDS, TEXT
)
VARIANTS = st.builds(
    VariantFinding,
    PARAMS,
    VERDICTS,
    TEXT,
    st.lists(OPTIONS, max_size=3).map(tuple),
    st.lists(RUNS, max_size=3).map(tuple),
    st.lists(MEASURED, max_size=2).map(tuple),
)
EVIDENCE = st.builds(
    Evidence,
    TEXT,
    TEXT,
    VERDICTS,
    TEXT,
    TEXT,
    SECONDS,
    st.dictionaries(TEXT, TEXT, max_size=2),
    st.dictionaries(TEXT, TEXT, max_size=2),
    st.lists(VARIANTS, max_size=3).map(tuple),
)


@given(EVIDENCE)
def test_evidence_survives_the_disk(tmp_path_factory: pytest.TempPathFactory, evidence: Evidence) -> None:
    """What is read is what was written."""
    file = tmp_path_factory.mktemp("evidence") / "one.json"

    evidences.write(file, evidence)

    assert evidences.read(file) == evidence


@given(EVIDENCE, SECONDS, st.text(max_size=10))
def test_another_day_and_other_seconds_are_no_news(
    tmp_path_factory: pytest.TempPathFactory, evidence: Evidence, seconds: float, day: str
) -> None:
    """A file is written again only if something else than its dates and times changed."""
    from dataclasses import replace

    file = tmp_path_factory.mktemp("evidence") / "one.json"
    evidences.write(file, evidence)
    before = file.read_bytes()

    later = evidences.write(file, replace(evidence, ran=day, seconds=seconds))
    changed = evidences.write(file, replace(evidence, why=evidence.why + "!"))

    assert not later
    assert changed
    assert before != file.read_bytes()


def test_how_often_a_run_was_repeated_is_no_news(tmp_path: Path) -> None:
    """A slower machine repeats less; only another outcome is worth a diff."""
    file = tmp_path / "one.json"

    def written(*outcomes: str) -> bool:
        runs = tuple(Outcome("snippet", seed, seed, outcome, 0.1) for seed, outcome in enumerate(outcomes))
        finding = VariantFinding({}, Verdict.PROVED, "", runs=runs)
        return evidences.write(file, Evidence("", "choice", Verdict.PROVED, "", "", 0, {}, {}, (finding,)))

    assert written("gave 6", "gave 6", "gave 6")
    assert not written("gave 6", "gave 6")
    assert written("gave 6", "gave 7")


def test_a_loss_that_is_no_number_is_kept_as_json_that_anyone_can_read(tmp_path: Path) -> None:
    """Training diverges; evidence says so, in JSON proper, and is the same to the byte the next time."""
    measured = Measured(Measurement("fit", {}, 0), {"loss": math.nan}, {"losses": (1.0, math.inf)})
    finding = VariantFinding({}, Verdict.REFUTED, "", measured=(measured,))
    evidence = Evidence("", "choice", Verdict.REFUTED, "", "", 0, {}, {}, (finding,))

    evidences.write(tmp_path / "one.json", evidence)
    again = evidences.write(tmp_path / "one.json", evidence)

    read = evidences.read(tmp_path / "one.json")
    assert not again
    assert "NaN" not in (tmp_path / "one.json").read_text()
    assert read is not None
    assert math.isnan(read.variants[0].measured[0].numbers["loss"])
    assert read.variants[0].measured[0].curves["losses"] == (1.0, math.inf)


def test_a_curve_is_one_line(tmp_path: Path) -> None:
    """So that a diff of evidence shows one line a curve, and not one an epoch."""
    call = Measurement("fit", {}, 0)
    finding = VariantFinding({}, Verdict.PROVED, "", measured=(Measured(call, {}, {"loss": (1.0, 0.5, 1e-07)}),))
    evidences.write(tmp_path / "one.json", Evidence("", "choice", Verdict.PROVED, "", "", 0, {}, {}, (finding,)))

    text = (tmp_path / "one.json").read_text()

    assert '"loss": [1.0, 0.5, 1e-07]\n' in text


@pytest.mark.parametrize("data", [b"", b"[]", b"{}", b'{"hash": 1}', b"\xff", b"[" * 100_000, b'{"hash": NaN}'])
def test_what_is_no_evidence_is_refused(tmp_path: Path, data: bytes) -> None:
    """Whatever the bytes: a clear refusal and no traceback of something else."""
    file = tmp_path / "one.json"
    file.write_bytes(data)

    with pytest.raises(evidences.Unreadable):
        evidences.read(file)


def digest(root: Path, text: str, experiments: str = EXPERIMENTS) -> str:
    write_course(root, {"one": text}, experiments)
    catalogue = load(root)
    return evidences.problem_hash(catalogue.entries[path("one")].problem, catalogue.course.topics[0])


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Count.", "Count again."),
        ("Because.", "For this reason."),
        ("The feedback of the key.", "Other feedback."),
        ("What is it?", "What is the total?"),
        ("# A question", "# Another question"),
        ('level = "beginner"', 'level = "expert"'),
        ('level = "beginner"', 'level = "beginner"\nseconds = 33\nattempts = 1\nlabel = "Sum"'),
    ],
)
def test_what_is_not_run_does_not_make_evidence_stale(tmp_path: Path, old: str, new: str) -> None:
    """Words around a claim may be mended freely."""
    assert old in SUM

    assert digest(tmp_path, SUM) == digest(tmp_path, SUM.replace(old, new, 1))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("range(4)", "range(5)"),
        ("`6`", "`7`"),
        ("- [x] `6`", "- [ ] `6`\n- [x] `8`"),
        ('value = "total"', 'value = "total + 0"'),
        ('value = "total"', 'value = "total"\ntolerance = 0.1'),
        ('level = "beginner"', 'level = "beginner"\nrequires = ["python>=3"]'),
        ("[proof]", "[params]\nn = [1]\n[proof]"),
        ("```python run", "```python setup\nimport math\n```\n\n```python run"),
    ],
)
def test_what_is_run_or_compared_makes_evidence_stale(tmp_path: Path, old: str, new: str) -> None:
    """Any change to the claim itself is a change of what was proved."""
    assert old in SUM

    assert digest(tmp_path, SUM) != digest(tmp_path, SUM.replace(old, new, 1))


@pytest.mark.parametrize(
    ("old", "new", "stale"),
    [
        ("BASE = 0.5", "BASE = 0.6", True),
        ("chance.random() / 10", "chance.random() / 20", True),
        ("import random", "import random\n\n\nrandom.seed(1)", True),
        ('"""Grows with its step."""', '"""Grows."""  # and how', False),
        ('"""What the tests measure."""', '"""Something else."""', False),
        ('"height": 0.25', '"height": 0.35', False),
        ("def flat", "def other(*, seed=0):\n    return {}\n\n\ndef flat", False),
    ],
)
def test_of_the_experiments_only_what_is_called_counts(tmp_path: Path, old: str, new: str, stale: bool) -> None:
    """A function, and the constants, functions and imports it rests on: no comment, no docstring, no neighbour."""
    assert old in EXPERIMENTS

    changed = digest(tmp_path, BEST, EXPERIMENTS.replace(old, new, 1))

    assert (changed != digest(tmp_path, BEST)) is stale


def test_a_number_keeps_what_a_32_bit_float_carries() -> None:
    """0.86 as TensorFlow reports it is kept as 0.86, and nothing else is lost."""
    from practicum.prove.experiments import _rounded

    assert _rounded(0.8600000143051147) == 0.86
    assert _rounded(1e-05) == 1e-05
    assert math.isclose(_rounded(math.pi), math.pi, rel_tol=1e-6)
