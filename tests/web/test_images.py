"""The images of a course as the service sends them: only with a text that is shown, and kept by browsers for good."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from practicum.application.site import Site
from practicum.prove.catalogue import Catalogue, load
from practicum.prove.prover import Prover
from practicum.runner import Pool
from practicum.store import Store
from practicum.web.app import create_app
from tests.course.making import PATH, change
from tests.course.making import write as write_course
from tests.course.test_images import png
from tests.prove.making import write_course as write_proved_course
from tests.prove.test_pages import PNG_EXPERIMENTS
from tests.web.making import Learner

CARDS = "## What is ![a card](images/card.png)?\n\nA card.\n\n## Two?\n\n![two](images/unproved.png)\n\n"
CARDS += "```python claim\nlen('a') == 1\n```\n"


@pytest.fixture
def course(tmp_path: Path) -> Catalogue:
    """A course with a page and a card that are shown without a proof, and a problem and a card that are not."""
    root = write_course(
        tmp_path / "course",
        {
            PATH: change("What does this give?", "![a problem](../images/problem.png)"),
            "topic/learn.md": "# Page\n\n![a page](images/page.png)\n",
            "topic/recall.md": CARDS,
            **{f"topic/images/{name}.png": png(n) for n, name in enumerate(("problem", "page", "card", "unproved"), 1)},
        },
    )
    return load(root)


def addresses(catalogue: Catalogue) -> dict[str, str]:
    topic = catalogue.course.topics[0]
    cards = topic.decks["recall"].cards
    return {
        "problem": topic.problems["challenge"][0].variants[0].images[0].address,
        "page": topic.pages["learn"].images[0].address,
        "card": cards[0].images[0].address,
        "unproved": cards[1].images[0].address,
    }


def served(catalogue: Catalogue, store: Store, draft: bool) -> set[str]:
    learner = Learner(create_app(Site([catalogue], store, draft=draft)))
    found = {name: learner.http.get(address) for name, address in addresses(catalogue).items()}
    return {name for name, response in found.items() if response.status_code == 200}


def test_an_image_is_served_if_a_text_that_shows_it_is(course: Catalogue, store: Store) -> None:
    """In a draft all are."""
    assert served(course, store, draft=True) == {"problem", "page", "card", "unproved"}
    assert served(course, store, draft=False) == {"card"}


def test_a_page_shows_its_image_and_a_browser_keeps_it(course: Catalogue, store: Store) -> None:
    """The address contains a hash of the file; the response is an image, whatever it contains, and sets no cookie."""
    learner = Learner(create_app(Site([course], store, draft=True)))

    tag = re.search(
        r'<img class="shown" src="([^"]+)" alt="a page" width="2" height="2">', learner.get("/course/topic/learn").text
    )

    assert tag is not None
    response = Learner(create_app(Site([course], store, draft=True))).http.get(tag[1])
    assert response.headers["content-type"] == "image/png"
    assert response.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert response.headers["x-content-type-options"] == "nosniff"
    assert "set-cookie" not in response.headers
    assert response.content.startswith(b"\x89PNG")


@pytest.mark.parametrize("name", ["0123.png", "..%2f..%2fcourse.toml", "page.png"])
def test_no_other_file_is_served(course: Catalogue, store: Store, name: str) -> None:
    """An address is looked up, and never a path."""
    assert Learner(create_app(Site([course], store, draft=True))).http.get(f"/images/{name}").status_code == 404


def test_an_image_of_an_experiment_is_served_with_its_page(tmp_path: Path, pool: Pool, store: Store) -> None:
    """While the page is proved: the evidence of a page that has changed is not shown."""
    root = write_proved_course(tmp_path / "course", {}, PNG_EXPERIMENTS)
    page = root / "topic" / "learn.md"
    page.write_text('# A page\n\n{{ measured("drawn", kind="png", seeds=1).height }}\n')
    catalogue = load(root)
    Prover(catalogue, pool.run, jobs=1).prove(catalogue.all.values())
    evidence = load(root).pages["topic/learn.md"].evidence
    assert evidence is not None
    image = evidence.variants[0].measured[0].images["map"]

    def status() -> tuple[int, str]:
        learner = Learner(create_app(Site([load(root)], store)))
        response = learner.http.get(image.address)
        return response.status_code, response.headers["content-type"]

    assert status() == (200, "image/png")
    page.write_text('# A page\n\n{{ measured("drawn", kind="png", seeds=2).height }}\n')
    assert status()[0] == 404
