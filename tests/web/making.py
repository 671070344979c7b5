"""Helpers for the tests of pages: a learner that reads pages and sends their forms, and courses to serve."""

from __future__ import annotations

import fcntl
import hashlib
import re
import shutil
from contextlib import nullcontext
from dataclasses import replace
from html import unescape
from pathlib import Path
from typing import Any

from httpx2 import Response
from starlette.applications import Starlette
from starlette.testclient import TestClient

from practicum import kinds
from practicum.model import Problem
from practicum.prove.catalogue import Catalogue, load
from practicum.prove.prover import Prover
from practicum.runner import Pool
from tests.prove.making import in_one_interpreter

COURSE = Path(__file__).parent / "course" / "python-basics"
TOPIC = "/python-basics/lists"
HERE = "http://127.0.0.1"


def proved(root: Path, pool: Pool | None = None) -> Catalogue:
    """The course with each missing proof made by running it: once per test session, whichever worker asks first.

    All runs have the same hash seed, for which one interpreter is enough.
    """
    catalogue = load(root)
    if all(entry.verdict.served for entry in catalogue.all.values()):
        return catalogue
    evidence = session_folder(root) / "proved" / content_hash(root)
    evidence.mkdir(parents=True, exist_ok=True)
    with (evidence / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        copy_evidence(evidence, root)
        catalogue = load(root)
        missing = [entry for entry in catalogue.all.values() if not entry.verdict.served]
        if not missing:
            return catalogue
        with nullcontext(pool) if pool else Pool(2) as running:
            Prover(catalogue, in_one_interpreter(running)).prove(missing)
        copy_evidence(root, evidence)
    return load(root)


def session_folder(root: Path) -> Path:
    """The temporary folder of this test session, which all workers share; of a course elsewhere, its parent."""
    sessions = [path for path in root.parents if path.parent.name.startswith("pytest-of-")]
    return sessions[0] if sessions else root.parent


def content_hash(root: Path) -> str:
    """A hash of the course's name and of all its files but the evidence."""
    digest = hashlib.sha256(root.name.encode())
    for file in sorted(path for path in root.rglob("*") if path.is_file() and "evidence" not in path.parts):
        digest.update(f"\0{file.relative_to(root)}\0".encode() + file.read_bytes())
    return digest.hexdigest()[:16]


def copy_evidence(source: Path, target: Path) -> None:
    """Copy the evidence of one course to another with the same files."""
    for file in source.rglob("evidence/**/*.json"):
        place = target / file.relative_to(source)
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, place)


def revised(catalogue: Catalogue, problem: Problem) -> Catalogue:
    """The course after its author has revised a problem, with the evidence taken as still valid."""
    entry = replace(catalogue.entries[problem.path], subject=problem)
    return replace(catalogue, entries={**catalogue.entries, entry.path: entry})


class Learner:
    """A browser without JavaScript: it keeps cookies, reads pages and sends their forms."""

    def __init__(self, app: Starlette) -> None:
        self.http = TestClient(app, base_url=HERE, follow_redirects=False)
        self.seen: list[Response] = []

    def at(self, app: Starlette) -> Learner:
        """The same browser after a restart of the service."""
        other = Learner(app)
        other.http.cookies = self.http.cookies
        return other

    def get(self, path: str) -> Response:
        answer = self.http.get(path)
        self.seen.append(answer)
        return answer

    def post(self, path: str, fields: dict[str, Any], **headers: str) -> Response:
        headers = {"content-type": "application/x-www-form-urlencoded", **headers}
        answer = self.http.post(path, data=fields, headers=headers)
        self.seen.append(answer)
        return answer

    def form(self, page: str) -> dict[str, Any]:
        """The hidden fields of the first form of a page."""
        html = self.get(page).text
        return {name: unescape(hidden(html, name)) for name in ("nonce", "form_digest") if f'name="{name}"' in html}

    def begin(self, topic: str = TOPIC, clock: str = "off") -> str:
        """Start the topic's challenge; the address of the sitting."""
        start = f"{topic}/challenge"
        answer = self.post(start, {**self.form(start), "clock": clock})
        assert answer.status_code == 303, answer.text
        return answer.headers["location"].removesuffix("/1")

    def send(self, page: str, action: str, **fields: Any) -> Response:
        """Open a page and send one of its forms to `page/action`."""
        return self.post(f"{page}/{action}", {**self.form(page), **fields})

    def places(self, page: str) -> dict[str, str]:
        """The options on a page: their text, and the place by which each is answered."""
        html = self.get(page).text
        found = re.findall(r'name="answer" value="(\d)"[^>]*>.*?<div class="text">(.*?)</div>', html, re.S)
        return {unescape(re.sub(r"<[^>]+>", "", text)).strip(): place for place, text in found}

    def answer(self, page: str, *texts: str) -> Response:
        """Pick the options with these texts, and answer."""
        places = self.places(page)
        return self.send(page, "answer", answer=[places[text] for text in texts])


def hidden(html: str, name: str) -> str:
    """The value of a hidden field."""
    found = re.search(rf'name="{name}" value="([^"]*)"', html)
    assert found, f"no field {name} on the page"
    return found[1]


def right_answers(catalogue: Catalogue, learner: Learner, sitting: str) -> list[tuple[str, ...]]:
    """The texts of the right options of each problem of a sitting, in their order, as the page shows them."""
    from practicum.practice import Exam

    record = learner.http.app.state.site.store.sitting(sitting.removeprefix("/s/"))  # type: ignore[attr-defined]
    paper = Exam.from_json(record.exam)
    return [
        tuple(
            option.text.replace("`", "")
            for option in catalogue.entries[item.problem].problem.variants[item.variant].options
            if option.key
        )
        for item in paper.items
    ]


def write(root: Path, files: dict[str, str]) -> Path:
    """A course of these files."""
    for name, text in files.items():
        file = root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return root


EXAMPLES = Path(kinds.__file__).parent
BANK = 'bank = ["classes", "label", "label - 1", "row"]\n'


def of_every_kind(root: Path) -> Path:
    """A course with the example of each kind that is answered by a form, as a challenge and as exercises."""
    files = {
        "course.toml": 'title = "Kinds"\nsummary = "s"\nframework = "python"\n',
        "topic/topic.toml": 'title = "Topic"\nsummary = "s"\nminutes = 1\n[badge]\nname = "Badge"\n',
    }
    for name, kind in kinds.registered().items():
        file = next(iter([*EXAMPLES.glob(f"{name}/example.md"), *EXAMPLES.glob(f"{name}/examples/value.md")]))
        text = file.read_text(encoding="utf-8")
        if kind.has_bank:
            text = text.replace("+++\n", "+++\n" + BANK, 1)
        if kind.has_form:
            files |= {f"topic/{mode}/{name}.md": text for mode in ("challenge", "try")}
    return write(root, files)
