"""The report shows the record's numbers, and no text in a record becomes markup."""

from __future__ import annotations

import base64
import io
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from practicum.formatting import printable
from practicum.lab.fit_record import Candidate, Export, FitRecord, TrainingCurves
from practicum.lab.image_set import Remark
from practicum.lab.learning_curve import CurvePoint
from practicum.report import html_report, model_card
from practicum.statistics.intervals import Interval
from tests.examples import examples
from tests.lab.records import curve, fit_record, interval

BASE = fit_record()
POOR = Interval(0.417, 0.303, 0.528)
SMALL = replace(BASE, thumbs=BASE.thumbs[:, ::12, ::12])
HOSTILE = st.text(st.sampled_from("<>&\"'`/={}%-!abc \n\0\u202e\ud800é") | st.characters(), min_size=1, max_size=25)
EVIL = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "{{ 7*7 }}",
    "</style><b>",
    "javascript:alert(1)",
    "--><!--",
]


class Parsed(HTMLParser):
    """Tags with their attributes, and the text between them."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


def named(name: str) -> FitRecord:
    """A record in which every name is `name`."""
    return replace(
        SMALL,
        title=name,
        source=name,
        classes=(name, *(f"{name}{n}" for n in range(3))),
        names=(name,) * 80,
        backbone=name,
        candidates=tuple(replace(candidate, name=name, description=name) for candidate in SMALL.candidates),
        training=tuple(replace(curves, name=name) for curves in SMALL.training),
        findings=tuple(replace(finding, title=name, evidence=name, remedy=name) for finding in SMALL.findings),
        remarks=(Remark(name, name),),
        left_out=(Remark(name, name),),
        next_step=name,
        exports=(Export(name, name, 1, 0.0, name),),
        versions={name: name},
        date=name,
    )


@examples(25)
@given(HOSTILE | st.sampled_from(EVIL))
def test_no_name_becomes_markup(name: str) -> None:
    """Whatever the names of files and classes, the page has the same elements, no script, no link and no handler."""
    page = Parsed(html_report.render(named(name)))
    plain = Parsed(html_report.render(named("x" * len(name))))
    inert = {"wbr", "title", "text"}  # line breaks in paths, and names that are cut

    assert [t for t, _ in page.tags if t not in inert] == [t for t, _ in plain.tags if t not in inert]
    assert not {"script", "iframe", "object", "link", "form", "base"} & {tag for tag, _ in page.tags}
    for tag, attributes in page.tags:
        assert not any(key.startswith("on") for key in attributes)
        assert (attributes.get("src") or "data:image/jpeg;base64,").startswith("data:image/jpeg;base64,"), tag
        assert (attributes.get("href") or "#").startswith("#")
    assert " ".join(printable(name).split()) in " ".join(page.text.split())


@pytest.mark.parametrize(("balanced", "shown"), [(0.0, False), (-0.1, True)])
def test_balanced_accuracy_is_shown_where_it_differs(balanced: float, shown: bool) -> None:
    """With classes of one size it is the accuracy, and a second line with the same number would say nothing."""
    accuracy = BASE.scores.accuracy
    scores = replace(BASE.scores, balanced_accuracy=replace(accuracy, value=accuracy.value + balanced))
    record = replace(BASE, scores=scores)

    assert ("Balanced accuracy" in html_report.render(record)) == shown
    assert ("Balanced accuracy" in model_card.render(record)) == shown


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"scores": replace(BASE.scores, accuracy=POOR)}, "30 to 53)"),
        ({"scores": replace(BASE.scores, balanced_accuracy=interval(0.234, 0.02))}, "23\xa0% (21\xa0% to 25\xa0%)"),
        ({"scores": replace(BASE.scores, f1=interval(0.321, 0.012))}, "32\xa0% (31\xa0% to 33\xa0%)"),
        ({"scores": replace(BASE.scores, log_loss=Interval(1.23, 1.11, 1.44))}, "1.23 (1.11 to 1.44)"),
        ({"scores": replace(BASE.scores, calibration_error=interval(0.44, 0.02))}, "44\xa0% (42\xa0% to 46\xa0%)"),
        ({"scores": replace(BASE.scores, n=4321)}, "4,321 images"),
        ({"scores": replace(BASE.scores, confusion=np.diag([611, 1, 1, 1]))}, "611"),
        ({"counts": (4001, 1, 1, 1)}, "4001"),
        ({"seed": 90210}, "90210"),
        ({"seconds": 4000.0}, "1\xa0h 6\xa0min"),
        ({"side": 177}, "177 × 177"),
        ({"date": "2031-02-03"}, "3 February 2031"),
        ({"curve": curve(ceiling=Interval(0.777, 0.666, 0.888))}, "78\xa0% (67\xa0% to 89\xa0%)"),
        ({"curve": curve(points=(CurvePoint(37, interval(0.511)),))}, "37 images per class"),
        ({"candidates": (Candidate("one", "w", interval(0.123), 77.0, True, None),)}, "1\xa0min 17\xa0s"),
        ({"training": (TrainingCurves("e", (0.4567,), (0.5,), (0.5,)),)}, "0.457"),
        ({"exports": (Export("Keras", "f", 123_456_789, 0.00789, "load"),)}, "0.008"),
        ({"exports": (Export("Keras", "f", 123_456_789, 0.0, "load"),)}, "123.5\xa0MB"),
    ],
)  # fmt: skip
def test_every_number_comes_from_the_record(changes: dict[str, Any], expected: str) -> None:
    """A number that changes in the record changes on the page."""
    before = Parsed(html_report.render(SMALL)).text
    after = Parsed(html_report.render(replace(SMALL, **changes))).text

    assert expected in after
    assert expected not in before


@pytest.mark.slow
def test_a_thousand_images_make_a_small_file(tmp_path: Path) -> None:
    """Under 1.5 MB, at most 60 thumbnails of 96 pixels, however many rows the findings have; no draft is left."""
    many = fit_record(tuple(f"class {n}" for n in range(10)), 100)
    findings = tuple(replace(many.findings[1], rows=tuple(range(n, 1000, 7))) for n in range(9))
    noise = np.random.default_rng(0).integers(0, 256, many.thumbs.shape, np.uint8)
    html_report.write(replace(many, findings=findings, thumbs=noise), tmp_path / "deep" / "report.html")
    html = (tmp_path / "deep" / "report.html").read_text("utf-8")
    thumbnails = re.findall(r'src="data:image/jpeg;base64,([^"]+)"', html)

    assert len(html.encode()) < 1_500_000
    assert len(thumbnails) == 60
    assert all(max(Image.open(io.BytesIO(base64.b64decode(data))).size) <= 96 for data in thumbnails)
    assert [file.name for file in (tmp_path / "deep").iterdir()] == ["report.html"]


def test_optional_parts_may_be_missing() -> None:
    """Without curve, training, findings, remarks, exports and names the page has fewer sections."""
    bare = replace(
        SMALL,
        curve=None,
        training=(),
        findings=(),
        remarks=(),
        left_out=(),
        exports=(),
        versions={},
        names=(),
        next_step="",
    )
    page, full = (Parsed(html_report.render(record)) for record in (bare, SMALL))
    sections, all_sections = (
        {attributes.get("aria-labelledby") for tag, attributes in parsed.tags if tag == "section"}
        for parsed in (page, full)
    )

    assert all_sections - sections == {"findings", "growth", "load"}
    assert "image 1" in page.text
