"""The types of notes that practicum writes. Their numbers never change: Anki updates notes whose type it knows."""

from __future__ import annotations

from dataclasses import dataclass

FIELDS = ("Question", "Answer", "Also accepted", "Explanation", "Proof", "Title", "Identifier")
"""The fields of each type, in their order."""

_BACK = (
    "{{#Also accepted}}<p>Also accepted:<br>{{Also accepted}}</p>{{/Also accepted}}"
    "{{#Explanation}}<section>{{Explanation}}</section>{{/Explanation}}"
    "{{#Proof}}<p class=proof>{{Proof}}</p>{{/Proof}}"
)
CSS = """.card { font: 18px/1.5 system-ui, sans-serif; max-width: 42em; margin: 0 auto; }
pre { overflow-x: auto; padding: .5em; border: 1px solid #8888; }
.proof { font-size: .85em; opacity: .8; }
.cloze { font-weight: bold; }
"""


@dataclass(frozen=True)
class OwnType:
    """A type of notes."""

    number: int
    name: str
    front: str
    back: str
    is_cloze: bool = False


QUESTION = OwnType(1_764_720_001, "Practicum question", "{{Question}}", "{{FrontSide}}<hr id=answer>{{Answer}}" + _BACK)
TYPED = OwnType(
    1_764_720_002,
    "Practicum typed answer",
    "{{Question}}{{type:Answer}}",
    "{{Question}}<hr id=answer>{{type:Answer}}" + _BACK,
)
CLOZE = OwnType(1_764_720_003, "Practicum gaps", "{{cloze:Question}}", "{{cloze:Question}}" + _BACK, is_cloze=True)
