"""Tables of pandas and sparse matrices of SciPy in messages: their arrays, from which the reader builds its own."""

from __future__ import annotations

import sys

from practicum.runner.inside.message_format import ProtocolViolation

TYPE_CHECKING = False  # see zygote
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

_NULLABLE = frozenset(
    {"boolean", "Float32", "Float64", *(f"{sign}nt{bits}" for sign in ("I", "UI") for bits in (8, 16, 32, 64))}
)
"""Names of pandas' dtypes of numbers and booleans with missing values."""
_PLAIN_INDEXES = ("Index", "DatetimeIndex", "TimedeltaIndex", "CategoricalIndex", "PeriodIndex", "IntervalIndex")


class _Unwritable(Exception):
    """An array of a dtype that is not listed: the whole table is then represented by a proxy."""


def _writing(write: Callable[..., Any]) -> Callable[..., Any]:
    """Return a writer that returns None for what cannot be written."""

    def attempt(writer: Any, value: Any, depth: int) -> Any:
        try:
            return write(writer, value, depth)
        except _Unwritable:
            return None

    return attempt


# --- arrays ----------------------------------------------------------------------------------------------------------


def _write_array(writer: Any, array: Any, depth: int) -> Any:
    """Write the values of a column or an index. Raises _Unwritable."""
    import numpy

    dtype = array.dtype
    if isinstance(dtype, numpy.dtype) or type(dtype).__name__ == "NumpyEADtype":
        return ["numpy", writer.serialize(numpy.asarray(array), depth + 1)]
    write = _ARRAYS.get(type(dtype).__name__)
    if write is None and str(dtype) in _NULLABLE:
        write = _write_nullable
    if write is None:
        raise _Unwritable
    return write(writer, array, depth)


def _read_array(reader: Any, content: Any, depth: int) -> Any:
    """Build the values of a column or an index."""
    form, *parts = content
    read = _ARRAY_READERS.get(form)
    if read is None:
        raise ProtocolViolation("an unknown form of array")
    return read(reader, depth, *parts)


def _numpy(reader: Any, depth: int, content: Any) -> Any:
    import numpy

    array = reader.read(content, depth + 1)
    if type(array) is not numpy.ndarray or array.ndim != 1:
        raise ProtocolViolation("a column is an array of one dimension")
    return array


def _write_categorical(writer: Any, array: Any, depth: int) -> Any:
    codes = writer.serialize(array.codes, depth + 1)
    return ["categorical", codes, _write_index(writer, array.categories, depth), bool(array.ordered)]


def _read_categorical(reader: Any, depth: int, codes: Any, categories: Any, ordered: Any) -> Any:
    import pandas

    numbers, index = _numpy(reader, depth, codes), _read_index(reader, categories, depth)
    return pandas.Categorical.from_codes(numbers, index, ordered=ordered is True)


def _write_strings(writer: Any, array: Any, depth: int) -> Any:
    missing = array.isna()
    items = [None if absent else str(item) for item, absent in zip(array, missing, strict=True)]
    missing_is_nan = isinstance(getattr(array.dtype, "na_value", None), float)
    return ["strings", str(array.dtype.storage), missing_is_nan, writer.serialize(items, depth + 1)]


def _read_strings(reader: Any, depth: int, storage: Any, missing_is_nan: Any, items: Any) -> Any:
    import pandas

    texts = reader.read(items, depth + 1)
    if storage not in ("python", "pyarrow", "pyarrow_numpy") or any(type(t) not in (str, type(None)) for t in texts):
        raise ProtocolViolation("an array of strings has strings")
    options = {"na_value": float("nan")} if missing_is_nan is True and storage != "pyarrow_numpy" else {}
    if None in texts and not options and storage != "pyarrow_numpy":
        reader.expect_missing()
    return pandas.array(texts, dtype=pandas.StringDtype(storage, **options))


def _write_nullable(writer: Any, array: Any, depth: int) -> Any:
    missing = array.isna()
    values = array.to_numpy(dtype=array.dtype.numpy_dtype, na_value=False if str(array.dtype) == "boolean" else 0)
    return ["nullable", str(array.dtype), writer.serialize(values, depth + 1), writer.serialize(missing, depth + 1)]


def _read_nullable(reader: Any, depth: int, name: Any, values: Any, missing: Any) -> Any:
    import pandas

    if name not in _NULLABLE:
        raise ProtocolViolation("no dtype with missing values")
    array = pandas.array(_numpy(reader, depth, values), dtype=name)
    mask = _numpy(reader, depth, missing)
    if mask.dtype != "bool":
        raise ProtocolViolation("a mask is boolean")
    if mask.any():
        reader.expect_missing()
    array[mask] = pandas.NA
    return array


def _write_zone(writer: Any, zone: Any, depth: int) -> Any:
    """Write a time zone: of the standard library, or of pytz by its name."""
    if str(type(zone).__module__).startswith("pytz") and isinstance(zone.zone, str):
        return zone.zone
    written = writer.serialize(zone, depth + 1)
    if type(written) is not dict or "object" not in written:
        raise _Unwritable
    return written


