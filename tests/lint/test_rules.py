"""The rules of item writing: each finds its flaw, and stays silent where the flaw only seems to be."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from practicum.exchange.bank import (
    AcceptedText,
    Answer,
    Bank,
    BankOption,
    Choice,
    Description,
    Essay,
    Gaps,
    Item,
    ShortAnswer,
)
from practicum.lint import NAMES, RULES, LintItem, items_of_bank, lint
from practicum.lint.item import ItemOption
from practicum.lint.prose import prose
from practicum.lint.rules.reading_level import grade_level, syllables


def item(stem: str, *options: str, **rest: object) -> LintItem:
    """An item whose right options begin with a star. Learners read an explanation."""
    made = tuple(
        ItemOption(text.removeprefix("*"), text.startswith("*"), line=at) for at, text in enumerate(options, 5)
    )
    fields: dict[str, object] = {"explanation": "Because.", "language": "en", **rest}
    return LintItem("bank.md", 3, "", stem, made, **fields)  # type: ignore[arg-type]


def names(*items: LintItem) -> list[str]:
    return [finding.rule for finding in lint(items)]


LONG_TEXT = " ".join(["Notwithstanding considerable computational infrastructure, practitioners of regularization"] * 9)

FLAWED = {
    "longest-key": [
        item(
            "Why freeze?", "*Because the base has learned features that also fit new images", "It is fast", "It is old"
        ),
    ],
    "all-of-the-above": [
        item("What does it print?", "*A list", "A tuple", "All of the above"),
        item("What does it print?", "A list", "A tuple", "*Both of these"),
    ],
    "none-of-the-above": [item("What does it print?", "*A list", "A tuple", "None of the above")],
    "combined-options": [item("What is mutable?", "Lists", "Dicts", "*Both A and B")],
    "unmarked-negative": [
        item("Which of these is not mutable?", "*A tuple", "A list", "A dict"),
        item("Which layers don't have weights?", "*Pooling", "Dense", "Conv"),
        item("All of these are mutable except:", "*Tuples", "Lists", "Dicts"),
        item("Which type cannot be a key?", "*A list", "A tuple", "An int"),
    ],
    "double-negative": [
        item("Which is **NOT** true of pooling?", "*It has weights", "It is not trained", "It has a bias")
    ],
    "article-cue": [item("A list without order is an", "*unsorted list", "sorted list", "queue")],
    "number-cue": [item("The parameters of a layer are:", "*weights", "gradient", "loss")],
    "unlike-key": [
        item("What is the accuracy?", "*About 33 %", "50 %", "90 %"),
        item("Why?", "*It is slow.", "It is fast", "It is old"),
    ],
    "overlapping-ranges": [
        item("How many?", "*1-10", "5-20", "30-40"),
        item("How many?", "*less than 10", "less than 20", "more than 30"),
        item("How many?", "*7", "5 to 10", "20 to 30"),
    ],
    "unordered-numbers": [item("How many?", "*3", "1", "2", is_shuffled=False)],
    "absolute-word": [item("Why freeze?", "*Few images", "It is always faster", "More memory")],
    "clang-association": [item("What does dropout regularize?", "*Regularized weights", "The loss", "A label")],
    "equal-options": [item("Why?", "*It is slow", "it is  slow.", "It is old")],
    "few-options": [item("Why freeze?", "*Few images", "More memory")],
    "many-options": [item("Which?", "*a", "b", "c", "d", "e", "f")],
    "key-position": [item(f"What is {n}?", "a", "*b", "c", is_shuffled=False) for n in range(30)],
    "unfocused-stem": [item("Which of the following is true?", "*Lists are mutable", "Dicts are tuples", "None is 0")],
    "missing-feedback": [item("Why?", "*Few images", "More memory", "Speed", explanation="")],
    "reading-level": [item(f"{LONG_TEXT}?", "*a", "b", "c")],
}
"""For each rule, items that have its flaw: alone, but for `key-position`."""

SOUND = {
    "a long key beside a long distractor": item(
        "Why freeze?",
        "*Because the base has learned features that also fit new images",
        "Because the base has not seen any images, so that it must stay",
        "It is fast",
    ),
    "a key that is longer by a word": item("What?", "*A list of ints", "A list", "A dict"),
    "long code": item("Which?", "*`numpy.random.default_rng(0).normal(size=(3, 4))`", "`random()`", "`0`"),
    "an option about all": item("What changes?", "*All weights", "No weights at all", "The bias"),
    "a why-not question": item("Why does this not run?", "*A list", "A dict", "A set"),
    "a condition with not": item("What happens if you do not freeze it?", "*It trains", "It stops", "It raises"),
    "a relative clause with not": item("Which layers, that are not frozen, train?", "*Dense", "Conv", "Norm"),
    "a marked negative": item("Which is NOT mutable?", "*A tuple", "A list", "A dict"),
    "a bold negative": item("Which is **not** mutable?", "*A tuple", "A list", "A dict"),
    "a negative in HTML's bold": item("Which <b>is not</b> mutable?", "*A tuple", "A list", "A dict"),
    "a purpose with not": item("What do you add to ensure that it is not slow?", "*A cache", "A list", "A dict"),
    "an article that fits": item("It is a", "*list", "dict", "tuple"),
    "an article before names": item("It is an", "*MLP", "SVM", "RNN"),
    "an hour and a user": item("It takes an", "*hour", "ounce", "evening"),
    "a verb before phrases": item("The cause is", "*missing data", "the learning rates", "a bug"),
    "numbers with units": item("How long?", "*5 ms", "10 ms", "20 ms"),
    "ranges that touch": item("How many?", "*0-10", "10-20", "20-30"),
    "ranges of other units": item("How long?", "*1-10 ms", "5-20 s", "1-2 h"),
    "several ranges are right": item("Which contain 7?", "*1-10", "*5-20", "30-40"),
    "shuffled numbers": item("How many?", "*3", "1", "2"),
    "sorted numbers": item("How many?", "30", "*20", "10", is_shuffled=False),
    "an absolute word in the key": item("Why?", "*It never stops", "It always stops", "It waits"),
    "an absolute word of the stem": item("Does it always stop?", "*At times", "Always", "On errors"),
    "a product with an absolute name": item("Which option?", "*Masking", "Always Encrypted", "Row security"),
    "outcomes of other kinds": item("What is printed?", "*`3`", "An error", "Nothing"),
    "a number beside an error": item("What is printed?", "*5", "An error in line 2", "Nothing"),
    "an error beside numbers": item("What is printed?", "*An error in line 2", "5", "7"),
    "sentences that end in code": item("Why?", "*It calls `f.`", "It stops.", "It waits."),
    "an ellipsis": item("What is printed?", "*live long and...", "live long and", "live"),
    "ranges as answers": item("Which range do ports have?", "*1-1024", "1-65535", "0-1024"),
    "yes and no": item("Is it fast?", "*Yes, it is compiled.", "No, it is interpreted."),
    "options of a command": item("Which option?", "*grep -G", "grep -E", "grep -e"),
    "names that differ in case": item("Which?", "*localStorage.set(1)", "LocalStorage.set(1)", "document.set(1)"),
    "markup without backticks": item("Which?", "*<p>a</p> <b>", "<p>A</p> <b>", "<p>"),
    "options that are images": item("Which?", "*&shy;", "&shy;", "&shy;"),
    "a definition of code": item("What is `f`?", "*A list of layers", "A dict of layers", "A set of layers"),
    "a word that all repeat": item("What is dropout?", "*Dropout layers", "Dropout rates", "Loss"),
    "code that differs in case": item("What is printed?", "*`a`", "`A`", "`b`"),
    "letters that differ in case": item("Which?", "*a", "A", "b"),
    "true or false": item("A list is mutable.", "*True", "False"),
    "a marked true-false item": item("A list is mutable.", "*Wahr", "Falsch", is_true_false=True),
    "several of many are right": item("Which?", "*a", "*b", "c", "d", "e", "f"),
    "an empty question about code": item(
        "```python\nx = 1\n```\n\nWhich is true?", "*`x` is 1", "`x` is 2", "`x` is 3"
    ),
    "feedback to an option": replace(
        item("Why?", "*a", "b", explanation=""),
        options=(ItemOption("a", True, "Yes."), ItemOption("b", False), ItemOption("c", False)),
    ),
    "long code in an easy stem": item("What does it print?\n\n```python\n" + LONG_TEXT + "\n```", "*a", "b", "c"),
    "nothing to choose": item("Write a loop."),
}


@pytest.mark.parametrize("name", NAMES)
def test_each_rule_finds_its_flaw(name: str) -> None:
    """And no other rule takes the item for one of its own."""
    if name == "key-position":
        assert names(*FLAWED[name]) == [name]
    else:
        assert [names(flawed) for flawed in FLAWED[name]] == [[name]] * len(FLAWED[name])


@pytest.mark.parametrize("sound", SOUND.values(), ids=SOUND)
def test_sound_items_have_no_finding(sound: LintItem) -> None:
    assert names(sound) == []


def test_a_finding_names_the_line_of_its_option() -> None:
    finding = lint(FLAWED["absolute-word"])[0]

    assert (finding.path, finding.line) == ("bank.md", 6)
    assert str(finding).startswith("bank.md:6: warning: ")


@pytest.mark.parametrize("switch", ["by its author", "by the caller"])
def test_a_rule_can_be_switched_off(switch: str) -> None:
    """For one item by its author, or for all."""
    flawed = FLAWED["absolute-word"][0]
    if switch == "by its author":
        assert names(replace(flawed, off=frozenset({"absolute-word"}))) == []
    else:
        assert lint([flawed], off={"absolute-word"}) == []


def test_words_of_english_mean_nothing_in_other_languages() -> None:
    """The rules that know English words are not applied to text in another language, stated or not."""
    german = item("Warum wird die Basis eingefroren?", "*Wegen weniger Bilder", "Never mind die Zeit", "Wegen der Zeit")

    assert names(replace(german, language="de")) == names(replace(german, language="")) == []
    assert names(replace(german, language="en")) == ["absolute-word"]


def test_variants_share_their_findings() -> None:
    """The same flaw in several variants of a problem, which have one place, is one finding."""
    flawed = FLAWED["absolute-word"][0]

    assert names(flawed, replace(flawed, stem="Why thaw?")) == ["absolute-word"]


def test_keys_spread_by_chance_are_no_finding() -> None:
    """Neither are keys in the options' random order, nor too few of them to tell."""
    even = [
        item("What?", *("*x" if at == n % 3 else "y" * at for at in range(3)), is_shuffled=False) for n in range(60)
    ]
    shuffled = [replace(each, is_shuffled=True) for each in FLAWED["key-position"]]

    for items in (even, shuffled, FLAWED["key-position"][:9]):
        assert "key-position" not in names(*items)


