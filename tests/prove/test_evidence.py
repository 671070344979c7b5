"""Evidence files: a faithful record that is the same to the byte when nothing changed."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import MISSING, Field, fields, is_dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from practicum.lab.png_files import encode_png
from practicum.model import (
    CellFinding,
    Evidence,
    Image,
    Measured,
    Measurement,
    OptionFinding,
    RunSummary,
    VariantFinding,
    Verdict,
)
from practicum.prove.evidence_file import EvidenceFileError, read_evidence, write_evidence

TEXT = st.text(max_size=20)
NUMBER = st.floats(allow_nan=False)
SECONDS = st.floats(0, 1e4).map(lambda seconds: round(seconds, 3))
PARAMS = st.dictionaries(st.from_regex(r"[a-z]{1,5}", fullmatch=True), st.integers() | TEXT | st.booleans(), max_size=3)
VERDICTS = st.sampled_from(Verdict)

OPTIONS = st.builds(OptionFinding, TEXT, st.booleans(), st.none() | st.booleans(), TEXT)
RUNS = st.builds(RunSummary, TEXT, st.integers(0, 9), st.integers(0, 9), TEXT, SECONDS)
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
def test_reads_what_it_wrote(tmp_path_factory: pytest.TempPathFactory, evidence: Evidence) -> None:
    """Reading returns what was written."""
    file = tmp_path_factory.mktemp("evidence") / "one.json"

    write_evidence(file, evidence)

    assert read_evidence(file) == evidence


IMAGES = {"maps": Image.from_png("maps", encode_png(np.zeros((2, 3), np.uint8)))}
MEASUREMENT = Measured(
    Measurement("f", {"x": 1}, 3), {"a": 0.5}, {"b": (0.1, 0.2)}, {"data": "dice"}, 2.5, "code", IMAGES
)
FULL = Evidence(
    "hash",
    "choice",
    Verdict.PROVED,
    "why",
    "2026-01-01",
    1.5,
    {"python": "3.11"},
    {"weights": "random"},
    (
        VariantFinding(
            {"n": 1},
            Verdict.PROVED,
            "why",
            (OptionFinding("`6`", True, True, "6", "float32"),),
            (RunSummary("snippet", 1, 2, "returned 6", 0.5),),
            (
                Measured(
                    Measurement("f", {"x": 1}, 3), {"a": 0.5}, {"b": (0.1, 0.2)}, {"data": "dice"}, 2.5, "code", IMAGES
                ),
            ),
            (CellFinding("out", "ValueError", (b"png",), 0.25),),
            {"x": [1]},
            "wrong-option-marked",
            "option 1",
        ),
    ),
)
"""Evidence in which no field has its default value."""


def parts(value: Any) -> Iterator[Any]:
    """Yield a dataclass and all dataclasses in it."""
    if isinstance(value, tuple):
        for each in value:
            yield from parts(each)
    elif is_dataclass(value):
        yield value
        for each in fields(value):
            yield from parts(getattr(value, each.name))


def test_stores_every_field(tmp_path: Path) -> None:
    """A field that is added to evidence must be added to `FULL`, and to what is written and read."""
    for part in parts(FULL):
        assert [each.name for each in fields(part) if getattr(part, each.name) == default(each)] == []

    write_evidence(tmp_path / "one.json", FULL)

    assert read_evidence(tmp_path / "one.json") == FULL


def default(of: Field[Any]) -> Any:
    """Return the default of a field, or a value that equals nothing else."""
    return of.default_factory() if of.default_factory is not MISSING else of.default


@given(EVIDENCE, SECONDS, st.text(max_size=10))
def test_another_day_and_other_seconds_do_not_change_the_file(
    tmp_path_factory: pytest.TempPathFactory, evidence: Evidence, seconds: float, day: str
) -> None:
    """A file is written again only if something apart from its dates and times changed."""
    from dataclasses import replace

    file = tmp_path_factory.mktemp("evidence") / "one.json"
    write_evidence(file, evidence)
    before = file.read_bytes()

    later = write_evidence(file, replace(evidence, ran=day, seconds=seconds))
    changed = write_evidence(file, replace(evidence, why=evidence.why + "!"))

    assert not later
    assert changed
    assert before != file.read_bytes()


def test_the_number_of_repetitions_does_not_change_the_file(tmp_path: Path) -> None:
    """A slower machine repeats a run less often; only another outcome is worth a diff."""
    file = tmp_path / "one.json"

    def written(*outcomes: str) -> bool:
        runs = tuple(RunSummary("snippet", seed, seed, outcome, 0.1) for seed, outcome in enumerate(outcomes))
        finding = VariantFinding({}, Verdict.PROVED, "", runs=runs)
        return write_evidence(file, Evidence("", "choice", Verdict.PROVED, "", "", 0, {}, {}, (finding,)))

    assert written("returned 6", "returned 6", "returned 6")
    assert not written("returned 6", "returned 6")
    assert written("returned 6", "returned 7")


def test_stores_infinite_and_undefined_losses_as_valid_json(tmp_path: Path) -> None:
    """A training that diverges is recorded, and is the same to the byte the next time."""
    measured = Measured(Measurement("fit", {}, 0), {"loss": math.nan}, {"losses": (1.0, math.inf)})
    finding = VariantFinding({}, Verdict.REFUTED, "", measured=(measured,))
    evidence = Evidence("", "choice", Verdict.REFUTED, "", "", 0, {}, {}, (finding,))

    write_evidence(tmp_path / "one.json", evidence)
    again = write_evidence(tmp_path / "one.json", evidence)

    read = read_evidence(tmp_path / "one.json")
    assert not again
    assert "NaN" not in (tmp_path / "one.json").read_text()
    assert read is not None
    assert math.isnan(read.variants[0].measured[0].numbers["loss"])
    assert read.variants[0].measured[0].curves["losses"] == (1.0, math.inf)


def test_a_curve_is_one_line(tmp_path: Path) -> None:
    """A diff of evidence shows one line per curve, not one per epoch."""
    call = Measurement("fit", {}, 0)
    finding = VariantFinding({}, Verdict.PROVED, "", measured=(Measured(call, {}, {"loss": (1.0, 0.5, 1e-07)}),))
    write_evidence(tmp_path / "one.json", Evidence("", "choice", Verdict.PROVED, "", "", 0, {}, {}, (finding,)))

    text = (tmp_path / "one.json").read_text()

    assert '"loss": [1.0, 0.5, 1e-07]\n' in text


@pytest.mark.parametrize("data", [b"", b"[]", b"{}", b'{"hash": 1}', b"\xff", b"[" * 100_000, b'{"hash": NaN}'])
def test_rejects_other_files(tmp_path: Path, data: bytes) -> None:
    """With EvidenceFileError and no other exception, whatever the bytes are."""
    file = tmp_path / "one.json"
    file.write_bytes(data)

    with pytest.raises(EvidenceFileError):
        read_evidence(file)


def test_rounds_to_the_digits_of_a_32_bit_float() -> None:
    """0.86 as TensorFlow reports it is stored as 0.86."""
    from practicum.prove.experiments import _rounded

    assert _rounded(0.8600000143051147) == 0.86
    assert _rounded(1e-05) == 1e-05
    assert math.isclose(_rounded(math.pi), math.pi, rel_tol=1e-6)
