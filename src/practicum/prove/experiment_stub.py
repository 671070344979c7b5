"""The module that stands in for experiments where a claim calls them: a table of what was measured.

A claim such as `scratch(seed=seed).accuracy < 0.5` is evaluated in several fresh interpreters. The experiment itself
takes minutes and returns the same each time, so it is measured once, and the claim finds its numbers in the table.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import cache
from importlib import resources

from practicum.model import Json, Measured

MODULE = "measured"

PRELUDE = f"from {MODULE} import *\n"
"""One line before a job's setup that brings the experiments' names into its namespace."""


def stub_files(experiments: Iterable[str], measured: Iterable[Measured]) -> dict[str, str]:
    """Return the files of the module `measured` for a job."""
    results: dict[str, Json] = {
        _key(result): {**result.numbers, **{name: list(curve) for name, curve in result.curves.items()}}
        for result in measured
    }
    content = {"experiments": sorted(experiments), "results": results}
    return {f"{MODULE}.py": _source(), f"{MODULE}.json": json.dumps(content, sort_keys=True)}


@cache
def _source() -> str:
    return resources.files("practicum.prove.in_job").joinpath(f"{MODULE}.py").read_text("utf-8")


def _key(result: Measured) -> str:
    arguments: dict[str, Json] = {**result.measurement.params, "seed": result.measurement.seed}
    return f"{result.measurement.function} {sorted(arguments.items())!r}"
