"""The reports of an audit: one page without network or scripts, SARIF, JSON, and corrected banks."""

from __future__ import annotations

import html
import json
import re
import shlex
from decimal import Decimal
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from practicum.audit.auditor import Audit
from practicum.audit.findings import Fault, ItemFinding, OptionReport, Settled, from_json, to_json
from practicum.audit.fixes import fix_banks
from practicum.audit.html_report import render
from practicum.audit.json_report import to_data
from practicum.audit.sarif import to_sarif
from practicum.exchange import BankFile, get
from practicum.exchange.bank import Remark
from practicum.exchange.bank_files import Source

HOSTILE = "<script>alert(1)</script> & \x1b[31m"


def finding(identifier: str = "q1", **changed: object) -> ItemFinding:
    values: dict[str, object] = {
        "path": "bank.json",
        "line": 3,
        "title": "",
        "text": "What is `1 + 1`?",
        "settled": Settled.PROVED,
        "options": (OptionReport("2", True, True), OptionReport("3", False, False)),
    }
    return ItemFinding(identifier, **values | changed)  # type: ignore[arg-type]


def wrong(identifier: str = "q2", **changed: object) -> ItemFinding:
    options = (OptionReport("2", False, True), OptionReport(HOSTILE, True, False))
    found = finding(identifier, settled=Settled.REFUTED, options=options, proposed=(0,), reading="value", **changed)
    return found.with_fault(Fault.WRONG_KEY, "option 2 is marked as right; option 1 is")


AUDIT = Audit(
    (finding(), wrong(), finding("q3", settled=Settled.NOT_PROVABLE, reason=HOSTILE)),
    unreadable=(Remark("b.xml", 0, "", "not-xml", "it is no XML"),),
    titles=("A bank",),
)


def test_findings_survive_json() -> None:
    for each in AUDIT.findings:
        assert from_json(json.loads(json.dumps(to_json(each)))) == each


def test_totals_have_wilson_intervals() -> None:
    totals = to_data(AUDIT)["totals"]

    assert totals["items"] == 3
    assert totals["decided"]["count"] == 2
    assert totals["wrong-key"]["count"] == 1
    assert totals["wrong-key"]["low"] == pytest.approx(0.0615, abs=1e-3)
    assert totals["wrong-key"]["high"] == pytest.approx(0.7923, abs=1e-3)


def test_the_page_needs_nothing_and_runs_nothing() -> None:
    page = render(AUDIT, ["bank.json"])

    assert "<script" not in page
    assert "alert(1)" in page
    assert "\x1b" not in page
    assert not re.search(r"""(?:src|href)=["']?(?!#)\w""", page)


def test_the_page_shows_what_needs_a_decision_first() -> None:
    items = re.findall(r'<li class="item" id="([^"]*)"', render(AUDIT, ["bank.json"]))

    assert items == ["bank.json#q2", "bank.json#q1", "bank.json#q3"]


@pytest.mark.browser
def test_the_page_is_whole_on_a_phone_and_passes_axe(chromium: Browser, tmp_path: Path) -> None:
    from axe_playwright_python.sync_playwright import Axe

    file = tmp_path / "report.html"
    file.write_text(render(AUDIT, ["bank.json"]), encoding="utf-8")
    for scheme, width in (("light", 1280), ("dark", 320)):
        context = chromium.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme)  # type: ignore[arg-type]
        page = context.new_page()
        page.goto(file.as_uri())
        page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true })")

        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert Axe().run(page).response["violations"] == []
        context.close()


def test_sarif_has_a_rule_and_a_place_for_each_fault() -> None:
    run = to_sarif(AUDIT)["runs"][0]
    (result,) = run["results"]
    place = result["locations"][0]["physicalLocation"]

    assert {rule["id"] for rule in run["tool"]["driver"]["rules"]} == set(map(str, Fault))
    assert result["ruleId"] == "wrong-key"
    assert (place["artifactLocation"]["uri"], place["region"]["startLine"]) == ("bank.json", 3)
    assert run["invocations"][0]["executionSuccessful"] is False


def test_only_proposed_keys_are_corrected() -> None:
    content = json.dumps([{"question": "A?", "options": ["1", "2"], "correct": 0} for _ in range(3)]).encode()
    form = get("json")
    file = BankFile("bank.json", content)
    names = [item.identifier for item in form.read(file).items]
    findings = [finding(names[0]), wrong(names[1], path="bank.json"), finding(names[2], settled=Settled.NOT_PROVABLE)]
    findings[1] = findings[1].__class__(**{**findings[1].__dict__, "proposed": (1,)})
    (fixed,) = fix_banks([Source(file, Path("bank.json"), form)], findings)
    read = form.read(BankFile("bank.json", fixed.content))

    assert [[option.credit == Decimal(100) for option in item.answer.options] for item in read.items] == [  # type: ignore[union-attr]
        [True, False],
        [False, True],
        [True, False],
    ]
    assert [change.place for change in fixed.changes] == [f"bank.json#{names[1]}"]


@pytest.mark.parametrize(
    ("path", "bank", "item"),
    [
        ("bank.json", "bank.json", "q2"),
        ("banks/a.json", "banks", "banks/a.json#q2"),
        ("a.zip/x.xml", "a.zip", "a.zip/x.xml#q2"),
    ],
)
def test_a_command_runs_an_item_again(path: str, bank: str, item: str) -> None:
    (command,) = re.findall(r'class="command">([^<]*)<', render(Audit((wrong(path=path),)), [bank]))

    assert shlex.split(html.unescape(command)) == ["practicum", "audit", bank, "--item", item, "--all"]
