"""Evidence files: what running showed of a subject, as JSON that is the same to the byte when nothing changed."""

from __future__ import annotations

import contextlib
import json
import math
import os
import re
import tempfile
from base64 import b64decode, b64encode
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from practicum.course.content_cache import ContentCache, content_key
from practicum.model import (
    CellFinding,
    Evidence,
    Image,
    Json,
    Measured,
    Measurement,
    OptionFinding,
    Problem,
    RunSummary,
    VariantFinding,
    Verdict,
)
from practicum.prove.subjects import Subject

_LIST_OF_NUMBERS = re.compile(r'\[\n([^\[\]{}"]*)\]')
_TIMES = frozenset({"ran", "seconds"})


class EvidenceFileError(ValueError):
    """A file cannot be read as evidence."""


def evidence_path(subject: Subject) -> str:
    """Return where a subject's evidence is stored in its course: `topic/evidence/challenge/01-why.json`."""
    topic, mode = subject.path.split("/")[:2]
    if not isinstance(subject, Problem):
        return f"{topic}/evidence/{subject.slug}.json"
    return f"{topic}/evidence/{mode}/{subject.slug}.json"


def read_evidence(file: Path | str, cache: ContentCache | None = None) -> Evidence | None:
    """Return the evidence in a file, or None if there is no such file. Raises EvidenceFileError."""
    try:
        with open(file, "rb", buffering=0) as stream:  # noqa: PTH123 - thousands of files are read at each start
            return _cached_evidence(stream.read(), cache or ContentCache())
    except FileNotFoundError:
        return None
    except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise EvidenceFileError(f"{Path(file).name} cannot be read as evidence: {error}") from error


def _cached_evidence(data: bytes, cache: ContentCache) -> Evidence:
    key = content_key("evidence", data)
    evidence: Evidence | None = cache.get(key)
    if evidence is None:
        evidence = _evidence(json.loads(data))
        cache.put(key, evidence)
    return evidence


def write_evidence(file: Path, evidence: Evidence) -> bool:
    """Write evidence, unless the file has the same already apart from dates and seconds. Return whether it wrote."""
    text = _text(evidence_to_json(evidence))
    with contextlib.suppress(OSError, ValueError, RecursionError):
        if _without_times(json.loads(file.read_bytes())) == _without_times(json.loads(text)):
            return False
    file.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=file.parent, prefix=".evidence-")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
        Path(temporary).chmod(0o644)
        Path(temporary).replace(file)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    return True


def evidence_to_json(evidence: Evidence) -> dict[str, Json]:
    """Return evidence as JSON."""
    return {
        "hash": evidence.hash,
        "kind": evidence.kind,
        "verdict": str(evidence.verdict),
        "why": evidence.why,
        "ran": evidence.ran,
        "seconds": round(evidence.seconds, 3),
        "versions": dict(evidence.versions),
        "ran_on": dict(evidence.ran_on),
        "variants": [_variant_to_json(variant) for variant in evidence.variants],
    }


def _text(data: Json) -> str:
    """Return JSON as it is stored: keys sorted, and each curve on one line, so that it is one line of a diff."""
    text = json.dumps(data, sort_keys=True, indent=1, ensure_ascii=False, allow_nan=False)
    return _LIST_OF_NUMBERS.sub(lambda found: f"[{' '.join(found[1].split())}]", text) + "\n"


def _variant_to_json(variant: VariantFinding) -> dict[str, Json]:
    return {
        "params": dict(variant.params),
        "verdict": str(variant.verdict),
        "why": variant.why,
        "options": [_option_to_json(option) for option in variant.options],
        "runs": [
            {
                "name": run.name,
                "seed": run.seed,
                "hash_seed": run.hash_seed,
                "outcome": run.outcome,
                "seconds": round(run.seconds, 3),
            }
            for run in variant.runs
        ],
        "measured": [_measured_to_json(measured) for measured in variant.measured],
        **_optional_to_json(variant),
    }


def _option_to_json(option: OptionFinding) -> dict[str, Json]:
    found: dict[str, Json] = {
        "text": option.text,
        "key": option.key,
        "holds": option.holds,
        "observed": option.observed,
    }
    return {**found, "dtype": option.dtype} if option.dtype else found


