"""Compares what an option states with what a run showed, and names what was tolerated.

An option matches in the first of these ways that holds. `SAME` ways are notation: two options that differ only by it
are equal. `TELLING` ways are tolerated unless another option matches in a stricter way, since two options that differ
by them are meant to differ: `6` and `6.0`. A `VAGUE` way describes the result without stating it: `Error`.
"""

from __future__ import annotations

import io
import re
import tokenize
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from enum import IntEnum
from typing import Any

from practicum.audit.option_reading import Stated, States, states_no_error
from practicum.audit.outcome import NO_VALUE, Outcome, literal_value, without_addresses
from practicum.audit.question_phrases import Asks
from practicum.kinds.equality import is_equal
from practicum.kinds.exception_names import same_exception
from practicum.kinds.stdout_text import normalize_stdout
from practicum.kinds.typed_text import normalize_typed
from practicum.model import Failure, Opaque


class Level(IntEnum):
    """How exactly an option matches, from the strictest."""

    EXACT = 0
    SAME = 1
    TELLING = 2
    VAGUE = 3


@dataclass(frozen=True)
class Match:
    """How an option relates to a result."""

    holds: bool | None
    """None if what it states cannot be compared."""
    level: Level = Level.EXACT
    tolerance: str = ""
    """What was tolerated, or why it cannot be compared."""
    is_near: bool = False
    """Whether it differs by punctuation, white space or letter case only, without matching."""


DIFFERS = Match(False)
WHITE_SPACE = "white space"
QUOTES = "quote style"
SET_ORDER = "order of a set"
DICT_ORDER = "order of a dict"
ARRAY = "notation of an array"
NOTATION = "notation of a literal"
WHOLE = "6 for 6.0"
LINES = "line breaks"
ECHO = "echo of a prompt"
QUOTED = "quotes around a text"
NUMPY = "repr of a NumPy scalar"
ADDRESS = "address of an object"
CASE = "letter case of a constant"
ROUNDED = "rounded number"
CLASS = "class by its name"
BASE = "name of a base class"
ANY_ERROR = "an error without its name"

_SCALAR = re.compile(r"\b(?:np|numpy)\.(?:float|int|uint|bool_?|str_?|complex)\d*_?\(((?:[^()]|\([^()]*\))*)\)")
_NUMPY_BOOLEAN = re.compile(r"\bnp\.(True|False)_")
_NUMBERS = re.compile(r"[-+\d.eE\s\[\],naif]+")
_ARRAY_CALL = re.compile(r"\b(?:(?:np|numpy|tf|torch|jnp)\.)?(?:array|Array|tensor|asarray)\s*\(")
_DTYPE = re.compile(r",\s*dtype\s*=\s*[\w.'\"]+")
_WORD = re.compile(r"[^\W\d_]+")
_AROUND = re.compile(r"\s*([,:;=()\[\]{}])\s*")
_BRACKETS = re.compile(r"[\[\](){}'\"]")
_CONSTANTS = {"true": "True", "false": "False", "none": "None"}


def compare(stated: Stated, outcome: Outcome, asks: Asks, known_words: frozenset[str]) -> Match:
    """Return how an option relates to a result.

    Args:
        stated: What the option states.
        outcome: What a run showed.
        asks: What the question asks for.
        known_words: Words in lower case that the code contains: a text of these is taken for a result, other words for
            prose, which is not compared.
    """
    if asks is Asks.RAISES:
        return _compare_exception(stated, outcome.failure)
    if stated.states is States.ERROR:
        return _compare_error(stated, outcome)
    if outcome.failure:
        return DIFFERS if _is_result(stated, outcome, asks, known_words) else _unread(stated)
    if stated.states is States.NOTHING:
        return _compare_nothing(outcome, asks)
    if stated.states not in (States.CODE, States.TEXT):
        return _unread(stated)
    if asks is Asks.TYPE:
        return _compare_type(stated, outcome)
    if asks is Asks.SHAPE:
        return _compare_shape(stated, outcome)
    if match := _first_match(stated.text, outcome, asks):
        return match
    if stated.bare:
        return compare(Stated(stated.states, stated.bare), outcome, asks, known_words)
    if not _is_result(stated, outcome, asks, known_words):
        return _unread(stated)
    if asks is Asks.PRINTS and _is_end_of(stated.text, outcome.text):
        return Match(False, is_near=True)
    is_near = _is_spaced_otherwise if stated.states is States.CODE else _is_near
    return Match(False, is_near=is_near(stated.text, outcome))


