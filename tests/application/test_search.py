"""The search finds what any learner may read at any time, by its words and code, and nothing else."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from practicum.application.search import SearchResult, documents, search
from practicum.application.site import Site
from practicum.model import Verdict
from practicum.prove.catalogue import Catalogue, load
from practicum.settings import shipped_courses
from practicum.store import Store

TOPIC = "/transfer-learning/small-datasets"


@pytest.fixture(scope="module")
def shipped() -> Catalogue:
    return load(shipped_courses()[0])


@pytest.fixture(scope="module")
def site(shipped: Catalogue, tmp_path_factory: pytest.TempPathFactory) -> Site:
    return Site([shipped], Store.open(tmp_path_factory.mktemp("data")))


def paths(result: SearchResult) -> list[str]:
    return [hit.path for hit in result.hits]


def test_words_are_found_in_any_form(site: Site) -> None:
    """`freeze` finds `freezing` too; the matched words are marked in the title or the excerpt."""
    result = search(site, "freeze")
    marked = {piece.text.lower() for hit in result.hits for piece in (*hit.title, *hit.excerpt) if piece.matches}

    assert {"freeze", "freezing"} <= marked
    assert f"{TOPIC}/try/01-freeze-the-base" in paths(result)


def test_code_and_measured_values_are_found(site: Site) -> None:
    """Of cells as their author wrote them; in prose the values are filled in, never the queries."""
    found = paths(search(site, "train.pixels.shape"))

    assert any(path.startswith(f"{TOPIC}/learn#part-") for path in found)
    assert not any("{{" in one.body or "measured(" in one.body for one in documents(site))


def test_every_document_leads_to_its_text(site: Site, shipped: Catalogue) -> None:
    """The address of a section is its place on the page, counted as the page counts."""
    from practicum import modes
    from practicum.activities.reading.layout import PageLayout
    from practicum.application.context import TopicContext
    from practicum.application.pages import mode_page

    topic = shipped.course.topics[0]
    for name in topic.pages:
        context = TopicContext(site, shipped, topic, modes.get(name), "t")
        shown = mode_page(context)
        titles = [str(part.title.striptags()) for part in PageLayout(shown.page, shown.finding, context.path).sections]
        found = [one for one in documents(site) if one.path.startswith(f"{context.path}#")]

        assert len(found) == len(titles)
        for one in found:
            title = titles[int(one.path.rpartition("-")[2]) - 1]
            assert one.title.split(" · ", 1)[1].split()[0].strip("`*") in title


def test_no_problem_of_a_challenge_is_found(site: Site, shipped: Catalogue) -> None:
    """Its clock starts when it is first read."""
    titles = {entry.problem.title for entry in shipped.entries.values() if entry.mode == "challenge"}
    found = {one.title for one in documents(site)}

    assert len(titles) == 15
    assert titles.isdisjoint(found)


def test_no_answer_is_found(site: Site, shipped: Catalogue) -> None:
    """No hint, explanation, solution or check of a problem; of a card the question alone."""
    bodies = "\n".join(one.body for one in documents(site) if one.mode in ("try", "project", "recall"))
    for entry in shipped.entries.values():
        variant = entry.problem.variants[0]
        for secret in (variant.explanation, variant.hint, variant.check):
            line = max(secret.split("\n"), key=len)
            assert not line.strip() or line not in bodies
    for deck in shipped.course.topics[0].decks.values():
        assert all(card.answer not in bodies for card in deck.cards)


def test_what_is_not_proved_is_not_found(shipped: Catalogue, tmp_path: Path) -> None:
    """In a draft it is, because its author sees it there."""
    entries = {path: replace(entry, verdict=Verdict.UNPROVED) for path, entry in shipped.entries.items()}
    unproved = replace(shipped, entries=entries)
    with Store.open(tmp_path) as store:
        assert not any("/try/" in one.path for one in documents(Site([unproved], store)))
        assert any("/try/" in one.path for one in documents(Site([unproved], store, draft=True)))


def test_a_changed_draft_is_found_as_it_is(shipped: Catalogue, tmp_path: Path) -> None:
    """The index is built again when the course was read again."""
    with Store.open(tmp_path) as store:
        site = Site([shipped], store, draft=True)
        assert search(site, "freeze").hits
        slug = shipped.course.slug
        site.catalogues[slug] = replace(shipped, course=replace(shipped.course, topics=()))

        assert search(site, "freeze").hits == ()


def test_words_that_never_stand_together(site: Site) -> None:
    """Texts with some of the words are found, and the result says so."""
    assert search(site, "zebra batchnorm") == replace(search(site, "batchnorm"), partial=True)
    assert search(site, "zebra") == SearchResult(())


@given(query=st.text(max_size=300) | st.from_regex(r'["*^():{}+\- ANDORNEAR]{1,40}'))
def test_any_text_is_a_query(site: Site, query: str) -> None:
    """Nothing in it is an operator, so nothing fails."""
    search(site, query)
