"""Tables and sparse matrices as plain values: their content, with the labels of an index that is not just a count."""

from __future__ import annotations

import math
import sys

TYPE_CHECKING = False  # see zygote
if TYPE_CHECKING:
    from typing import Any


def plain_table(value: Any, limit: int) -> Any:
    """Return the content of an object of pandas or a sparse matrix of SciPy; otherwise, or if it is too large, `value`.

    A series is a list, and a dict by its labels if it has some of its own; a table is a dict of its columns.
    """
    package = str(type(value).__module__).partition(".")[0]
    if package == "pandas" and package in sys.modules:
        return _of_pandas(sys.modules[package], value, limit)
    if package == "scipy" and hasattr(value, "toarray") and math.prod(value.shape) <= limit:
        return value.toarray()
    return value


def _of_pandas(pandas: Any, value: Any, limit: int) -> Any:
    if isinstance(value, (pandas.Series, pandas.DataFrame, pandas.Index)) and value.size > limit:
        return value
    if isinstance(value, pandas.Series):
        if _counts(pandas, value.index):
            return value.tolist()
        return value.to_dict() if value.index.is_unique else value
    if isinstance(value, pandas.DataFrame):
        if not (value.index.is_unique and value.columns.is_unique):
            return value
        return value.to_dict("list") if _counts(pandas, value.index) else value.to_dict()
    if isinstance(value, pandas.Index):
        return value.tolist()
    if value is pandas.NaT:
        return value
    if isinstance(value, pandas.Timestamp):
        return value.to_pydatetime() if value.nanosecond == 0 else value
    if isinstance(value, pandas.Timedelta):
        return value.to_pytimedelta() if value.nanoseconds == 0 else value
    return value


def _counts(pandas: Any, index: Any) -> bool:
    """Return whether an index is 0, 1, 2, …, as pandas makes it where none is given."""
    return isinstance(index, pandas.RangeIndex) and index.start == 0 and index.step == 1
