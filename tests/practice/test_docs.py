"""The documentation has every refusal."""

from typing import get_args

from practicum.practice.sitting_rules import RefusalCode
from tests.documents import table_of


def test_every_refusal_is_documented() -> None:
    """The table names exactly the codes that the rules have, and each of them costs nothing."""
    codes = get_args(RefusalCode)

    table = table_of(codes)

    assert table.keys() == set(codes)
    assert all(cells[1].startswith("nothing") for cells in table.values())
