"""Converts a TeX formula to MathML that browsers display, and that contains nothing else.

latex2mathml passes unknown commands, addresses and styles through. Its tree is therefore rebuilt from elements and
attributes that are listed here; a formula with any other is refused.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from xml.etree.ElementTree import Element, SubElement, tostring

from practicum.errors import CodedError

MAX_LENGTH = 2000
"""Characters of a formula."""
MAX_DEPTH = 40
"""Levels of nested elements in a formula."""

ENVIRONMENTS = frozenset(
    [
        *("matrix", "pmatrix", "bmatrix", "Bmatrix", "vmatrix", "Vmatrix", "smallmatrix"),
        *("array", "cases", "split", "aligned", "align", "align*"),
    ]
)
"""The environments that a formula may contain, as `\\begin{NAME}`."""

_ALIASES = {
    r"\begin{aligned}": r"\begin{split}",
    r"\end{aligned}": r"\end{split}",
    r"\arg": r"\operatorname{arg}",
}
"""TeX that the library does not know, and what means the same to it."""
_ALIAS = re.compile(r"\\(?:begin|end)\{aligned\}|\\arg(?![A-Za-z])")
_ROMAN = re.compile(r"\\mathrm\s*\{([A-Za-z]+)\}")
_BARE_PERCENT = re.compile(r"(?<!\\)%")
_BEGIN, _END = re.compile(r"\\begin\s*\{[^}]*\}"), re.compile(r"\\end\s*\{[^}]*\}")
_ENVIRONMENT = re.compile(r"\\begin\s*\{([^}]*)\}")
_MACRO = re.compile(
    r"\\(?:(?:re)?new|provide|declare)?(?:command|environment|mathoperator)\b|\\[egx]?def\b|\\let\b", re.I
)
_BRACE = re.compile(r"\\.|[{}]", re.DOTALL)
_CODE_POINT = re.compile(r"&#x([0-9A-Fa-f]{1,6});")
_ESCAPED = re.compile(r"\\([%$#&_{} ])")
_COMMAND = re.compile(r"\\[A-Za-z]*")
_LENGTH = re.compile(r"[-+]?(?:\d?(?:\.\d{1,4})?(?:em|ex)|\d{0,2}(?:\.\d{1,4})?(?:px|pt|mu)|0)")

_ARITY: Mapping[str, tuple[int, ...]] = {
    "mfrac": (2,),
    "mroot": (2,),
    "msub": (2,),
    "msup": (2,),
    "mover": (2,),
    "munder": (2,),
    "msubsup": (3,),
    "munderover": (2, 3),
}
ELEMENTS = frozenset(
    [
        *("math", "semantics", "annotation", "mrow", "mi", "mn", "mo", "mtext", "mspace", "mstyle", "mpadded"),
        *("mphantom", "msqrt", "mtable", "mtr", "mtd", *_ARITY),
    ]
)
"""The elements of the MathML that is made here."""

_BOOLEANS = re.compile("true|false")
_VALUES: Mapping[str, re.Pattern[str]] = {
    **dict.fromkeys(("accent", "displaystyle", "fence", "largeop", "movablelimits", "separator"), _BOOLEANS),
    "stretchy": _BOOLEANS,
    "columnalign": re.compile("left|center|right"),
    "form": re.compile("prefix|infix|postfix"),
    "mathvariant": re.compile("normal"),
    "scriptlevel": re.compile("[0-3]"),
    **dict.fromkeys(("width", "height", "depth", "lspace", "rspace", "voffset", "minsize", "maxsize"), _LENGTH),
    "linethickness": _LENGTH,
}
_IGNORED = frozenset({"columnspacing", "rowspacing"})
"""Attributes that no browser supports, and without which the formula still reads the same."""
ATTRIBUTES = frozenset({*_VALUES, "display", "encoding"})
"""The attributes of the MathML that is made here."""

_NAMED_LENGTHS = {
    "thinmathspace": "0.1667em",
    "thickmathspace": "0.2778em",
    "negativethinmathspace": "-0.1667em",
    "negativemediummathspace": "-0.2222em",
    "negativethickmathspace": "-0.2778em",
}
_THIN = "0.1667em"
_FUNCTION = re.compile(r"[A-Za-z\N{THIN SPACE}\N{SIX-PER-EM SPACE} ]{2,}")
_ACCENTS = frozenset(
    "^~`\N{MACRON}\N{HORIZONTAL BAR}\N{DOT ABOVE}\N{DIAERESIS}\N{BREVE}\N{CARON}\N{ACUTE ACCENT}\N{RIGHTWARDS ARROW}"
)
_OPENING, _CLOSING = frozenset("([{"), frozenset(")]}|\N{DOUBLE VERTICAL LINE}")


class FormulaError(CodedError):
    """A formula that cannot be displayed.

    Codes: `formula-syntax`, `formula-command`, `formula-not-displayed`, `formula-too-long`.
    """


@lru_cache(maxsize=2048)
def to_mathml(tex: str, is_block: bool = False) -> str:
    """Return a formula as MathML with the TeX as an annotation. Raises FormulaError.

    Args:
        tex: The formula without its dollar signs.
        is_block: Whether it stands on a line of its own.
    """
    tex = tex.strip()
    _check_text(tex)
    math = Element("math", {"display": "block" if is_block else "inline"})
    semantics = SubElement(math, "semantics")
    try:
        row = _rebuild(_parse(_with_known_commands(tex), is_block))
        semantics.append(row)
        SubElement(semantics, "annotation", {"encoding": "application/x-tex"}).text = tex
        return tostring(math, encoding="unicode")
    except RecursionError:
        raise _too_deep() from None


def _check_text(tex: str) -> None:
    if len(tex) > MAX_LENGTH:
        message = f"this formula has {len(tex)} characters: write at most {MAX_LENGTH}"
        raise FormulaError("formula-too-long", message)
    depth = 0
    for match in _BRACE.finditer(tex):
        depth += {"{": 1, "}": -1}.get(match[0], 0)
        if depth < 0:
            break
    if depth:
        message = "the braces of this formula do not match: write one `}` for each `{`"
        raise FormulaError("formula-syntax", message)
    if macro := _MACRO.search(tex):
        raise FormulaError("formula-command", f"a formula cannot define commands: remove `{macro[0]}`")
    for environment in _ENVIRONMENT.findall(tex):
        if environment not in ENVIRONMENTS:
            known = ", ".join(sorted(ENVIRONMENTS))
            message = f"`{environment}` is not an environment that can be displayed; known are {known}"
            raise FormulaError("formula-command", message)


def _with_known_commands(tex: str) -> str:
    """The formula in TeX that the library displays as TeX does."""
    tex = _BARE_PERCENT.sub(r"\\%", tex)  # a comment would end the formula early, and a query may give `86 %`
    tex = _ROMAN.sub(r"{\\text{\1}}", tex)  # it makes italics of one upright letter
    tex = _ALIAS.sub(lambda match: _ALIASES[match[0]], tex)
    tex = _BEGIN.sub(r"{\g<0>", tex)  # a matrix with an exponent would lose its brackets
    return _END.sub(r"\g<0>}", tex)


def _parse(tex: str, is_block: bool) -> Element:
    """The library's tree of a formula."""
    from latex2mathml.converter import convert_to_element  # slow to import, and most courses have no formula

    try:
        return convert_to_element(tex, display="block" if is_block else "inline")[0]
    except RecursionError:
        raise
    except Exception as error:  # the library raises errors of many classes, some of them by accident
        name = re.sub(r"(?<!^)(?=[A-Z])", " ", type(error).__name__.removesuffix("Error")).lower()
        reason = f"({name})" if type(error).__module__.startswith("latex2mathml") else "(incomplete or unknown TeX)"
        message = f"this formula is not valid TeX {reason}: check its braces, arguments, `^` and `_`"
        raise FormulaError("formula-syntax", message) from error


