"""The samples are files of their formats, and their truth is true."""

from __future__ import annotations

import io
import re
import xml.etree.ElementTree as ET
import zipfile

import pytest

from tests.planted.observing import observe, raises
from tests.planted.samples import ARRAYS, COLLECTIONS, KINDS, PYTHON, Entry, canvas_zip, gift, moodle_xml, samples
from tests.planted.typography import folded

ENTRIES = {entry.title: entry for entry in (*PYTHON, *ARRAYS, *COLLECTIONS)}
PRINTING = [entry for entry in ENTRIES.values() if "print" in entry.code and entry.fault != "unstable"]
WRONG = {"wrong-key", "no-right-option", "contradiction"}


@pytest.mark.parametrize("entry", PRINTING, ids=lambda entry: entry.title)
def test_keys_are_true_unless_a_fault_says_otherwise(entry: Entry) -> None:
    printed = observe(entry.code)
    keys = {folded(text) for text, marked in entry.answers if marked}
    error = raises(entry.code) and any(re.search("rror", key) for key in keys)

    if entry.fault == "broken-code":
        assert raises(entry.code)
        assert not error
    else:
        assert (folded(printed) in keys or error) == (entry.fault not in WRONG)


def test_the_files_contain_their_items() -> None:
    """Each about twenty, with four types of faults or more."""
    for sample in samples():
        assert len(sample.titles) == len(set(sample.titles)) >= 20
        assert len(set(sample.faults.values())) >= 4
        assert set(sample.faults) <= set(sample.titles)


def test_the_moodle_file_has_a_question_for_each() -> None:
    root = ET.fromstring(moodle_xml().content)
    names = [name.text for name in root.iterfind("question/name/text")]
    fractions = [float(answer.get("fraction", "")) for answer in root.iter("answer")]

    assert tuple(names) == moodle_xml().titles
    assert {*fractions} == {0, 50, 100}


def test_the_canvas_archive_is_complete() -> None:
    """Every file that the manifest names is there, and every key is one of the options."""
    with zipfile.ZipFile(io.BytesIO(canvas_zip().content)) as archive:
        manifest = ET.fromstring(archive.read("imsmanifest.xml"))
        paths = [file.get("href") for file in manifest.iter() if file.tag.endswith("}file")]
        [assessment] = [ET.fromstring(archive.read(path)) for path in paths if path and "meta" not in path]
        assert {*filter(None, paths), "imsmanifest.xml"} == set(archive.namelist())
    spaces = {"q": "http://www.imsglobal.org/xsd/ims_qtiasiv1p2"}
    items = assessment.findall(".//q:item", spaces)

    assert tuple(item.get("title") for item in items) == canvas_zip().titles
    for item in items:
        labels = {label.get("ident") for label in item.iterfind(".//q:render_choice/q:response_label", spaces)}
        named = {each.text for each in item.iterfind(".//q:varequal", spaces)}
        assert named <= labels or not labels


def test_the_gift_file_escapes_its_control_characters() -> None:
    """Outside of the braces of the answers, none of them stands alone."""
    text = gift().content.decode()
    questions = [block for block in text.split("\n\n") if block.startswith("::")]

    assert len(questions) == len(COLLECTIONS)
    for question in questions:
        assert len(re.findall(r"(?<!\\)\{", question)) == len(re.findall(r"(?<!\\)\}", question)) == 1


def test_all_kinds_of_questions_occur() -> None:
    assert {entry.kind for entry in ENTRIES.values()} == set(KINDS)
