"""Which column of a table contains what, guessed from the names that question banks use."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import groupby

from practicum.exchange.bank import ColumnMap
from practicum.exchange.json_source import Json

Fields = Mapping[str, Json]


def _ranked(names: str) -> tuple[str, ...]:
    """Names, the most telling first."""
    return tuple(names.split())


QUESTION = _ranked("question questiontext questiontitle questionstem prompt stem query q problem ask text")
OPTIONS = _ranked(
    "options choices alternatives possibleanswers answeroptions answerchoices choicelist optionlist responses"
    " candidates mcq answers"
)
KEY = _ranked(
    "correctanswer correctanswers correctoption correctoptions correctindex correctindices correctindexes"
    " correctanswerindex correctoptionindex correctchoice correctkey correctletter correctresponse correct"
    " answerkey answerindex answeridx answerletter rightanswer rightoption right iscorrect answer answers key solution"
    " cop ans label target gold"
)
WRONG = _ranked("incorrectanswers wronganswers incorrectoptions wrongoptions distractors incorrect wrong")
EXPLANATION = _ranked(
    "explanation rationale feedback reasoning reason justification explain exp answerexplanation support comment"
)
TITLE = _ranked("title name heading")
NAME = _ranked("id uid uuid qid questionid identifier slug")
CATEGORY = _ranked("category topic subject section chapter lesson module unit")
TAGS = _ranked("tags tag keywords difficulty level stage")
HINTS = _ranked("hints hint")
CODE = _ranked("code codesnippet snippet")
POINTS = _ranked("points marks")
TYPE = _ranked("type questiontype kind")

_OPTION_COLUMN = re.compile(
    r"(option|choice|answer|alternative|response|distractor|wronganswer|incorrectanswer|opt|op|ans|)([a-j]|\d\d?)"
)


def plain(name: str) -> str:
    """A name without case, blanks and punctuation: `Correct answer` and `correct_answer` are one."""
    return re.sub(r"[\W_]+", "", name).lower()


def guess(rows: Sequence[Fields], given: ColumnMap) -> ColumnMap | None:
    """The map with what it does not name guessed, or None if no column looks like a question.

    A column counts if at least half of the rows have a value there.
    """
    common = _common(rows)
    question = given.question or _first(QUESTION, common)
    if not question:
        return None
    common = [name for name in common if name != question]
    options = given.options or _options(common, rows)
    if plain(question) == "text" and not (given.question or options):
        return None  # a text with a label is a data set as often as a question
    taken = set(options.split("+"))
    key = given.key or _first(KEY, [name for name in common if name not in taken])
    options = options if given.options else _with_key(options, key, common)
    explanation = given.explanation or _first(EXPLANATION, [name for name in common if name != key])
    return replace(given, question=question, options=options, key=key, explanation=explanation)


def option_label(column: str) -> str:
    """What people call an option by whose column has this name: `b` for `Option B`, or the whole name."""
    found = _OPTION_COLUMN.fullmatch(plain(column))
    return found[2] if found else column


def find(fields: Fields, names: Sequence[str]) -> str:
    """The first field with one of the names, or an empty string."""
    return _first(names, list(fields))


def _common(rows: Sequence[Fields]) -> list[str]:
    counts: dict[str, int] = {}
    for row in rows:
        for name, value in row.items():
            counts[name] = counts.get(name, 0) + (value not in (None, ""))
    return [name for name, count in counts.items() if 2 * count >= len(rows)]


def _first(names: Sequence[str], among: Sequence[str]) -> str:
    known = {plain(name): name for name in reversed(among)}
    return next((known[name] for name in names if name in known), "")


def _options(common: Sequence[str], rows: Sequence[Fields]) -> str:
    """One column with all options, or the columns with one each, of which few rows may fill the last ones."""
    single = [name for name in common if _holds_options(name, rows)]
    every = dict.fromkeys(name for row in rows for name in row)
    return _first(OPTIONS, single) or "+".join(_one_each(list(every), set(common)))


def _holds_options(name: str, rows: Sequence[Fields]) -> bool:
    """Whether a column's values are lists, objects or texts of several; `answers` may also be the key."""
    values = [row[name] for row in rows if row.get(name) not in (None, "")]
    several = sum(isinstance(value, list | dict) and len(value) > 1 for value in values)
    texts = sum(isinstance(value, str) and re.search(r"[;|\n\[]", value) is not None for value in values)
    return 2 * (several if plain(name) == "answers" else several + texts) > len(values)


def _one_each(columns: Sequence[str], common: set[str]) -> list[str]:
    """The largest group of columns such as A, B, C or `option1`, `option2`, at least two of which are common."""
    matches = [(found[1], name) for name in columns if (found := _OPTION_COLUMN.fullmatch(plain(name)))]
    groups = [[name for _, name in group] for _, group in groupby(sorted(matches, key=_prefix), key=_prefix)]
    return max((group for group in groups if len(common.intersection(group)) > 1), key=len, default=[])


def _prefix(match: tuple[str, str]) -> str:
    return match[0]


def _with_key(options: str, key: str, common: Sequence[str]) -> str:
    """With columns of wrong answers alone, the right one is an option too."""
    wrong = _first(WRONG, common)
    if not options and wrong and key:
        return f"{key}+{wrong}"
    if options and plain(options).startswith(("distractor", "wronganswer", "incorrectanswer")):
        return f"{key}+{options}" if key else ""
    return options
