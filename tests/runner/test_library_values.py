"""Objects of the standard library, NumPy, pandas and SciPy in a check: equal, of the same class, and never forged."""

from __future__ import annotations

import collections
import datetime as dt
import json
import pathlib
import re
import types
import uuid
import zoneinfo
from decimal import Decimal
from fractions import Fraction
from http import HTTPStatus
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scipy import sparse

from practicum.runner import Limits, Pool
from practicum.runner.inside.deserialize import Deserializer
from practicum.runner.inside.message_format import CannotCross, ProtocolViolation, ReferenceTable
from practicum.runner.inside.serialize import Serializer

from .connection import check, there_and_back
from .test_checks import run

ZONE = dt.timezone(dt.timedelta(hours=2), "EET")
OBJECTS: dict[str, Any] = {
    "date": dt.date(2020, 1, 2),
    "datetime": dt.datetime(2020, 1, 2, 3, 4, 5, 6, fold=1),  # noqa: DTZ001 - one without a zone
    "datetime with an offset": dt.datetime(2020, 1, 2, tzinfo=ZONE),
    "datetime in a zone": dt.datetime(2020, 7, 2, tzinfo=zoneinfo.ZoneInfo("Europe/Paris")),
    "time": dt.time(3, 4, 5, 6, dt.UTC),
    "timedelta": dt.timedelta(-1, 2, 3),
    "timezone": ZONE,
    "decimal": Decimal("1.10"),
    "infinite decimal": Decimal("-Infinity"),
    "fraction": Fraction(-1, 3),
    "path": pathlib.Path("a/b"),
    "pure path": pathlib.PurePosixPath("a") / "b",
    "path of Windows": pathlib.PureWindowsPath(r"c:\a"),
    "uuid": uuid.UUID(int=7),
    "pattern": re.compile(r"a+", re.IGNORECASE),
    "pattern of bytes": re.compile(rb"\d"),
    "deque": collections.deque([1, [2]], maxlen=3),
    "counter": collections.Counter("banana"),
    "ordered dict": collections.OrderedDict([("b", 1), ("a", 2)]),
    "default dict": collections.defaultdict(list, {"a": [1]}),
    "namespace": types.SimpleNamespace(a=1),
    "keys": {"a": 1, "b": 2}.keys(),
    "items": {"a": 1}.items(),
    "member of an enumeration": HTTPStatus.NOT_FOUND,
    "flags": re.IGNORECASE | re.MULTILINE,
    "ellipsis": ...,
    "class": Decimal,
    "nested": {"when": [dt.date(2020, 1, 2)], Decimal(1): (Fraction(1, 2),)},
    "datetime64": np.datetime64("2020-01-02", "D"),
    "not a time": np.datetime64("NaT", "s"),
    "dtype": np.dtype("float32"),
    "timestamp": pd.Timestamp("2020-01-02 03:04:05.000000006"),
    "timestamp in a zone": pd.Timestamp("2020-10-25 00:30", tz="UTC").tz_convert("Europe/Paris"),
    "timestamp in seconds": pd.Timestamp("2020-01-02").as_unit("s"),
    "time span": pd.Timedelta("1 day 2 s"),
    "period": pd.Period("2020-01", "M"),
    "interval": pd.Interval(0, 1.5, closed="left"),
}
ARRAYS: dict[str, Any] = {
    "times": np.array(["2020-01-02", "NaT"], "M8[ns]"),
    "durations": np.array([[1], [2]], "m8[h]"),
    "records": np.array([(1, "ab", [1.0, 2.0])], [("x", "i4"), ("y", "U2"), ("z", "f8", (2,))]),
    "nested records": np.zeros((2, 1), [("p", [("x", "i4"), ("y", "i2")]), ("o", "O")]),
    "objects": np.array([Decimal(1), None], object),
}
FRAME = pd.DataFrame(
    {
        "number": [1, 2, 3],
        "float": [0.5, np.nan, 2],
        "text": ["a", None, "c"],
        "object": pd.Series([[1], {"x": 2}, None], dtype=object),
        "when": pd.to_datetime(["2020-01-02", None, "2020-01-04"]),
        "zoned": pd.to_datetime(["2020-01-02"] * 3).tz_localize("Europe/Paris"),
        "span": pd.to_timedelta([1, 2, 3], unit="h"),
        "class": pd.Categorical(["x", "y", None], categories=["y", "x"], ordered=True),
        "integer": pd.array([1, None, 3], dtype="Int64"),
        "flag": pd.array([True, None, False], dtype="boolean"),
        "period": pd.period_range("2020-01", periods=3, freq="M"),
        "interval": pd.cut(pd.Series([1, 5, 9]), [0, 3, 6, 9]),
    }
)
TABLES: dict[str, Any] = {
    "all columns": FRAME,
    "selected rows": FRAME[FRAME["number"] > 1],
    "no rows": FRAME.iloc[:0],
    "no columns": pd.DataFrame(index=[3, 4]),
    "nothing": pd.DataFrame(),
    "repeated columns": pd.DataFrame([[1, 2.5], [3, 4.5]], columns=["a", "a"]),
    "several levels": pd.DataFrame({"a": [1, 1, 2], "b": [1, 2, 1], "c": [7, 8, 9]}).set_index(["a", "b"]),
    "grouped": FRAME.groupby("class", observed=False)[["number"]].agg(["sum", "mean"]),
    "a calendar": pd.DataFrame({"x": [1, 2]}, index=pd.date_range("2020-01-01", periods=2, freq="D", name="day")),
    "described": FRAME[["number", "float"]].describe(),
    "crossed": pd.crosstab(FRAME["number"], FRAME["text"]),
}


