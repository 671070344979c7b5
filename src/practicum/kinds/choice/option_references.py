"""Options that refer to the other options, such as "None of the above", and so have their place at the end."""

from __future__ import annotations

import re
from collections.abc import Sequence

from practicum.model import Option

_COUNT = r"(?:not all|all|both|neither|either|none|any|some|one|two|three|(?:only|exactly|at least|more than) one)"
_OPTIONS = r"(?:options|answers|choices)"
_OTHERS = (
    rf"(?:the above|above|the others?|the rest|these|those|them|(?:(?:the|these|those|other) )+{_OPTIONS}|{_OPTIONS})"
)
_END = r"(?:,? (?:(?:is|are) (?:true|right|correct|wrong|false)|holds?|appl(?:y|ies)|(?:but|except)\b.*))"
_NAMES = r"[A-H1-8](?:, [A-H1-8])*,? (?:and|or|nor) [A-H1-8]"
_WHOLE = re.compile(rf"{_COUNT} (?:of )?{_OTHERS}{_END}?", re.IGNORECASE)
"""An option that is nothing else: "All of these"."""
_PART = re.compile(
    rf"\bof the above(?=$|[^\w ]|{_END})|\b{_OPTIONS} above\b|\bthe above {_OPTIONS}\b|\bother {_OPTIONS}\b",
    re.IGNORECASE,
)
_BY_NAME = re.compile(
    rf"(?i:both|neither|either)(?i: options| answers)? [A-H],? (?:and|or|nor) [A-H]|"
    rf"(?i:(?:only|both|neither|either) )?(?i:options|answers) {_NAMES}"
)
"""An option that names others by letters or numbers: "Both A and B"."""
_CODE = re.compile(r"(?<!`)`++[^`]*+`++")


def refers_to_others(text: str) -> bool:
    """Whether an option's text refers to the other options. Words in code do not count."""
    plain = " ".join(_CODE.sub("`", text).replace("*", "").replace("_", "").split()).strip(" .!:;")
    return bool(_WHOLE.fullmatch(plain) or _PART.search(plain) or _BY_NAME.fullmatch(plain))


def count_last_references(options: Sequence[Option]) -> int:
    """How many options at the end refer to the others."""
    count = 0
    for option in reversed(options):
        if not refers_to_others(option.text):
            break
        count += 1
    return count