def _too_deep() -> FormulaError:
    return FormulaError("formula-too-long", f"this formula is nested in more than {MAX_DEPTH} levels: simplify it")


# --- the tree, rebuilt from known elements ------------------------------------------------------------------------


def _rebuild(element: Element, depth: int = 1) -> Element:
    """A copy of the library's element with known elements and attributes only. Raises FormulaError."""
    if depth > MAX_DEPTH:
        raise _too_deep()
    if element.tag not in ELEMENTS:
        raise _not_displayed(element.tag)
    if len(element) not in _ARITY.get(element.tag, (len(element),)):
        message = "an argument is missing, as in `\\frac{1}`, or a part of this formula needs braces, as in `{…}^2`"
        raise FormulaError("formula-syntax", message)
    variant = element.attrib.get("mathvariant", "")
    attributes = _attributes(element, variant)
    built = Element(element.tag, attributes)
    if text := _text(element):
        built.text = _in_variant(text, variant) if variant else text
    children = [_rebuild(child, depth + 1) for child in element]
    built.extend(_with_spaces(children) if element.tag in ("mrow", "mtd", "mstyle", "msqrt") else children)
    if _is_function(built) and built.tag == "mo":
        built.attrib |= {"lspace": "0", "rspace": "0"}
    if built.tag == "mover" and (built[1].text or "") in _ACCENTS:
        built.set("accent", "true")
    return built