@pytest.mark.parametrize("name", OBJECTS)
def test_an_object_is_equal_and_of_its_class(name: str) -> None:
    """What the check receives is built by its own classes."""
    value = OBJECTS[name]

    found = there_and_back(value)

    assert type(found) is type(value)
    assert repr(found) == repr(value)


@pytest.mark.parametrize("name", ARRAYS)
def test_an_array_keeps_its_type_and_content(name: str) -> None:
    """Times, records and objects cross as numbers do."""
    value = ARRAYS[name]

    found = there_and_back(value)

    assert (found.dtype, found.shape) == (value.dtype, value.shape)
    assert repr(found) == repr(value)


def test_a_record_of_an_array() -> None:
    """One record is a NumPy record."""
    assert there_and_back(ARRAYS["records"][0]) == ARRAYS["records"][0]


def test_a_masked_array_keeps_its_mask() -> None:
    """The hidden items stay hidden."""
    found = there_and_back(np.ma.array([1, 2, 3], mask=[False, True, False], fill_value=9))

    assert type(found) is np.ma.MaskedArray
    assert (found.filled().tolist(), found.mask.tolist()) == ([1, 9, 3], [False, True, False])
    assert there_and_back(np.ma.masked) is np.ma.masked


@pytest.mark.parametrize("name", TABLES)
def test_a_table_equals_itself_in_every_detail(name: str) -> None:
    """Dtypes, indexes, their names and frequencies are what pandas' own assertion compares."""
    pd.testing.assert_frame_equal(there_and_back(TABLES[name]), TABLES[name])


@pytest.mark.parametrize("column", FRAME.columns)
def test_a_column_equals_itself(column: str) -> None:
    """So do its values as an index."""
    pd.testing.assert_series_equal(there_and_back(FRAME[column]), FRAME[column])
    if column != "object":
        index = pd.Index(FRAME[column])
        pd.testing.assert_index_equal(there_and_back(index), index)


@pytest.mark.parametrize("value", [pd.NaT, pd.NA], ids=repr)
def test_a_missing_value_is_the_same_object(value: object) -> None:
    """It is compared with `is`."""
    assert there_and_back(value) is value


@pytest.mark.parametrize("form", ["csr", "csc", "coo", "lil", "dok", "dia", "bsr"])
@pytest.mark.parametrize("suffix", ["array", "matrix"])
def test_a_sparse_matrix(form: str, suffix: str) -> None:
    """It keeps its format, its dtype and its entries."""
    dense = np.array([[0, 1.5], [2, 0]], "f4")
    value = getattr(sparse, f"{form}_{suffix}")(dense)

    found = there_and_back(value)

    assert (type(found), found.dtype) == (type(value), value.dtype)
    assert found.toarray().tolist() == dense.tolist()


@given(st.datetimes() | st.dates() | st.times() | st.timedeltas() | st.decimals() | st.fractions() | st.uuids())
def test_any_of_them_comes_back_as_it_was(value: object) -> None:
    """Whatever its size."""
    assert repr(there_and_back(value)) == repr(value)


SETUP = """
from collections import namedtuple
from enum import Enum, Flag
class Color(Enum):
    RED = 1
    BLUE = 2
class Access(Flag):
    READ = 1
    WRITE = 2
class Refused(Exception):
    def __init__(self, code):
        super().__init__(f"refused with {code}")
Point = namedtuple("Point", "x y")
"""


