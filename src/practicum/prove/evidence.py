"""Evidence: what running said of a problem, as one small JSON file that is stable to the byte when nothing changed."""

from __future__ import annotations

import contextlib
import hashlib
import json
import math
import os
import re
import tempfile
from base64 import b64decode, b64encode
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from practicum import kinds
from practicum.model import (
    CellFinding,
    Evidence,
    Json,
    Measured,
    Measurement,
    OptionFinding,
    Outcome,
    Problem,
    Topic,
    VariantFinding,
    Verdict,
)
from practicum.prove import subjects
from practicum.prove.library_source import library_source
from practicum.prove.subjects import Subject
from practicum.python_source.names import mentioned_names, public_functions
from practicum.python_source.slices import slice_digest

RULES = 1
"""The number of the rules by which verdicts are reached. A change of rules makes all evidence stale."""

_NUMBERS = re.compile(r'\[\n([^\[\]{}"]*)\]')
_TIMES = frozenset({"ran", "seconds"})


class Unreadable(ValueError):
    """A file that is no evidence."""


def place(subject: Subject) -> str:
    """Where its evidence stands, relative to the course: `topic/evidence/challenge/01-why.json`, `…/learn.json`."""
    topic, mode = subject.path.split("/")[:2]
    if not isinstance(subject, Problem):
        return f"{topic}/evidence/{subject.slug}.json"
    return f"{topic}/evidence/{mode}/{subject.slug}.json"


def subject_hash(subject: Subject, topic: Topic) -> str:
    """SHA-256 of all that the verdict depends on, and of nothing else."""
    if isinstance(subject, Problem):
        return problem_hash(subject, topic)
    named = subjects.named(subject, topic)
    said = {
        "rules": RULES,
        **subjects.rests_on(subject),
        "experiments": code_digest(topic, named) if named else "",
    }
    text = json.dumps(said, sort_keys=True, ensure_ascii=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def problem_hash(problem: Problem, topic: Topic) -> str:
    """SHA-256 of all that the problem's verdict depends on, and of nothing else.

    That is what is run and what it is compared with: not the hint, the feedback or the explanation, the level or the
    clock. Of `experiments.py` and the lab it is what the problem's calls rest on.
    """
    said = {
        "rules": RULES,
        "kind": problem.kind,
        "requires": problem.requires,
        "cites": problem.cites,
        "goal": dict(problem.goal),
        "variants": [
            {
                "params": dict(variant.params),
                "proof": dict(variant.proof),
                "code": [variant.setup, variant.snippet, variant.start, variant.solution, variant.check],
                "mutants": variant.mutants,
                "options": [[o.text, o.key, o.code, o.claim, o.fix.diff if o.fix else None] for o in variant.options],
            }
            for variant in problem.variants
        ],
        "experiments": experiments_digest(problem, topic),
    }
    text = json.dumps(said, sort_keys=True, ensure_ascii=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def experiments_digest(problem: Problem, topic: Topic) -> str:
    """A digest of the code of all experiments that the problem names; empty where it names none."""
    named = _named(problem, public_functions(topic.experiments))
    return code_digest(topic, named) if named else ""


def code_digest(topic: Topic, names: frozenset[str]) -> str:
    """A digest of the code which these names of `experiments.py` (`*` for all of it) rest on."""

    def source(module: str) -> str | None:
        return topic.experiments if module == "experiments" else library_source(module)

    return slice_digest("experiments", names, source)


def _named(problem: Problem, experiments: frozenset[str]) -> frozenset[str]:
    """The experiments that a problem's proof or code names; `*` where its code imports the module itself."""
    named: set[str] = set()
    for variant in problem.variants:
        named |= kinds.get(problem.kind).experiment_names(variant)
        pieces = [variant.setup, variant.snippet, variant.start, variant.solution, variant.check, *variant.mutants]
        pieces += [option.claim or "" for option in variant.options]
        pieces += [value for value in variant.proof.values() if isinstance(value, str)]
        # Parsing is dear; a piece that does not even spell such a name is not parsed.
        spelt = [piece for piece in pieces if any(name in piece for name in ("experiments", *experiments))]
        mentioned = frozenset().union(*map(mentioned_names, spelt))
        named |= {"*"} if "experiments" in mentioned else mentioned & experiments
    return frozenset(named)


def read(file: Path) -> Evidence | None:
    """The evidence in a file, or None if there is none. Raises Unreadable."""
    try:
        data = json.loads(file.read_bytes())
        return _from_json(data)
    except FileNotFoundError:
        return None
    except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError) as reason:
        raise Unreadable(f"{file.name} is no evidence: {reason}") from reason


def write(file: Path, evidence: Evidence) -> bool:
    """Write evidence, unless the file says the same already but for dates and seconds. Whether it was written."""
    data = to_json(evidence)
    with contextlib.suppress(OSError, ValueError, RecursionError):
        if _timeless(json.loads(file.read_bytes())) == _timeless(json.loads(_text(data))):
            return False
    file.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=file.parent, prefix=".evidence-")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as stream:
            stream.write(_text(data))
            stream.flush()
            os.fsync(stream.fileno())
        Path(temporary).chmod(0o644)
        Path(temporary).replace(file)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    return True