def _measured_to_json(measured: Measured) -> dict[str, Json]:
    found: dict[str, Json] = {
        "function": measured.measurement.function,
        "params": dict(measured.measurement.params),
        "seed": measured.measurement.seed,
        "numbers": {name: _number(value) for name, value in measured.numbers.items()},
        "curves": {name: [_number(value) for value in curve] for name, curve in measured.curves.items()},
        "ran_on": dict(measured.ran_on),
        "seconds": round(measured.seconds, 3),
        "code": measured.code,
    }
    images = {name: b64encode(image.content).decode() for name, image in measured.images.items()}
    return {**found, "images": images} if images else found


def _optional_to_json(variant: VariantFinding) -> dict[str, Json]:
    """Return the fields that most findings leave empty; their records omit them."""
    found: dict[str, Json] = {}
    if variant.cells:
        found["cells"] = [
            {
                "stdout": cell.stdout,
                "failure": cell.failure,
                "figures": [b64encode(figure).decode() for figure in cell.figures],
                "seconds": round(cell.seconds, 3),
            }
            for cell in variant.cells
        ]
    if variant.values:
        found["values"] = dict(variant.values)
    if variant.code:
        found["code"] = variant.code
    if variant.part:
        found["part"] = variant.part
    return found


def _number(value: float) -> float | str:
    """Return a number as JSON. A loss may be infinite or undefined, for which JSON has `"inf"` and `"nan"`."""
    return value if math.isfinite(value) else str(value)


def _evidence(data: Any) -> Evidence:
    return Evidence(
        hash=str(data["hash"]),
        kind=str(data["kind"]),
        verdict=Verdict(data["verdict"]),
        why=str(data["why"]),
        ran=str(data["ran"]),
        seconds=float(data["seconds"]),
        versions={str(name): str(version) for name, version in data["versions"].items()},
        ran_on={str(name): str(text) for name, text in data["ran_on"].items()},
        variants=tuple(_variant(variant) for variant in data["variants"]),
    )


def _variant(data: Mapping[str, Any]) -> VariantFinding:
    return VariantFinding(
        params=data["params"],
        verdict=Verdict(data["verdict"]),
        why=str(data["why"]),
        options=tuple(
            OptionFinding(str(o["text"]), o["key"], o["holds"], str(o["observed"]), str(o.get("dtype", "")))
            for o in data["options"]
        ),
        runs=tuple(
            RunSummary(str(r["name"]), int(r["seed"]), int(r["hash_seed"]), str(r["outcome"]), float(r["seconds"]))
            for r in data["runs"]
        ),
        measured=tuple(_measured(measured) for measured in data["measured"]),
        cells=tuple(
            CellFinding(
                str(cell["stdout"]),
                str(cell["failure"]),
                tuple(b64decode(figure, validate=True) for figure in cell["figures"]),
                float(cell["seconds"]),
            )
            for cell in data.get("cells", ())
        ),
        values=data.get("values", {}),
        code=str(data.get("code", "")),
        part=str(data.get("part", "")),
    )


def _measured(data: Mapping[str, Any]) -> Measured:
    return Measured(
        Measurement(str(data["function"]), data["params"], int(data["seed"])),
        numbers={str(name): float(number) for name, number in data["numbers"].items()},
        curves={str(name): tuple(map(float, curve)) for name, curve in data["curves"].items()},
        images={
            str(name): Image.from_png(str(name), b64decode(png, validate=True))
            for name, png in data.get("images", {}).items()
        },
        ran_on={str(name): str(text) for name, text in data["ran_on"].items()},
        seconds=float(data["seconds"]),
        code=str(data["code"]),
    )


def _without_times(data: Any) -> Any:
    """Return evidence without what differs from run to run: dates, seconds, and how often a run was repeated.

    A machine that is slow today repeats a run three times instead of five, which is not worth a diff as long as each
    run had the same outcome.
    """
    if isinstance(data, dict):
        kept = {key: _without_times(value) for key, value in data.items() if key not in _TIMES}
        if "runs" in kept:
            kept["runs"] = sorted({(run["name"], run["outcome"]) for run in kept["runs"]})
        return kept
    if isinstance(data, list):
        return [_without_times(value) for value in data]
    return data