def _read_zone(reader: Any, depth: int, content: Any) -> Any:
    import datetime

    zone = reader.read(content, depth + 1)
    if not isinstance(zone, str | datetime.tzinfo):
        raise ProtocolViolation("no time zone")
    return zone


def _write_zoned(writer: Any, array: Any, depth: int) -> Any:
    instants = array.tz_convert("UTC").tz_localize(None)
    return ["zoned", writer.serialize(instants.to_numpy(), depth + 1), _write_zone(writer, array.dtype.tz, depth)]


def _read_zoned(reader: Any, depth: int, instants: Any, zone: Any) -> Any:
    import pandas

    index = pandas.DatetimeIndex(_numpy(reader, depth, instants))
    return index.tz_localize("UTC").tz_convert(_read_zone(reader, depth, zone)).array


def _write_periods(writer: Any, array: Any, depth: int) -> Any:
    return [
        "periods",
        writer.serialize(array.asi8, depth + 1),
        array.dtype.name.removeprefix("period[").removesuffix("]"),
    ]


def _read_periods(reader: Any, depth: int, ordinals: Any, frequency: Any) -> Any:
    import pandas

    return pandas.PeriodIndex.from_ordinals(_numpy(reader, depth, ordinals), freq=_text(frequency)).array


def _write_intervals(writer: Any, array: Any, depth: int) -> Any:
    ends = [_write_index(writer, end, depth) for end in (array.left, array.right)]
    return ["intervals", *ends, array.closed]


def _read_intervals(reader: Any, depth: int, left: Any, right: Any, closed: Any) -> Any:
    import pandas

    ends = [_read_index(reader, end, depth) for end in (left, right)]
    return pandas.arrays.IntervalArray.from_arrays(*ends, closed=_text(closed))


_ARRAYS: dict[str, Callable[..., Any]] = {
    "CategoricalDtype": _write_categorical,
    "StringDtype": _write_strings,
    "DatetimeTZDtype": _write_zoned,
    "PeriodDtype": _write_periods,
    "IntervalDtype": _write_intervals,
}
_ARRAY_READERS: dict[Any, Callable[..., Any]] = {
    "numpy": _numpy,
    "categorical": _read_categorical,
    "strings": _read_strings,
    "nullable": _read_nullable,
    "zoned": _read_zoned,
    "periods": _read_periods,
    "intervals": _read_intervals,
}


def _text(content: object) -> str:
    if type(content) is not str or len(content) > 100:
        raise ProtocolViolation("a short text")
    return content


# --- indexes and tables ----------------------------------------------------------------------------------------------


def _write_index(writer: Any, index: Any, depth: int) -> Any:
    """Write an index of one of pandas' own classes. Raises _Unwritable."""
    pandas = sys.modules["pandas"]
    kind = type(index)
    if kind is pandas.RangeIndex:
        return ["range", index.start, index.stop, index.step, writer.serialize(index.name, depth + 1)]
    if kind is pandas.MultiIndex:
        levels = [_write_index(writer, level, depth + 1) for level in index.levels]
        codes = [writer.serialize(codes, depth + 1) for codes in index.codes]
        return ["levels", levels, codes, [writer.serialize(name, depth + 1) for name in index.names]]
    if not any(kind is getattr(pandas, name) for name in _PLAIN_INDEXES):
        raise _Unwritable
    frequency = index.freqstr if kind in (pandas.DatetimeIndex, pandas.TimedeltaIndex) else None
    return ["values", _write_array(writer, index.array, depth), writer.serialize(index.name, depth + 1), frequency]


def _read_index(reader: Any, content: Any, depth: int) -> Any:
    import pandas

    form, *parts = content
    if form == "range":
        *numbers, name = reader.read_list(parts, depth)
        return pandas.RangeIndex(*numbers, name=name)
    if form == "levels":
        levels, codes, names = parts
        return pandas.MultiIndex(
            levels=[_read_index(reader, level, depth + 1) for level in levels],
            codes=[_numpy(reader, depth, numbers) for numbers in codes],
            names=reader.read_list(names, depth),
        )
    values, name, frequency = parts
    array = _read_array(reader, values, depth)
    index = pandas.Index(array, dtype=array.dtype, name=reader.read(name, depth + 1))
    return index if frequency is None else type(index)(index, freq=_text(frequency))


def _write_series(writer: Any, series: Any, depth: int) -> Any:
    values = _write_array(writer, series.array, depth)
    return [values, _write_index(writer, series.index, depth), writer.serialize(series.name, depth + 1)]


def _read_series(reader: Any, content: Any, depth: int) -> Any:
    import pandas

    values, index, name = content
    array = _read_array(reader, values, depth)
    return pandas.Series(
        array, index=_read_index(reader, index, depth), dtype=array.dtype, name=reader.read(name, depth + 1)
    )