def are_equal(left: Stated, right: Stated, asks: Asks) -> bool:
    """Whether two options state the same result, apart from notation: only then are they called equal."""
    if left.states not in (States.CODE, States.TEXT) or right.states not in (States.CODE, States.TEXT):
        return False
    if normalize_stdout(left.text).strip() == normalize_stdout(right.text).strip():
        return True
    if asks is Asks.SHAPE:
        sizes = _shape(left.text), _shape(right.text)
        return sizes[0] is not None and sizes[0] == sizes[1]
    a, b = literal_value(left.text), literal_value(right.text)
    if a is NO_VALUE or b is NO_VALUE or _has_call(left.text) or _has_call(right.text):
        return False
    if asks is Asks.PRINTS:
        tokens = [_tokens(each.text.replace('"', "'")) for each in (left, right)]
        return _is_bracketed(left.text) and tokens[0] == tokens[1]
    same = sorted(_plain_tokens(left.text)) == sorted(_plain_tokens(right.text))  # `7.8` and `7.80` may be texts
    return same and is_equal(a, b, strict=True)


def compare_number(low: Decimal, high: Decimal, outcome: Outcome) -> bool | None:
    """Whether a result is a number from `low` to `high`; None if it is no number."""
    value = outcome.value
    if not outcome.was_value and re.fullmatch(r"[-+]?\d+(?:\.\d+)?", outcome.text):
        value = Decimal(outcome.text)
    if outcome.failure or isinstance(value, (bool, complex)) or not isinstance(value, (int, float, Decimal)):
        return None
    try:
        return low <= Decimal(str(value)) <= high
    except InvalidOperation:
        return None


# --- texts and values ------------------------------------------------------------------------------------------------


def _first_match(text: str, outcome: Outcome, asks: Asks) -> Match | None:
    tolerances = _OF_PRINTED if asks is Asks.PRINTS else _OF_VALUES
    for name, level, holds in tolerances:
        if holds(text, outcome):
            return Match(True, level, name)
    if asks is Asks.PRINTS and outcome.echoed:
        echo = Outcome(outcome.echoed, value=literal_value(outcome.echoed), was_value=False)
        if match := _first_match(text, echo, asks):
            level = Level.VAGUE if outcome.text else Level.TELLING
            return Match(True, max(match.level, level), ", ".join(filter(None, (ECHO, match.tolerance))))
    return None


def _is_exact_print(text: str, outcome: Outcome) -> bool:
    return normalize_stdout(text) == outcome.text


def _is_spaced_print(text: str, outcome: Outcome) -> bool:
    stated = [line.strip() for line in normalize_stdout(normalize_typed(text)).strip().split("\n")]
    if stated == [line.strip() for line in normalize_typed(outcome.text).strip().split("\n")]:
        return True
    return _is_bracketed(outcome.text) and _is_spaced_literal(text, outcome)


def _is_spaced_literal(text: str, outcome: Outcome) -> bool:
    return _tokens(text) == _tokens(outcome.text) != ()


def _is_closer(text: str, outcome: Outcome) -> bool:
    """White space beside punctuation, which is left out or added: `A(x=1,y=2)` for `A(x=1, y=2)`."""
    plain = [_AROUND.sub(r"\1", normalize_typed(each)).strip() for each in (text, outcome.text)]
    return plain[0] == plain[1] and "\n" not in outcome.text


def _is_bracketed(text: str) -> bool:
    """Whether a text is a list, a tuple, a set or a dict, whose white space Python always prints the same way."""
    return text.strip()[:1] in tuple("[({") and literal_value(text) is not NO_VALUE


def _is_escaped_print(text: str, outcome: Outcome) -> bool:
    return "\\n" in text and normalize_stdout(text.replace("\\n", "\n")).strip() == outcome.text.strip()


def _is_exact_value(text: str, outcome: Outcome) -> bool:
    return text.strip() == outcome.text