def test_a_frequent_word_is_no_cue() -> None:
    """A term of the subject, which many items have, gives no key away."""
    flawed = FLAWED["clang-association"][0]
    others = [replace(item("Where is regularization?", "*here", "there", "far"), name=str(n)) for n in range(9)]

    assert names(flawed, *others) == []


def test_a_bank_without_any_feedback_is_one_finding() -> None:
    """Formats without explanations would otherwise have a finding per item."""
    options = (BankOption("few images", Decimal(100)), BankOption("memory"), BankOption("speed"))
    bank = Bank("", tuple(Item(f"q{n}", "Why freeze the base?", Choice(options)) for n in range(4)))
    findings = lint(list(items_of_bank(bank, "bank.gift")))

    assert [(found.rule, found.item) for found in findings] == [("missing-feedback", "q0")]


@pytest.mark.parametrize(
    ("answer", "count"),
    [
        (ShortAnswer((AcceptedText("few images"),)), 1),
        (ShortAnswer((AcceptedText("few images", feedback="Yes."),)), 0),
        (Gaps((Choice((BankOption("a", Decimal(100), "Yes."), BankOption("b"))),)), 0),
        (Essay(), 0),
        (Description(), 0),
    ],
)
def test_feedback_is_asked_for_where_the_bank_grades(answer: Answer, count: int) -> None:
    """Wherever the format keeps it. An essay is graded by a person, and a description by no one."""
    bank = Bank("", (Item("q1", "Why do you freeze the base?", answer),))

    assert [found.rule for found in lint(list(items_of_bank(bank, "bank.xml")))] == ["missing-feedback"] * count