def _attributes(element: Element, variant: str) -> dict[str, str]:
    attributes = {"mathvariant": "normal"} if variant == "normal" and element.tag == "mi" else {}
    for name, value in element.attrib.items():
        value = _NAMED_LENGTHS.get(value, value)
        if name in _IGNORED or name == "mathvariant":
            continue
        if name not in _VALUES or not _VALUES[name].fullmatch(value):
            raise _not_displayed(f"{name} = {value}")
        attributes[name] = value
    return attributes


def _not_displayed(what: str) -> FormulaError:
    advice = "leave out colours, links, styles, boxes, lines in tables, and large or unknown lengths"
    if what.startswith("linebreak"):
        advice = r"break lines in `\begin{aligned} … \\ … \end{aligned}`"
    return FormulaError("formula-not-displayed", f"browsers do not display a part of this formula ({what}): {advice}")


def _text(element: Element) -> str:
    """The characters of an element, which the library writes as character references. Raises FormulaError."""
    written = element.text or ""
    if element.tag == "mtext":
        written = _ESCAPED.sub(r"\1", written)
    if command := _COMMAND.search(written):
        raise FormulaError("formula-command", f"`{command[0]}` is not a command that can be displayed in a formula")
    if written == "&":
        message = r"`&` aligns columns in an environment such as `\begin{aligned}`; for the character, write `\&`"
        raise FormulaError("formula-syntax", message)
    return _CODE_POINT.sub(lambda match: chr(int(match[1], 16)), written)


_ALPHABETS = {"bold-italic": "BOLD ITALIC", "sans-serif-italic": "SANS-SERIF ITALIC"}
"""The names of `mathvariant` that Unicode writes in another way than in capitals."""


@cache
def _alphabets() -> Mapping[tuple[str, str], str]:
    """The mathematical letters of Unicode, by the name of their alphabet and the plain letter."""
    found: dict[tuple[str, str], str] = {}
    for code in (*range(0x2100, 0x2150), *range(0x1D400, 0x1D800)):
        kind, _, base = unicodedata.decomposition(chr(code)).partition(" ")
        match = re.match(r"(?:MATHEMATICAL )?(.*?) (?:SMALL|CAPITAL|DIGIT)", unicodedata.name(chr(code), ""))
        if kind == "<font>" and match and " " not in base:
            found[match[1].replace("BLACK-LETTER", "FRAKTUR"), chr(int(base, 16))] = chr(code)
    return found


def _in_variant(text: str, variant: str) -> str:
    """Text in another alphabet: browsers support no `mathvariant` but `normal`."""
    alphabet = _ALPHABETS.get(variant, variant.upper())
    upright = alphabet.removesuffix(" ITALIC")  # digits have no italics
    found = _alphabets()
    return "".join(found.get((alphabet, char)) or found.get((upright, char)) or char for char in text)


# --- the space around functions, which MathML leaves to its author ------------------------------------------------


def _core(element: Element) -> Element:
    """The element whose kind decides the space around this one: of `log²`, `log`."""
    while element.tag in _ARITY and element.tag not in ("mfrac", "mroot") and len(element):
        element = element[0]
    return element


def _is_function(element: Element) -> bool:
    core = _core(element)
    return core.tag in ("mi", "mo") and bool(_FUNCTION.fullmatch(core.text or ""))


def _with_spaces(children: Sequence[Element]) -> list[Element]:
    """Put thin spaces between functions (`log`, `max`) and what stands beside them, as TeX does."""
    spaced: list[Element] = []
    for left, right in zip([None, *children], children, strict=False):
        if left is not None and _needs_space(left, right):
            spaced.append(Element("mspace", {"width": _THIN}))
        spaced.append(right)
    return spaced


def _needs_space(left: Element, right: Element) -> bool:
    if "mspace" in (left.tag, right.tag):
        return False
    left_core, right_core = _core(left), _core(right)
    if _is_function(left):
        is_operator = right_core.tag == "mo" and not _is_function(right)
        return not is_operator and not (right.tag == "mrow" and _opens(right))
    if not _is_function(right):
        return False
    return left_core.tag != "mo" or (left_core.text or "") in _CLOSING


def _opens(row: Element) -> bool:
    """Whether a row begins with an opening bracket."""
    return len(row) > 0 and (_core(row[0]).text or "") in _OPENING
