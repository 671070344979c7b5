"""Reading pages and event streams: their text, the codes and grades in them, and the fields of their forms."""

from __future__ import annotations

import json
import re
from html import unescape
from typing import Any

from httpx2 import Response

from practicum.web.error_pages import CODE_HEADER

STREAM = "text/event-stream"


def text_of(html: str) -> str:
    """Return the text of a piece of a page, each run of white space as one space."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


def main_text(html: str) -> str:
    """Return the text of a page without its head, header and footer."""
    return text_of(html.partition("<main")[2].partition(">")[2].partition("</main>")[0])


def refusal_code(response: Response) -> str | None:
    """Return the code of the refusal that a response reports; None if it reports none."""
    return response.headers.get(CODE_HEADER)


def notice_code(html: str) -> str | None:
    """Return the code of the notice on a page; None if there is none."""
    found = re.search(r'class="notice[^"]*" data-code="([^"]*)"', html)
    return found[1] if found else None


def shown_grade(html: str) -> str | None:
    """Return the grade that a page or fragment shows: `right`, `wrong`, `none` for not graded; None without one."""
    found = re.search(r'data-grade="(\w+)"', html)
    return found[1] if found else None


def shown_ending(html: str) -> str | None:
    """Return how the run on a page ended: `done`, `stopped`, `failed`; None if there is no run on it."""
    found = re.search(r'class="report" data-ending="(\w+)"', html)
    return found[1] if found else None


def editor_text(html: str) -> str:
    """Return the text in the first text area of a page."""
    return unescape(html.partition("<textarea")[2].partition(">\n")[2].partition("</textarea>")[0])


def hidden_fields(html: str) -> dict[str, str]:
    """Return the hidden fields of a page's forms by their names."""
    return {name: unescape(value) for name, value in re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', html)}


def events(response: Response) -> list[tuple[str, Any]]:
    """Return the events of a stream in order, each with its name and data; heartbeats are left out."""
    blocks = [block for block in response.text.strip().split("\n\n") if not block.startswith(":")]
    fields = [dict(line.split(": ", 1) for line in block.split("\n")) for block in blocks]
    return [(block["event"], json.loads(block["data"])) for block in fields]


def result_of(response: Response) -> str:
    """Return the data of a stream's last event, which must be a result."""
    assert response.status_code == 200, response.text
    name, data = events(response)[-1]
    assert name == "result"
    return str(data)