class TestSetup:
    def test_members_of_the_setups_enumerations(self) -> None:
        """A member that the code returns is the check's own."""
        check(
            "assert favourite() is Color.BLUE and isinstance(favourite(), Color)\n"
            "assert rights() == Access.READ | Access.WRITE and same(Color.RED) is Color.RED",
            "def favourite():\n    return Color.BLUE\ndef rights():\n    return Access.READ | Access.WRITE\n"
            "def same(color):\n    assert isinstance(color, Color)\n    return color",
            SETUP,
        )

    def test_named_tuples_of_the_setup(self) -> None:
        """A point that the code returns is one of the check's own."""
        code = "def corner():\n    return Point(1, 2)"

        check("assert isinstance(corner(), Point) and corner() == Point(1, 2)", code, SETUP)

    def test_exceptions_of_the_setup_and_of_libraries(self) -> None:
        """They are caught by their classes."""
        check(
            "import json\ntry:\n    ask()\nexcept Refused as error:\n    assert str(error) == 'refused with 7'\n"
            "try:\n    parse('[')\nexcept json.JSONDecodeError:\n    pass\n"
            "assert isinstance(caught, KeyError) and caught.args == ('k',)",
            "import json as j\ndef ask():\n    raise Refused(7)\ndef parse(text):\n    return j.loads(text)\n"
            "try:\n    {}['k']\nexcept KeyError as error:\n    caught = error",
            SETUP,
        )

    def test_members_of_the_learners_own_enumerations(self) -> None:
        """They stay in the learner's process, and each equals only itself."""
        check(
            "assert Mood.GOOD == mood() and Mood.BAD != mood() and mood().name == 'GOOD'",
            "import enum\nclass Mood(enum.Enum):\n    GOOD = 1\n    BAD = 2\ndef mood():\n    return Mood.GOOD",
        )

    def test_arguments_changed_in_place(self) -> None:
        """What a call changes in a table, a series, a deque or a counter is changed in the check."""
        check(
            "import pandas as pd\nfrom collections import Counter, deque\n"
            "table = pd.DataFrame({'a': [1, 2]})\ndouble(table)\nassert table['b'].tolist() == [2, 4]\n"
            "column = pd.Series([1, 2])\nzero(column)\nassert column.tolist() == [0, 2]\n"
            "line, seen = deque([1]), Counter()\nadd(line, seen)\nassert list(line) == [1, 5] and seen['x'] == 2",
            "def double(table):\n    table['b'] = table['a'] * 2\ndef zero(column):\n    column.iloc[0] = 0\n"
            "def add(line, seen):\n    line.append(5)\n    seen.update('xx')",
        )


LIES = {
    "a date": ("datetime.date(2020, 1, 3)", "datetime.date(2020, 1, 2)"),
    "a decimal": ("decimal.Decimal(9)", "decimal.Decimal(3)"),
    "a fraction": ("fractions.Fraction(9)", "fractions.Fraction(1, 3)"),
    "a path": ("pathlib.PurePosixPath('b')", "pathlib.PurePosixPath('a')"),
    "a counter": ("collections.Counter()", "collections.Counter('a')"),
    "a deque": ("collections.deque()", "collections.deque([1])"),
    "a table": ("pandas.DataFrame()", "pandas.DataFrame({'a': [1]})"),
}
IMPORTS = "import collections, datetime, decimal, fractions, pathlib, pandas\n"
EQUALS_EVERYTHING = """
class Liar({kind}):
    __class__ = property(lambda self: {kind})
    __hash__ = None
    def __eq__(self, other): return True
    def __ne__(self, other): return False
    def __reduce__(self): return (eval, ("{expected}",))
    def equals(self, other): return True
w = Liar({arguments}
"""