def _is_equal_literal(text: str, outcome: Outcome) -> bool:
    """A literal of the same value and types: other white space, other quotes, another order of a set."""
    stated = literal_value(normalize_typed(text))
    if stated is NO_VALUE or outcome.value is NO_VALUE or _has_call(text) != _has_call(outcome.text):
        return False
    same = sorted(_plain_tokens(text)) == sorted(_plain_tokens(outcome.text))
    return same and is_equal(stated, outcome.value, strict=True) and _order(stated) == _order(outcome.value)


def _is_other_notation(text: str, outcome: Outcome) -> bool:
    """The same number or text written otherwise: `.5` for `0.5`, `1_000` for `1000`."""
    stated = literal_value(normalize_typed(text))
    if isinstance(stated, (set, frozenset)) or stated is NO_VALUE or _has_call(text) != _has_call(outcome.text):
        return False
    return is_equal(stated, outcome.value, strict=True) and _order(stated) == _order(outcome.value)


def _is_equal_set(text: str, outcome: Outcome) -> bool:
    """A literal of the same value whose parts stand in another order, which only sets allow."""
    parts = [_plain_tokens(each) for each in (text, outcome.text)]
    return (
        "{" in text
        and parts[0] != parts[1]
        and sorted(parts[0]) == sorted(parts[1])
        and _is_equal_literal(text, outcome)
    )


def _is_reordered_dict(text: str, outcome: Outcome) -> bool:
    stated = literal_value(normalize_typed(text))
    return "{" in text and stated is not NO_VALUE and is_equal(stated, outcome.value, strict=True)


def _is_unaddressed(text: str, outcome: Outcome) -> bool:
    left, right = (re.sub(r"0x[\da-fA-F….]+", "0x…", each) for each in (text.strip(), outcome.text))
    return "0x" in outcome.text and left == without_addresses(right)


def _is_quoted(text: str, outcome: Outcome) -> bool:
    """Quotes around a printed text, or none around the `repr` of a string."""
    if outcome.was_value:
        return isinstance(outcome.value, str) and outcome.value == text.strip("\n") != ""
    stated = literal_value(normalize_typed(text))
    return isinstance(stated, str) and normalize_stdout(stated) == outcome.text


def _is_array(text: str, outcome: Outcome) -> bool:
    """`[1 2]`, `[1, 2]` and `array([1, 2])` for one another, where the result is an array."""
    if outcome.was_value:
        is_array = outcome.type.endswith(("ndarray", "Tensor", "ArrayImpl"))
    else:
        is_array = _is_spaced(outcome.text) or outcome.text.startswith("array(")
    if not is_array:
        return False
    stated, shown = _array(text), (outcome.value if outcome.was_value else _array(outcome.text))
    return stated is not None and shown is not None and is_equal(stated, shown)


def _is_numpy_scalar(text: str, outcome: Outcome) -> bool:
    plain = [_without_scalars(each) for each in (text.strip(), outcome.text)]
    if plain == [text.strip(), outcome.text]:
        return False
    left, right = map(literal_value, plain)
    return plain[0] == plain[1] or (left is not NO_VALUE and is_equal(left, right, strict=True))


def _is_whole(text: str, outcome: Outcome) -> bool:
    """`6` for `6.0`, at any depth. Booleans, and lists for tuples, still differ."""
    stated, shown = (_without_scalars(each) for each in (normalize_typed(text), outcome.text))
    if _has_call(stated) != _has_call(shown):
        return False
    values = literal_value(stated), outcome.value if shown == outcome.text else literal_value(shown)
    return NO_VALUE not in values and is_equal(*values)


def _has_other_breaks(text: str, outcome: Outcome) -> bool:
    """Lines written in one line, with spaces or commas between them."""
    lines = [" ".join(line.split()) for line in outcome.text.split("\n")]
    stated = " ".join(normalize_typed(text).split())
    if len(lines) < 2 or "\n" in text.strip():
        return len(lines) > 1 and stated == " ".join(lines)
    return stated in (" ".join(lines), ", ".join(lines), ",".join(lines), " / ".join(lines), "; ".join(lines))


def _is_constant_in_other_case(text: str, outcome: Outcome) -> bool:
    return _CONSTANTS.get(text.strip().casefold()) == outcome.text and text.strip().casefold() in _CONSTANTS


