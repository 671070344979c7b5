"""One value is the same wherever an author or a learner writes it: in an option, prediction, number, check and prose."""

# ruff: noqa: E501 - a table is read by its rows

from __future__ import annotations

import re
from dataclasses import dataclass

import pytest

from practicum import kinds
from practicum.kinds.equality import is_equal
from practicum.kinds.literals import parse_literal, value_text
from practicum.model import Verdict
from practicum.prove.catalogue import Entry, load
from practicum.prove.prover import Prover
from practicum.runner import Pool
from tests.prove.making import in_one_interpreter
from tests.web.making import write

pytestmark = pytest.mark.slow


@dataclass(frozen=True)
class Value:
    """A value in code, and texts for it and for another value."""

    code: str
    text: str
    other: str
    imports: str = ""
    checked: str = ""
    """A condition on `x` in a check; by default that it equals the code."""
    is_number: bool = False


NUMPY, PANDAS, SPARSE = "import numpy as np", "import pandas as pd", "from scipy import sparse"
VALUES = {
    "integer": Value("2 + 4", "6", "7", is_number=True),
    "large integer": Value("10**30", "1000000000000000000000000000000", "1", is_number=False),
    "float": Value("1 / 2", "0.5", "0.25", is_number=True),
    "rounded float": Value("0.1 + 0.2", "0.30000000000000004", "0.3"),
    "NaN": Value("float('nan')", "nan", "0.0", checked="x != x"),
    "infinity": Value("float('inf')", "inf", "-inf"),
    "truth": Value("1 < 2", "True", "False"),
    "none": Value("None", "None", "0"),
    "text": Value("'a' + 'b'", "'ab'", "'ba'"),
    "bytes": Value("'ab'.encode()", "b'ab'", "'ab'"),
    "complex": Value("(1 + 2j) * 1", "(1+2j)", "(1-2j)"),
    "list": Value("[1, 2] * 1", "[1, 2]", "(1, 2)"),
    "tuple": Value("tuple([1, 2])", "(1, 2)", "[1, 2]"),
    "set": Value("set('ab')", "{'b', 'a'}", "{'a'}"),
    "empty set": Value("set('')", "set()", "{}"),
    "frozenset": Value("frozenset([1])", "frozenset({1})", "frozenset({2})"),
    "dict": Value("dict(a=[1])", "{'a': [1]}", "{'a': [2]}"),
    "range": Value("range(3)", "range(0, 3)", "range(0, 4)"),
    "Decimal": Value("Decimal('1.1') + 0", "Decimal('1.1')", "Decimal('1.2')", "from decimal import Decimal"),
    "Fraction": Value("Fraction(2, 4)", "Fraction(1, 2)", "Fraction(1, 3)", "from fractions import Fraction"),
    "date": Value("date(2026, 1, 30) + timedelta(1)", "datetime.date(2026, 1, 31)", "datetime.date(2026, 2, 1)", "from datetime import date, timedelta"),
    "duration": Value("timedelta(hours=25)", "datetime.timedelta(days=1, seconds=3600)", "datetime.timedelta(days=1)", "from datetime import timedelta"),
    "path": Value("Path('a') / 'b'", "PosixPath('a/b')", "PosixPath('a')", "from pathlib import Path"),
    "NumPy integer": Value("np.int64(3)", "3", "4", NUMPY, is_number=True),
    "NumPy float": Value("np.float64(0.5)", "np.float64(0.5)", "0.25", NUMPY, is_number=True),
    "float32": Value("np.float32(0.1)", "0.1", "0.2", NUMPY, is_number=True),
    "NumPy truth": Value("np.bool_(True)", "True", "1", NUMPY),
    "array": Value("np.array([2, 4])", "array([2, 4])", "[2, 5]", NUMPY, "(x == np.array([2, 4])).all()"),
    "array of float32": Value("np.array([0.1, 0.5], 'float32')", "[0.1, 0.5]", "[0.1, 0.6]", NUMPY, "x.dtype == 'float32' and x.size == 2"),
    "matrix": Value("np.eye(2)", "[[1, 0], [0, 1]]", "[[1, 1], [1, 1]]", NUMPY, "(x == np.eye(2)).all()"),
    "arrays in a dict": Value("{'a': np.arange(2)}", "{'a': [0, 1]}", "{'a': [1, 1]}", NUMPY, "list(x['a']) == [0, 1]"),
    "series": Value("pd.Series([1, 2])", "pd.Series([1, 2])", "[2, 1]", PANDAS, "isinstance(x, pd.Series) and x.equals(pd.Series([1, 2]))"),
    "labelled series": Value("pd.Series([1, 2], ['a', 'b'])", "Series([1, 2], index=['a', 'b'])", "{'a': 2, 'b': 1}", PANDAS, "x['b'] == 2"),
    "table": Value("pd.DataFrame({'a': [1, 2]})", "{'a': [1, 2]}", "{'b': [1, 2]}", PANDAS, "list(x.columns) == ['a']"),
    "labelled table": Value("pd.DataFrame({'a': [1.5]}, index=['r'])", "pd.DataFrame({'a': [1.5]}, index=['r'])", "{'a': [1.5]}", PANDAS, "x.loc['r', 'a'] == 1.5"),
    "timestamp": Value("pd.Timestamp('2026-01-31')", "Timestamp('2026-01-31')", "Timestamp('2026-02-01')", PANDAS),
    "sparse matrix": Value("sparse.eye(2, format='csr')", "[[1, 0], [0, 1]]", "[[1, 1], [1, 1]]", SPARSE, "x.nnz == 2"),
}  # fmt: skip
FRONT = '+++\nlevel = "beginner"\n'
OPTION = (
    FRONT
    + """[proof]
value = "x"
+++

# T

```python run
{imports}
x = {code}
```

- [x] `{text}`
- [ ] `{other}`
"""
)
PREDICT = (
    FRONT
    + """kind = "predict"
[proof]
value = "x"
+++

# T

```python run
{imports}
x = {code}
```
"""
)
CHECK = (
    FRONT
    + """kind = "code"
+++

# T

Make `x`.

```python setup
{imports}
```

```python start
x = "start"
```

```python solution
x = {code}
```

```python check
assert {checked}, "No."
```

```python mutant
x = "mutant"
```
"""
)
NUMBER = PREDICT.replace('kind = "predict"', 'kind = "number"')
SITED = {"option": OPTION, "predict": PREDICT, "check": CHECK, "number": NUMBER}


