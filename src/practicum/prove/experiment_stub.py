"""What stands in for experiments where a claim calls them: a table of what was measured, as a module of the job.

A claim such as `scratch(seed=seed).accuracy < 0.5` is looked at in several fresh interpreters. The experiment itself
takes minutes and gives the same each time, so it is measured once, and the claim finds the numbers here.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping

from practicum.model import Json, Measured

MODULE = "measured"

_CODE = '''"""What the experiments gave."""
import json as _json

class _Result(dict):
    """An experiment's numbers and curves, also as attributes."""

    def __getattr__(self, name):
        if name in self:
            return self[name]
        raise AttributeError(f"the experiment gives no {{name!r}}; it gives {{', '.join(self)}}")

_results = _json.loads({table!r})

def _experiment(name):
    def call(*positional, **named):
        known = _results.get(f"{{name}} {{sorted(named.items())!r}}")
        if known is not None and not positional:
            return _Result(known)
        import experiments
        return _Result(getattr(experiments, name)(*positional, **named))
    return call

for _name in {names!r}:
    globals()[_name] = _experiment(_name)
__all__ = {names!r}
'''

PRELUDE = f"from {MODULE} import *\n"
"""What brings the experiments' names into a job's namespace: one line, before its setup."""


def module(experiments: Iterable[str], measured: Iterable[Measured]) -> str:
    """The source of the module `measured`."""
    table = {
        _key(one): {**one.numbers, **{name: list(curve) for name, curve in one.curves.items()}} for one in measured
    }
    return _CODE.format(table=json.dumps(table, sort_keys=True), names=sorted(experiments))


def _key(one: Measured) -> str:
    named: Mapping[str, Json] = {**one.measurement.params, "seed": one.measurement.seed}
    return f"{one.measurement.function} {sorted(named.items())!r}"