def _is_rounded(text: str, outcome: Outcome) -> bool:
    """A number with two or more decimals, to which the result is rounded or cut."""
    found = re.fullmatch(r"\s*(-?\d+\.(\d{2,}))(?:\.{2,}|…)?\s*", normalize_typed(text))
    value = outcome.value
    if not found or not isinstance(value, float) or len(outcome.text) <= len(found[1]):
        return False
    return round(value, len(found[2])) == float(found[1]) or outcome.text.startswith(found[1])


def _is_class(text: str, outcome: Outcome) -> bool:
    found = re.fullmatch(r"<class '([\w.]+)'>", outcome.text)
    return bool(found) and text.strip() in (found[1], f"class '{found[1]}'", f"<type '{found[1]}'>")  # type: ignore[index]


Tolerance = tuple[str, Level, Callable[[str, Outcome], bool]]

_SHARED: tuple[Tolerance, ...] = (
    (ADDRESS, Level.SAME, _is_unaddressed),
    (DICT_ORDER, Level.TELLING, _is_reordered_dict),
    (QUOTED, Level.TELLING, _is_quoted),
    (ARRAY, Level.TELLING, _is_array),
    (NUMPY, Level.TELLING, _is_numpy_scalar),
    (NOTATION, Level.TELLING, _is_other_notation),
    (WHOLE, Level.TELLING, _is_whole),
    (CASE, Level.TELLING, _is_constant_in_other_case),
    (ROUNDED, Level.TELLING, _is_rounded),
    (CLASS, Level.TELLING, _is_class),
)
_OF_PRINTED: tuple[Tolerance, ...] = (
    ("", Level.EXACT, _is_exact_print),
    (WHITE_SPACE, Level.SAME, _is_spaced_print),
    (SET_ORDER, Level.SAME, _is_equal_set),
    (LINES, Level.SAME, _is_escaped_print),
    (QUOTES, Level.SAME, lambda text, outcome: not isinstance(outcome.value, str) and _is_equal_literal(text, outcome)),
    *_SHARED,
    (LINES, Level.TELLING, _has_other_breaks),
    (WHITE_SPACE, Level.TELLING, _is_closer),
)
_OF_VALUES: tuple[Tolerance, ...] = (
    ("", Level.EXACT, _is_exact_value),
    (SET_ORDER, Level.SAME, _is_equal_set),
    (QUOTES, Level.SAME, _is_equal_literal),
    *_SHARED,
)


def _tokens(text: str) -> tuple[str, ...]:
    """Return the tokens of a literal, whose white space outside of strings does not count; none if it is no literal."""
    if literal_value(text) is NO_VALUE:
        return ()
    try:
        found = tokenize.generate_tokens(io.StringIO(text.strip()).readline)
        return tuple(token.string for token in found if token.string.strip())
    except (tokenize.TokenError, IndentationError, SyntaxError):
        return ()


def _plain_tokens(text: str) -> tuple[str, ...]:
    return _tokens(normalize_typed(text).replace('"', "'"))


def _order(value: Any) -> Any:
    """Return the order of the keys of dicts in a value."""
    if isinstance(value, dict):
        return tuple((repr(key), _order(item)) for key, item in value.items())
    return tuple(map(_order, value)) if isinstance(value, (list, tuple)) else None


def _has_call(text: str) -> bool:
    """Whether a text is written with a constructor, such as `array(…)`, whose content may equal another value's."""
    return re.search(r"\b[A-Za-z_][\w.]*\(|\bnp\.(?:True|False)_", text) is not None


def _without_scalars(text: str) -> str:
    return _NUMPY_BOOLEAN.sub(r"\1", _SCALAR.sub(r"\1", text))


def _is_spaced(text: str) -> bool:
    """Whether a text is an array as `print` shows it: numbers in brackets with spaces between them."""
    return "[" in text and "," not in text and _NUMBERS.fullmatch(text) is not None


def _array(text: str) -> Any:
    """Return the content of an array in any notation, as lists; None if the text is none."""
    plain = _DTYPE.sub("", _ARRAY_CALL.sub("(", normalize_typed(text))).strip()
    if found := re.fullmatch(r"\(\s*(\[.*\])\s*,?\s*\)", plain, re.DOTALL):
        plain = found[1]
    if _is_spaced(plain):
        plain = re.sub(r"(?<=[\d.\]])\s+(?=[-+\d.\[])", ", ", " ".join(plain.split()))
    value = literal_value(plain)
    return value if isinstance(value, list) else None