def slug(site: str, name: str) -> str:
    return f"{site}-{re.sub(r'[^a-z0-9]', '-', name.lower())}"


def shown(name: str) -> str:
    """The variable that holds a value on the page."""
    return slug("v", name).replace("-", "_")


def page() -> str:
    """A page whose prose shows every value."""
    cells = [f"{value.imports}\n{shown(name)} = {value.code}" for name, value in VALUES.items()]
    braces = "\n\n".join(f'{{{{ gives("{shown(name)}") }}}}' for name in VALUES)
    return "# Values\n\n```python run\n" + "\n".join(cells) + f"\n```\n\n{braces}\n"


@pytest.fixture(scope="module")
def proved(tmp_path_factory: pytest.TempPathFactory, pool: Pool) -> dict[str, Entry]:
    """Every value in every place, proved, as it is read again from its evidence."""
    files = {"course.toml": 'title = "Values"\n', "t/topic.toml": 'title = "Values"\n', "t/learn.md": page()}
    for name, value in VALUES.items():
        checked = value.checked or f"x == {value.code}"
        for site, text in SITED.items():
            if site != "number" or value.is_number:
                files[f"t/try/{slug(site, name)}.md"] = text.format(**{**vars(value), "checked": checked})
    root = write(tmp_path_factory.mktemp("courses") / "values", files)
    catalogue = load(root)
    Prover(catalogue, in_one_interpreter(pool), jobs=2).prove(catalogue.all.values())
    return {entry.subject.slug: entry for entry in load(root).all.values()}


@pytest.mark.parametrize("site", ["option", "predict", "check"])
@pytest.mark.parametrize("name", VALUES)
def test_a_value_is_proved(proved: dict[str, Entry], name: str, site: str) -> None:
    """As the right one of two options, as what is predicted, in a check."""
    entry = proved[slug(site, name)]
    assert entry.verdict is Verdict.PROVED, entry.why


@pytest.mark.parametrize("name", VALUES)
def test_a_value_can_be_typed(proved: dict[str, Entry], name: str) -> None:
    """As the options have it; another value is wrong."""
    assert graded(proved[slug("predict", name)], VALUES[name].text)
    assert not graded(proved[slug("predict", name)], VALUES[name].other)


@pytest.mark.parametrize("name", [name for name, value in VALUES.items() if value.is_number])
def test_a_number_can_be_typed(proved: dict[str, Entry], name: str) -> None:
    """Without the name of its type."""
    text = VALUES[name].text.removeprefix("np.float64(").rstrip(")")

    assert graded(proved[slug("number", name)], text)
    assert not graded(proved[slug("number", name)], VALUES[name].other)


@pytest.mark.parametrize("name", VALUES)
def test_a_value_is_shown_in_prose(proved: dict[str, Entry], name: str) -> None:
    """What the page shows reads as the value."""
    learn = proved["learn"]
    assert learn.evidence is not None, learn.why
    value = learn.evidence.variants[0].values[shown(name)]
    text = value if isinstance(value, str) and name != "text" else value_text(value)

    assert is_equal(parse_literal(text), parse_literal(VALUES[name].text))


def graded(entry: Entry, typed: str) -> bool:
    """Whether an answer is right by the evidence."""
    kind, problem = kinds.get(entry.problem.kind), entry.problem
    assert entry.evidence is not None, entry.why
    answer = kind.read_answer(problem.variants[0], (), [typed])
    return kind.grade(problem.variants[0], answer, entry.evidence.variants[0], None)
