"""Rules of item writing that a program can check: which there are, and what they find."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from practicum.lint.item import LintItem, items_of_bank, items_of_course, items_of_problem
from practicum.lint.rule import Finding, Flaw, Rule, Severity
from practicum.lint.rules import (
    absolute_words,
    clang_association,
    equal_options,
    feedback,
    grammatical_cues,
    key_length,
    key_position,
    negatives,
    numeric_options,
    option_count,
    option_references,
    parallel_options,
    reading_level,
    stem_focus,
)

RULES: tuple[Rule, ...] = (
    *key_length.RULES,
    *option_references.RULES,
    *negatives.RULES,
    *grammatical_cues.RULES,
    *parallel_options.RULES,
    *numeric_options.RULES,
    *absolute_words.RULES,
    *clang_association.RULES,
    *equal_options.RULES,
    *option_count.RULES,
    *key_position.RULES,
    *stem_focus.RULES,
    *feedback.RULES,
    *reading_level.RULES,
)
"""All rules, those that find what gives a key away first."""

NAMES = tuple(rule.name for rule in RULES)


def lint(items: Sequence[LintItem], off: Collection[str] = ()) -> list[Finding]:
    """Return what the rules find in the items of one course or bank, by file and line.

    A flaw that several variants of a problem have is one finding.

    Args:
        items: The items.
        off: The names of rules that are not applied.
    """
    found: dict[tuple[str, int, str, str], Finding] = {}
    for rule in RULES:
        if rule.name in off:
            continue
        applicable = [item for item in items if rule.name not in item.off and (item.is_english or not rule.is_english)]
        for flaw in rule.check(applicable):
            finding = _finding(rule, flaw)
            found.setdefault((finding.path, finding.line, finding.item, rule.name), finding)
    return sorted(found.values(), key=lambda finding: (finding.path, finding.line))


def _finding(rule: Rule, flaw: Flaw) -> Finding:
    item = flaw.item
    return Finding(item.path, flaw.line or item.line, item.name, rule.name, rule.severity, flaw.message)


__all__ = [
    "NAMES",
    "RULES",
    "Finding",
    "LintItem",
    "Rule",
    "Severity",
    "items_of_bank",
    "items_of_course",
    "items_of_problem",
    "lint",
]