def _is_near(text: str, outcome: Outcome) -> bool:
    has_brackets = [_BRACKETS.search(each) is not None for each in (text, outcome.text)]
    if literal_value(text) is not NO_VALUE and outcome.value is not NO_VALUE and has_brackets != [False, True]:
        return False
    shown = [outcome.text, *filter(None, (outcome.plain, outcome.echoed))]
    return any(_letters(text) == _letters(each) != "" for each in shown)


def _is_spaced_otherwise(text: str, outcome: Outcome) -> bool:
    """Whether an option that is code differs by white space only, or by brackets or quotes that it leaves out."""
    if "{" in text and literal_value(text) is NO_VALUE and _parts(text) == _parts(outcome.text):
        return True
    if "".join(text.split()) == "".join(outcome.text.split()):
        return True
    return _BRACKETS.search(text) is None and _BRACKETS.search(outcome.text) is not None and _is_near(text, outcome)


def _is_end_of(text: str, shown: str) -> bool:
    """Whether a text is what a line ends with after words, such as `8` of `The sum is 8`, which people leave out."""
    found = re.fullmatch(r"(.*[^\W\d_]{2}.*[ :=])\S*", shown.removesuffix(text.strip()) + "x" if text.strip() else "")
    return found is not None and shown.endswith(text.strip()) and "\n" not in shown


def _parts(text: str) -> list[str]:
    return sorted(re.findall(r"\w+", text.casefold()))


def _letters(text: str) -> str:
    return "".join(char for char in text.casefold() if char.isalnum())


# --- whether an option is a result -----------------------------------------------------------------------------------


def _is_result(stated: Stated, outcome: Outcome, asks: Asks, known_words: frozenset[str]) -> bool:
    """Whether an option states a result, not something about it in words."""
    if stated.states is States.NOTHING:
        return asks is Asks.PRINTS
    if asks is Asks.TYPE:
        return _type_name(stated.text) is not None
    if asks is Asks.SHAPE:
        return _shape(stated.text) is not None
    if stated.states is States.CODE:
        return True
    if stated.states is not States.TEXT:
        return False
    if literal_value(normalize_typed(stated.text)) is not NO_VALUE or _array(stated.text) is not None:
        return True
    if outcome.was_value and outcome.failure is None and not isinstance(outcome.value, str):
        return False
    words = words_of(stated.text)
    shown = words_of(outcome.text, outcome.echoed or "")
    letters = {word for word in words if len(word) == 1}
    is_spelled = words == letters or letters <= shown  # in other texts, a letter is an article
    return (
        len(stated.text) <= 200
        and is_spelled
        and words - letters <= known_words | shown | _CONSTANTS.keys() | {"class"}
    )


def _unread(stated: Stated) -> Match:
    return Match(None, tolerance=f"an option states its answer in words: “{' '.join(stated.text.split())[:60]}”")


def _compare_nothing(outcome: Outcome, asks: Asks) -> Match:
    if asks is not Asks.PRINTS:
        return Match(None, tolerance="an option states that nothing results")
    if outcome.echoed and not outcome.text:
        return Match(None, tolerance="a script prints nothing here, and a prompt shows a value")
    return Match(not outcome.text)


# --- exceptions, types, shapes ---------------------------------------------------------------------------------------


def _compare_error(stated: Stated, outcome: Outcome) -> Match:
    """Compare an option that states an error with the outcome of code that may raise."""
    if outcome.failure is None:
        is_text = stated.text.strip() in (outcome.text.strip(), outcome.plain)
        return Match(is_text or False)
    return _compare_exception(stated, outcome.failure)