def test_items_of_banks_are_judged_as_problems_are() -> None:
    """By the same rules, at the file and the identifier of the item."""
    options = (BankOption("Few images", Decimal(100)), BankOption("It is always faster"), BankOption("Memory"))
    bank = Bank("", (Item("q7", "Why do you freeze the base?", Choice(options), feedback="So.", line=12),))
    found = lint(list(items_of_bank(bank, "bank.gift")))

    assert [(each.path, each.line, each.item, each.rule) for each in found] == [
        ("bank.gift", 12, "q7", "absolute-word")
    ]


def test_every_rule_has_a_source_and_a_name_of_its_own() -> None:
    assert len(set(NAMES)) == len(NAMES) == len(FLAWED)
    assert all(rule.sources for rule in RULES)


@pytest.mark.parametrize(
    ("word", "count"),
    [("cat", 1), ("table", 2), ("made", 1), ("trained", 1), ("wanted", 2), ("images", 3), ("layers", 2), ("free", 1)],
)
def test_syllables(word: str, count: int) -> None:
    assert syllables(word) == count


def test_the_grade_level_follows_the_formula() -> None:
    """0.39 words per sentence + 11.8 syllables per word - 15.59; code and formulas are no words."""
    text = prose("The cat sat. `model.fit(images)` The dog ran to $x^2$.")

    assert grade_level(text) == pytest.approx(0.39 * 3.5 + 11.8 * 1 - 15.59)