class TestLies:
    @pytest.mark.parametrize("name", LIES)
    def test_a_subclass_that_equals_everything(self, name: str) -> None:
        """It crosses as what it holds, or not at all: in both cases it is not equal."""
        value, expected = LIES[name]
        kind, _, arguments = value.partition("(")
        code = IMPORTS + EQUALS_EVERYTHING.format(kind=kind, arguments=arguments, expected=expected)

        with pytest.raises((AssertionError, TypeError)):
            check(f"{IMPORTS}x = {expected}\nassert x.equals(w) if hasattr(x, 'equals') else w == x or x == w", code)

    def test_a_class_that_poses_as_a_library_class(self) -> None:
        """Its name alone makes no object of it one of the library."""
        code = (
            "import datetime\nclass date:\n    __module__ = 'datetime'\n    year, month, day = 2020, 1, 2\n"
            "    def __eq__(self, other): return True\nw = date()"
        )

        with pytest.raises(AssertionError):
            check("import datetime\nassert w == datetime.date(2020, 1, 2) or isinstance(w, datetime.date)", code)

    @pytest.mark.parametrize(
        "content",
        [
            {"object": ["datetime.date", [2020, 13, 2]]},
            {"object": ["datetime.date", [2020, 1, True]]},
            {"object": ["datetime.datetime", [[2020, 1, 2, 0, 0, 0, 0, 0], {"object": ["decimal.Decimal", "1"]}]]},
            {"object": ["zoneinfo.ZoneInfo", "../../etc/passwd"]},
            {"object": ["decimal.Decimal", "1" * 20_000]},
            {"object": ["decimal.Decimal", "__import__('os')"]},
            {"object": ["fractions.Fraction", [1, 0]]},
            {"object": ["re.Pattern", ["(", 0]]},
            {"object": ["re.Pattern", ["a", int(re.DEBUG)]]},
            {"object": ["collections.defaultdict", [3, {"dict": []}]]},
            {"object": ["os.system", "true"]},
            {"object": ["pandas.Categorical", ["categorical", [7], ["range", 0, 2, 1, None], False]]},
            {"object": ["pandas.Series", [["numpy", [1, 2]], ["range", 0, 2, 1, None], None]]},
            {"object": ["scipy.sparse.csr_matrix", [[2, 2], [1.0], [9], [0]]]},
            {"constant": "os.environ"},
            {"member": ["http", "HTTPStatus", "MISSING", None]},
            {"member": ["os", "PathLike", "x", None]},
            {"exception": ["print", {"tuple": []}]},
            {"class": ["os", "system", None, None]},
            {"structured": [[2], [["x", [1, 2]]]]},
            {"dtype": "O8,i4"},
        ],
        ids=repr,
    )
    def test_a_forged_description_is_refused(self, content: object) -> None:
        """The reader builds a valid object or none."""
        message = Serializer(ReferenceTable()).message(content)
        reader = Deserializer(ReferenceTable(), message, lambda *_: None)

        with pytest.raises(ProtocolViolation):
            reader.deserialize(reader.content)

    @settings(max_examples=200, suppress_health_check=[HealthCheck.too_slow])
    @given(
        st.sampled_from(["object", "member", "exception", "class", "constant", "structured", "masked", "dtype"]),
        st.recursive(
            st.none() | st.integers(-3, 3) | st.sampled_from(["datetime.date", "pandas.DataFrame", "numpy", "a"]),
            lambda inner: st.lists(inner, max_size=4),
        ),
    )
    def test_garbage_is_refused(self, tag: str, content: object) -> None:
        """Nothing but a refusal comes of what describes nothing."""
        head = json.dumps({"blobs": [], "content": {tag: content}}).encode()
        reader = Deserializer(ReferenceTable(), len(head).to_bytes(4, "big") + head, lambda *_: None)

        try:
            reader.deserialize(reader.content)
        except (ProtocolViolation, CannotCross):
            return

    def test_an_enumeration_of_the_learners_with_the_setups_name(self, pool: Pool) -> None:
        """A class that the code binds is the learner's, whatever its name."""
        code = "class Color:\n    def __eq__(self, other): return True\ndef favourite(): return Color()"

        assert not run(pool, code, "assert favourite() == 3", SETUP).ok


AUTHORS = {
    "assert_frame_equal": "pd.testing.assert_frame_equal(big, pd.DataFrame({'a': [2, 3]}, index=[1, 2]))",
    "isinstance": "assert isinstance(big, pd.DataFrame) and len(big) == 2",
    "equals": "assert big.equals(pd.DataFrame({'a': [2, 3]}, index=[1, 2])), 'Rows 1 and 2.'",
}


@pytest.mark.parametrize("name", AUTHORS)
def test_a_check_of_a_table(isolated: Pool, name: str) -> None:
    """A check of pandas reads as it would in a notebook, and rejects another table."""
    setup, check = "import pandas as pd\ndf = pd.DataFrame({'a': [1, 2, 3]})", f"import pandas as pd\n{AUTHORS[name]}"
    limits = Limits(seconds=60)

    assert run(isolated, "big = df[df['a'] > 1]", check, setup, limits=limits).ok
    assert not run(isolated, "big = df[df['a'] > 2]", check, setup, limits=limits).ok


@pytest.mark.parametrize(
    ("value", "wrong"),
    [
        ("datetime.date(2020, 1, 2)", "datetime.date(2020, 1, 3)"),
        ("decimal.Decimal(1)", "1.0"),
        ("fractions.Fraction(1, 3)", "0"),
        ("pathlib.Path('a')", "'a'"),
        ("collections.deque([1])", "[1]"),
    ],
)
def test_a_check_of_a_library_value(isolated: Pool, value: str, wrong: str) -> None:
    """Equality and class are those of the check's own library."""
    imports = "import collections, datetime, decimal, fractions, pathlib\n"
    check = f"{imports}assert f() == {value} and isinstance(f(), type({value}))"

    assert run(isolated, f"{imports}def f():\n    return {value}", check).ok
    assert not run(isolated, f"{imports}def f():\n    return {wrong}", check).ok
