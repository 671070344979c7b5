"""Recording the sides of a claim's comparisons."""

from __future__ import annotations

import pytest

from practicum.kinds.comparison_sides import with_sides


@pytest.mark.parametrize(
    ("expression", "sides"),
    [
        ("len(x) == 2", {"len(x)": 2}),
        ("1 < len(x) < 3 and x[0] > 2", {"len(x)": 2, "x[0]": 3}),
        ("len(x) == 3 and x[0] > 2", {"len(x)": 2}),
        ("not x == [3]", {"x": ["[3, 1]"]}),
        ("bool(x)", {}),
        ("next(counter) == next(counter) - 1", {"next(counter)": 0}),
        ("x[0] - x[1] > 1 + 0.5", {"x[0]": 3, "x[1]": 1}),
        ("big > 3", {"big": ["an integer of hundreds of digits"]}),
        ("text.ljust(1000, 'a') != ''", {"text.ljust(1000, 'a')": ["'" + "a" * 399]}),
        ("'x' in dir()", {}),
        ("(y := len(x)) > 1 and y < 3", {"y": 2}),
    ],
)  # fmt: skip
def test_records_the_sides_of_comparisons_without_changing_the_result(
    expression: str, sides: dict[str, object]
) -> None:
    """Each is evaluated once, in its order, and only if Python would evaluate it."""
    import itertools

    def space() -> dict[str, object]:
        return {"x": [3, 1], "counter": itertools.count(), "big": 10**999, "text": "a", "len": len}

    truth, recorded = eval(with_sides(expression), space())  # noqa: S307
    plain = eval(expression, space())  # noqa: S307

    assert truth is bool(plain)
    assert recorded == sides