def _compare_exception(stated: Stated, failure: Failure | None) -> Match:
    if failure is None:
        if stated.states is States.ERROR:
            return DIFFERS
        return Match(True) if states_no_error(stated) else Match(None, tolerance=_unread(stated).tolerance)
    if states_no_error(stated):
        return DIFFERS
    if stated.states is not States.ERROR:
        name = stated.text.strip().removesuffix("()")
        if not re.fullmatch(r"[A-Za-z_][\w.]*", name):
            return _unread(stated)
        return Match(same_exception(name, failure.classes[0])) if name in _classes(failure) else _unread(stated)
    if not stated.exception:
        return Match(True, Level.VAGUE, ANY_ERROR)
    if same_exception(stated.exception, failure.classes[0]):
        return Match(True)
    if any(same_exception(stated.exception, name) for name in failure.classes[1:]):
        return Match(True, Level.VAGUE, BASE)
    return DIFFERS


def _classes(failure: Failure) -> Sequence[str]:
    return [*failure.classes, failure.type]


_TYPES = {
    **{
        name: name
        for name in ("int", "float", "str", "bool", "list", "dict", "set", "tuple", "complex", "bytes", "range")
    },
    **{
        "integer": "int",
        "string": "str",
        "boolean": "bool",
        "dictionary": "dict",
        "none": "NoneType",
        "nonetype": "NoneType",
    },
    **{
        "floating point": "float",
        "floating-point": "float",
        "floating point number": "float",
        "frozenset": "frozenset",
    },
    **{
        "function": "function",
        "generator": "generator",
        "type": "type",
        "class": "type",
        "module": "module",
        "long": "long",
    },
    **{
        "ndarray": "ndarray",
        "array": "ndarray",
        "numpy array": "ndarray",
        "dataframe": "DataFrame",
        "series": "Series",
    },
    **{"char": "char", "character": "char", "double": "double", "lambda": "function", "object": "object", "map": "map"},
    **{"filter": "filter", "zip": "zip", "enumerate": "enumerate", "iterator": "iterator", "method": "method"},
}


def _type_name(text: str) -> str | None:
    """Return the name of a class, as `type(x).__name__` has it, that an option states; None if it states none."""
    plain = normalize_typed(text).strip().strip("`").rstrip(".")
    if found := re.fullmatch(r"<?(?:class|type) '([\w.]+)'>?", plain):
        return found[1]
    words = re.sub(r"(?i)^(?:an? |the |type |class |python )+|(?: type| object| data type)+$", "", plain).strip()
    if words.casefold() in _TYPES:
        return _TYPES[words.casefold()]
    return (
        words if re.fullmatch(r"(?:np|numpy|pd|pandas|tf|torch|collections|datetime|decimal)\.[\w.]+", words) else None
    )


def _compare_type(stated: Stated, outcome: Outcome) -> Match:
    name = _type_name(stated.text)
    if name is None or name in ("iterator", "object"):
        return _unread(stated)
    if name == outcome.type:
        return Match(True)
    same = name.rsplit(".", 1)[-1] == outcome.type.rsplit(".", 1)[-1]
    return Match(True, Level.SAME, CLASS) if same else DIFFERS


def _shape(text: str) -> tuple[int, ...] | None:
    """Return the sizes that a text such as `(2, 3)`, `2 x 3` or `torch.Size([2, 3])` states."""
    plain = re.sub(r"(?:torch\.)?(?:Size|TensorShape)\(", "(", normalize_typed(text)).strip("` .")
    if not re.fullmatch(r"[\s()\[\],x×*\d]*(?:by [\s\d]+)*", plain) or not (re.search(r"\d", plain) or plain == "()"):
        return None
    return tuple(map(int, re.findall(r"\d+", plain)))


def _compare_shape(stated: Stated, outcome: Outcome) -> Match:
    sizes, shown = _shape(stated.text), outcome.value
    if sizes is None or isinstance(shown, Opaque) or not isinstance(shown, (tuple, list)):
        return _unread(stated)
    is_bare = re.fullmatch(r"\s*\(\s*\d+\s*\)\s*|\s*\d+\s*", stated.text) is not None
    if sizes != tuple(shown):
        return DIFFERS
    if stated.text.replace(" ", "") == outcome.text.replace(" ", ""):
        return Match(True)
    return Match(True, Level.TELLING if is_bare else Level.SAME, "notation of a shape")


def words_of(*texts: str) -> frozenset[str]:
    """Return the words in texts, in lower case."""
    return frozenset(word.casefold() for text in texts for word in _WORD.findall(text))
