"""QTI 3.0 packages, looked at with lxml alone: what is declared, what is right, and how it is scored."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from practicum.exchange import BankFile
from practicum.exchange.archive import read_archive
from practicum.exchange.bank import (
    AcceptedText,
    Bank,
    BankOption,
    Choice,
    Description,
    Essay,
    Item,
    Matching,
    NumberAnswer,
    ShortAnswer,
)
from practicum.exchange.qti30 import Qti30
from tests.exchange.banks import SAMPLES, banks

FORMAT = Qti30()
RIGHT = Decimal(100)
ORDER = [
    "qti-response-declaration",
    "qti-outcome-declaration",
    "qti-item-body",
    "qti-response-processing",
    "qti-modal-feedback",
]
"""The children of an item, as the schema orders them."""


def files_of(bank: Bank) -> dict[str, bytes]:
    return dict(read_archive(BankFile("bank.zip", FORMAT.write(bank).content)).files)


def written(item: Item) -> Any:
    """The root element of the item's file."""
    return etree.fromstring(files_of(Bank("", (item,)))["items/item_1.xml"])


def correct(root: Any) -> list[str]:
    return [value.text for value in root.iterfind(".//{*}qti-correct-response/{*}qti-value")]


def credits_of(root: Any) -> dict[str, str]:
    return {entry.get("map-key"): entry.get("mapped-value") for entry in root.iter("{*}qti-map-entry")}


def label(name: str) -> str:
    return name.rsplit("}", 1)[-1]


@given(data=st.data())
def test_items_are_in_the_order_of_the_schema_and_refer_to_what_they_declare(data: st.DataObject) -> None:
    files = files_of(data.draw(banks(FORMAT.answers)))
    roots = [etree.fromstring(content) for path, content in files.items() if path.startswith("items/")]
    assert roots
    for root in roots:
        children = [ORDER.index(label(child.tag)) for child in root]
        declared = {part.get("identifier") for part in root if label(part.tag).endswith("-declaration")}
        used = {part.get("response-identifier") for part in root.iter() if part.get("response-identifier")}
        used |= {part.get("outcome-identifier") for part in root.iter() if part.get("outcome-identifier")}
        used |= {part.get("identifier") for part in root.iter("{*}qti-variable", "{*}qti-set-outcome-value")}

        assert children == sorted(children)
        assert used <= declared
        assert {etree.QName(part).namespace for part in root.iter()} == {root.nsmap[None]}


def test_the_manifest_lists_each_file_once() -> None:
    item = Item("a", "See ![Graph](images/a.png)", Essay())
    files = files_of(Bank("A bank", (item, SAMPLES[Choice]), resources={"images/a.png": b"pixels"}))
    manifest = etree.fromstring(files.pop("imsmanifest.xml"))

    assert [file.get("href") for file in manifest.iter("{*}file")] == list(files)
    assert files["images/a.png"] == b"pixels"
    assert b'src="../images/a.png"' in files["items/item_1.xml"]
    [dependency] = manifest.iter("{*}dependency")
    [image] = manifest.iterfind(".//{*}resource[@type='webcontent']")
    assert dependency.get("identifierref") == image.get("identifier")


def test_one_right_option_is_correct_and_gives_the_points() -> None:
    item = Item("a", "Which?", Choice((BankOption("`1`"), BankOption("`2`", RIGHT, "Yes."))), points=Decimal(3))
    root = written(item)
    right = root.find(".//{*}qti-simple-choice[2]")

    assert correct(root) == [right.get("identifier")]
    assert credits_of(root)[right.get("identifier")] == "3"
    assert etree.tostring(right, method="text").strip() == b"2"
    assert root.find(".//{*}qti-modal-feedback").get("identifier") == right.get("identifier")


def test_several_right_options_are_correct_together() -> None:
    options = (BankOption("1", RIGHT / 2), BankOption("2"), BankOption("3", RIGHT / 2))
    root = written(Item("a", "Which?", Choice(options, several=True)))

    assert len(correct(root)) == 2
    assert root.find(".//{*}qti-choice-interaction").get("max-choices") == "0"
    assert root.find(".//{*}qti-match") is not None


def test_texts_are_accepted_in_any_case_unless_the_bank_says_so() -> None:
    for case_sensitive in (False, True):
        answer = ShortAnswer((AcceptedText("return"), AcceptedText("yield", Decimal(50))), case_sensitive)
        root = written(Item("a", "Which?", answer))

        assert credits_of(root) == {"return": "1", "yield": "0.5"}
        assert {entry.get("case-sensitive", "true") for entry in root.iter("{*}qti-map-entry")} == {
            str(case_sensitive).lower()
        }


def test_a_number_is_right_within_its_bounds() -> None:
    root = written(SAMPLES[NumberAnswer])
    bounds = {label(part.tag): part[1].text for part in root.iter("{*}qti-gte", "{*}qti-lte")}

    assert bounds == {"qti-gte": "41.5", "qti-lte": "42.5"}


def test_pairs_are_matched() -> None:
    root = written(SAMPLES[Matching])
    texts = {
        choice.get("identifier"): "".join(choice.itertext()).strip()
        for choice in root.iter("{*}qti-simple-associable-choice")
    }

    assert [tuple(texts[part] for part in pair.split()) for pair in correct(root)] == [
        ("[]", "a list"), ("{}", "a dict"), ("()", "a tuple")
    ]  # fmt: skip


@pytest.mark.parametrize("answer", [Essay, Description])
def test_what_nobody_scores_has_no_right_response(answer: type) -> None:
    assert not correct(written(SAMPLES[answer]))


def test_code_is_shown_to_the_byte() -> None:
    code = "if a < b:\n    print('&')\n\n"
    root = written(Item("a", f"Run:\n\n```python\n{code}```", Description()))

    assert "".join(root.find(".//{*}pre").itertext()) == code
