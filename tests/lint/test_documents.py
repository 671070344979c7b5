"""`docs/lint.md` lists every rule as it is."""

from __future__ import annotations

import pytest

from practicum.lint import NAMES, RULES, Rule
from practicum.lint.rules import absolute_words, clang_association, key_length, key_position, reading_level
from tests.documents import paragraphs_with, section, spans, table_of


def test_the_table_has_every_rule_and_no_other() -> None:
    assert list(table_of(NAMES)) == list(NAMES)


@pytest.mark.parametrize("rule", RULES, ids=NAMES)
def test_a_rule_is_documented_with_its_severity_and_sources(rule: Rule) -> None:
    severity, summary, sources = table_of(NAMES)[rule.name]

    assert (severity, summary) == (str(rule.severity), rule.summary)
    assert sources == "; ".join(map(str, rule.sources))


def test_every_publication_is_in_the_list_of_sources() -> None:
    text = section("Sources", "rules of item writing")
    for rule in RULES:
        for source in rule.sources:
            assert source.publication.reference in text


def test_the_rules_for_english_are_named() -> None:
    (paragraph,) = paragraphs_with("Rules that know English words")

    assert spans(paragraph) & set(NAMES) == {rule.name for rule in RULES if rule.is_english}


@pytest.mark.parametrize(
    ("rule", "limit"),
    [
        ("longest-key", f"{key_length.RATIO} times"),
        ("longest-key", f"{key_length.CHARACTERS} more"),
        ("clang-association", f"{clang_association.SHARE:.0%}".replace("%", " %")),
        ("key-position", f"p < {key_position.P}"),
        ("key-position", f"{key_position.EXCESS}"),
        ("reading-level", f"{reading_level.WORDS} words"),
        *(("absolute-word", f"*{word}*") for word in sorted(absolute_words.ABSOLUTE)),
    ],
)
def test_limits_are_documented(rule: str, limit: str) -> None:
    assert any(limit in line for text in paragraphs_with(f"`{rule}`:") for line in text.split("* `") if rule in line)