def to_json(evidence: Evidence) -> dict[str, Json]:
    """Evidence as JSON."""
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
    """JSON as it stands in the file: keys sorted, and a curve on one line, so that it is one line of a diff."""
    text = json.dumps(data, sort_keys=True, indent=1, ensure_ascii=False, allow_nan=False)
    return _NUMBERS.sub(lambda found: f"[{' '.join(found[1].split())}]", text) + "\n"


def _variant_to_json(variant: VariantFinding) -> Json:
    return _optional_to_json(variant) | {
        "params": dict(variant.params),
        "verdict": str(variant.verdict),
        "why": variant.why,
        "options": [{"text": o.text, "key": o.key, "holds": o.holds, "observed": o.observed} for o in variant.options],
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
        "measured": [
            {
                "function": one.measurement.function,
                "params": dict(one.measurement.params),
                "seed": one.measurement.seed,
                "numbers": {name: _number(value) for name, value in one.numbers.items()},
                "curves": {name: [_number(value) for value in curve] for name, curve in one.curves.items()},
                "ran_on": dict(one.ran_on),
                "seconds": round(one.seconds, 3),
                "code": one.code,
            }
            for one in variant.measured
        ],
    }


def _optional_to_json(variant: VariantFinding) -> dict[str, Json]:
    """The fields that most findings leave empty, and that their records then omit."""
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
    return found


def _number(value: float) -> float | str:
    """A loss may well be infinite or no number at all; JSON has no word for that, so it is `"inf"` or `"nan"`."""
    return value if math.isfinite(value) else str(value)


def _from_json(data: Any) -> Evidence:
    return Evidence(
        hash=str(data["hash"]),
        kind=str(data["kind"]),
        verdict=Verdict(data["verdict"]),
        why=str(data["why"]),
        ran=str(data["ran"]),
        seconds=float(data["seconds"]),
        versions={str(name): str(version) for name, version in data["versions"].items()},
        ran_on={str(name): str(text) for name, text in data["ran_on"].items()},
        variants=tuple(_variant_from_json(variant) for variant in data["variants"]),
    )


def _variant_from_json(data: Mapping[str, Any]) -> VariantFinding:
    return VariantFinding(
        params=data["params"],
        verdict=Verdict(data["verdict"]),
        why=str(data["why"]),
        options=tuple(OptionFinding(str(o["text"]), o["key"], o["holds"], str(o["observed"])) for o in data["options"]),
        runs=tuple(
            Outcome(str(r["name"]), int(r["seed"]), int(r["hash_seed"]), str(r["outcome"]), float(r["seconds"]))
            for r in data["runs"]
        ),
        measured=tuple(
            Measured(
                Measurement(str(m["function"]), m["params"], int(m["seed"])),
                numbers={str(name): float(number) for name, number in m["numbers"].items()},
                curves={str(name): tuple(map(float, curve)) for name, curve in m["curves"].items()},
                ran_on={str(name): str(text) for name, text in m["ran_on"].items()},
                seconds=float(m["seconds"]),
                code=str(m["code"]),
            )
            for m in data["measured"]
        ),
        cells=tuple(
            CellFinding(
                str(c["stdout"]),
                str(c["failure"]),
                tuple(b64decode(figure, validate=True) for figure in c["figures"]),
                float(c["seconds"]),
            )
            for c in data.get("cells", ())
        ),
        values=data.get("values", {}),
        code=str(data.get("code", "")),
    )


def _timeless(data: Any) -> Any:
    """Evidence without what differs from run to run though nothing changed: dates, seconds, how often it was repeated.

    A machine that is slow today repeats a run three times and not five; as long as each gave the same, that is no news.
    """
    if isinstance(data, dict):
        kept = {key: _timeless(value) for key, value in data.items() if key not in _TIMES}
        if "runs" in kept:
            kept["runs"] = sorted({(run["name"], run["outcome"]) for run in kept["runs"]})
        return kept
    if isinstance(data, list):
        return [_timeless(value) for value in data]
    return data