def _write_frame(writer: Any, frame: Any, depth: int) -> Any:
    columns = [_write_array(writer, frame.iloc[:, place].array, depth) for place in range(frame.shape[1])]
    return [_write_index(writer, frame.columns, depth), _write_index(writer, frame.index, depth), columns]


def _read_frame(reader: Any, content: Any, depth: int) -> Any:
    import pandas

    columns, index, arrays = content
    rows = _read_index(reader, index, depth)
    values = [_read_array(reader, array, depth) for array in arrays]
    series = {place: pandas.Series(array, index=rows, dtype=array.dtype) for place, array in enumerate(values)}
    frame = pandas.DataFrame(series, index=rows)
    frame.columns = _read_index(reader, columns, depth)
    return frame


# --- single values ---------------------------------------------------------------------------------------------------


def _write_timestamp(writer: Any, value: Any, depth: int) -> Any:
    instant = value if value.tz is None else value.tz_convert("UTC").tz_localize(None)
    zone = None if value.tz is None else _write_zone(writer, value.tz, depth)
    return [writer.serialize(instant.to_datetime64(), depth + 1), zone]


def _read_timestamp(reader: Any, content: Any, depth: int) -> Any:
    import numpy
    import pandas

    instant, zone = content
    moment = reader.read(instant, depth + 1)
    if not isinstance(moment, numpy.datetime64):
        raise ProtocolViolation("no point in time")
    found = pandas.Timestamp(moment)
    return found if zone is None else found.tz_localize("UTC").tz_convert(_read_zone(reader, depth, zone))


def _write_timedelta(writer: Any, value: Any, depth: int) -> Any:
    return writer.serialize(value.to_timedelta64(), depth + 1)


def _read_timedelta(reader: Any, content: Any, depth: int) -> Any:
    import numpy
    import pandas

    span = reader.read(content, depth + 1)
    if not isinstance(span, numpy.timedelta64):
        raise ProtocolViolation("no duration")
    return pandas.Timedelta(span)


def _read_period(reader: Any, content: Any, depth: int) -> Any:
    import pandas

    ordinal, frequency = content
    return pandas.Period(ordinal=reader.read(ordinal, depth + 1), freq=_text(frequency))


def _write_interval(writer: Any, value: Any, depth: int) -> Any:
    return [writer.serialize(value.left, depth + 1), writer.serialize(value.right, depth + 1), value.closed]


def _read_interval(reader: Any, content: Any, depth: int) -> Any:
    import pandas

    left, right, closed = content
    return pandas.Interval(reader.read(left, depth + 1), reader.read(right, depth + 1), _text(closed))


def _read_own_array(reader: Any, content: Any, depth: int) -> Any:
    return _read_array(reader, content, depth)


# --- SciPy -----------------------------------------------------------------------------------------------------------

_FORMATS = ("csr", "csc", "coo", "bsr", "dia", "dok", "lil")


def _write_sparse(writer: Any, value: Any, depth: int) -> Any:
    if len(value.shape) != 2:
        return None
    entries = value.tocoo()
    arrays = (entries.data, entries.row, entries.col)
    return [list(map(int, value.shape)), *(writer.serialize(array, depth + 1) for array in arrays)]


def _read_sparse(name: str) -> Callable[..., Any]:
    def read(reader: Any, content: Any, depth: int) -> Any:
        from scipy import sparse

        shape, *arrays = content
        data, rows, columns = (_numpy(reader, depth, array) for array in arrays)
        if len(shape) != 2 or any(type(side) is not int or not 0 <= side < 2**31 for side in shape):
            raise ProtocolViolation("a matrix has two sides")
        form, _, suffix = name.partition("_")
        # Coordinates are checked against the shape. Those of compressed formats would be trusted.
        entries = getattr(sparse, f"coo_{suffix}")((data, (rows, columns)), shape=tuple(shape))
        return entries.asformat(form)

    return read


FORMS: dict[str, tuple[Callable[..., Any], Callable[..., Any]]] = {
    "pandas.DataFrame": (_writing(_write_frame), _read_frame),
    "pandas.Series": (_writing(_write_series), _read_series),
    **{
        f"pandas.{name}": (_writing(lambda writer, index, depth: _write_index(writer, index, depth)), _read_index)
        for name in (*_PLAIN_INDEXES, "RangeIndex", "MultiIndex")
    },
    "pandas.Categorical": (_writing(_write_array), _read_own_array),
    "pandas.Timestamp": (_writing(_write_timestamp), _read_timestamp),
    "pandas.Timedelta": (_write_timedelta, _read_timedelta),
    "pandas.Period": (lambda writer, value, depth: [value.ordinal, value.freqstr], _read_period),
    "pandas.Interval": (_write_interval, _read_interval),
    **{
        f"scipy.sparse.{form}_{suffix}": (_write_sparse, _read_sparse(f"{form}_{suffix}"))
        for form in _FORMATS
        for suffix in ("array", "matrix")
    },
}
"""By class: how an object of it is written as plain data, and how one is built from that."""
