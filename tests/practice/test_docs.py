"""docs/data.md has every refusal."""

import re
from pathlib import Path
from typing import get_args

from practicum.practice.sitting_rules import Code


def test_every_refusal_is_documented() -> None:
    """The table of the page names the codes that there are, and each of them costs nothing."""
    text = (Path(__file__).parents[2] / "docs" / "data.md").read_text("utf-8")

    rows = re.findall(r"^\| `(\w+)` \| [^|]+ \| (nothing)[^|]* \| [^|]+ \|$", text, re.M)

    assert sorted(code for code, _ in rows) == sorted(get_args(Code))
