"""From HTML to Markdown: markdownify, with code to the byte, formulas, and no backslash that is not needed."""

from __future__ import annotations

import html as references
import re
from collections.abc import Iterable, Iterator
from typing import Any

from bs4 import BeautifulSoup, Tag
from bs4.element import Comment, NavigableString
from bs4.exceptions import ParserRejectedMarkup
from markdownify import BACKSLASH, MarkdownConverter

from practicum.exchange.markdown_html import Address, markdown_parser

MARK = "\x1a"
"""Precedes a character of text that Markdown may interpret, until it is known whether it does."""

END = "\x12"
"""Follows a formula, which Markdown does not end before a digit."""

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_SPECIAL = re.compile(r"(?<![^\W_])_|_(?![^\W_])|[\\`\[\]<>&#+.)=|$!~-]|\*(?!\s)|(?<!\s)\*|(?m:^)\*")
_CLOSING = ")>]"
_FORMULA = re.compile(
    r"\\\((?P<inline>.+?)\\\)|\\\[(?P<block>.+?)\\\]|\$\$(?P<dollars>.+?)\$\$|\[tex\](?P<tex>.+?)\[/tex\]"
    r"|(?P<environment>\\begin\{(?P<name>\w+\*?)\}.+?\\end\{(?P=name)\})",
    re.DOTALL,
)
_TEX = re.compile(r"(?:[^\\$`]|\\.)+", re.DOTALL)
_LANGUAGE = re.compile(r"(?:^|\s)(?:lang(?:uage)?-|brush:\s*)([\w+#.-]+)")
_EMPHASIS = ("b", "i")
_SPANS = {"b": ["strong"], "i": ["em", "var", "cite", "dfn"], "code": ["kbd", "samp", "tt"]}
"""Elements by the one that stands for them."""
_MAX_GROUPS = 60
"""Above this many, a text's candidates for escapes are decided together by their character, which bounds the time."""

_MAX_DEPTH = 50
"""Elements in each other. Texts of banks have up to ten; markdownify recurses into each."""
_LINES = re.compile(
    r"\[document\]|br|p|div|pre|ul|ol|li|dl|dt|dd|blockquote|hr|h[1-6]|table|thead|tbody|tfoot|tr|td|th|caption"
    r"|article|section|center|figure|figcaption|details|summary|address"
)
"""Elements that begin and end a line."""

SUPERSCRIPTS = dict(zip("0123456789+-=()ni", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿⁱ", strict=True))
SUBSCRIPTS = dict(zip("0123456789+-=()aeijnorxhklmpst", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ₐₑᵢⱼₙₒᵣₓₕₖₗₘₚₛₜ", strict=True))

_DROPPED = {
    "script": "a script",
    "style": "a style sheet",
    "iframe": "an embedded page",
    "object": "an embedded object",
    "embed": "an embedded object",
    "svg": "a drawing in SVG",
    "canvas": "a drawing",
    "input": "a form field",
    "select": "a form field",
    "textarea": "a form field",
    "button": "a button",
    "link": "a style sheet",
    "head": "the head of a page",
}
"""Elements that are removed with their content."""
_UNMARKED = {
    "font": "colours and fonts",
    "u": "underlining",
    "ins": "underlining",
    "s": "text struck through",
    "strike": "text struck through",
    "del": "text struck through",
    "mark": "highlighting",
    "center": "alignment",
    "big": "colours and fonts",
    "small": "colours and fonts",
}
"""Elements whose content stays."""


def convert(html: str, address: Address) -> tuple[str, tuple[str, ...]]:
    """Return the Markdown, and what it lacks."""
    dropped: set[str] = set()
    soup = _parsed(_CONTROL.sub("", html.replace("\r\n", "\n").replace("\r", "\n")))
    if _depth(soup) > _MAX_DEPTH:
        soup = BeautifulSoup(references.escape(soup.get_text(), quote=False), "html.parser")
        dropped.add("elements nested too deeply")
    _remove(soup, dropped)
    _unwrap(soup, ["span", *_UNMARKED])
    _remove_empty_blocks(soup)
    _settle_breaks(soup)
    _merge_lists(soup)
    _unwrap_run_together(soup, dropped)
    _collapse_spaces(soup)
    _unwrap_layout_tables(soup, dropped)
    marked = _converted(soup, address, dropped)
    if soup.find(_EMPHASIS):
        _unwrap(soup, _EMPHASIS)
        plain = _converted(soup, address, set())
        if _shown(marked) != _shown(plain):
            marked = plain
            dropped.add("emphasis")
    return _settle(marked.strip(" \n")), tuple(sorted(dropped))


def _parsed(html: str) -> BeautifulSoup:
    try:
        return BeautifulSoup(html, "html.parser")
    except ParserRejectedMarkup:  # such as `<![`, which is then meant as text
        return BeautifulSoup(references.escape(html, quote=False), "html.parser")


def _converted(soup: BeautifulSoup, address: Address, dropped: set[str]) -> str:
    marked = str(_Converter(address, dropped).convert_soup(soup))
    return re.sub(f"{END}([0-9])", lambda match: f"&#{ord(match[1])};", marked).replace(END, "")


def _remove(soup: BeautifulSoup, dropped: set[str]) -> None:
    """Remove what Markdown has no place for, and note it."""
    for comment in soup.find_all(string=lambda text: isinstance(text, Comment)):
        comment.extract()
        dropped.add("a comment")
    for script in soup.find_all("script", type=re.compile(r"^math/tex")):
        script.replace_with(_formula_text(str(script.string or ""), "mode=display" in str(script["type"])))
    for element in soup.find_all(list(_DROPPED)):
        dropped.add(_DROPPED[element.name])
        element.decompose()
    for element in soup.find_all(list(_UNMARKED)):
        dropped.add(_UNMARKED[element.name])
    if soup.find(style=lambda style: bool(style and style.strip())):
        dropped.add("colours and fonts")


def _unwrap(soup: BeautifulSoup, names: Iterable[str]) -> None:
    """Replace elements by their content."""
    for element in soup.find_all(list(names)):
        element.unwrap()
    for element in soup.find_all([*_EMPHASIS, *_SPANS["b"], *_SPANS["i"], "code", "a", "sub", "sup"]):
        if not element.get_text().strip() and not element.find("img"):
            element.unwrap()
    _merge_spans(soup)


def _unwrap_run_together(soup: BeautifulSoup, dropped: set[str]) -> None:
    """Unwrap emphasis whose delimiters Markdown would not pair as they are meant, such as `**x.**y`."""
    for element in soup.find_all(list(_EMPHASIS)):
        first, last = _edge(element, 0), _edge(element, -1)
        if _clashes(element.previous_sibling, -1, first) or _clashes(element.next_sibling, 0, last):
            element.unwrap()
            dropped.add("emphasis")
    _merge_spans(soup)


def _edge(element: Tag, end: int) -> str:
    """Its first or last character, or nothing if that is in an element."""
    inner = element.contents[end] if element.contents else ""
    return "" if isinstance(inner, Tag) or not inner else str(inner)[end]


def _clashes(neighbour: Any, end: int, edge: str) -> bool:
    if isinstance(neighbour, Tag):
        return neighbour.name in {*_EMPHASIS, "code", "a"}
    text = str(neighbour or "")
    return bool(text) and text[end].isalnum() and not edge.isalnum()


def _merge_spans(soup: BeautifulSoup) -> None:
    """Make one of two spans of a kind that touch: in Markdown their delimiters would run together."""
    for name, others in _SPANS.items():
        for element in soup.find_all(others):
            element.name = name
        for element in soup.find_all(name):
            while isinstance(follower := element.next_sibling, Tag) and follower.name == name:
                element.extend(list(follower.contents))
                follower.decompose()


def _remove_empty_blocks(soup: BeautifulSoup) -> None:
    for element in reversed(soup.find_all(["li", "p", "div", "pre", "blockquote", re.compile("^h[1-6]$")])):
        if not element.get_text().strip() and not element.find(["img", "video", "audio", "hr"]):
            element.decompose()


def _settle_breaks(soup: BeautifulSoup) -> None:
    """Move line breaks out of the ends of spans, and remove those at the ends of blocks."""
    for element in soup.find_all("br"):
        while element.parent is not None and not _is_block(element.parent) and element.parent.name != "[document]":
            if _neighbour(element, forward=True) is None:
                element.parent.insert_after(element.extract())
            elif _neighbour(element, forward=False) is None:
                element.parent.insert_before(element.extract())
            else:
                break
    for element in soup.find_all("br"):
        if element.find_parent(["pre", "code"]) is None and any(map(_ends_line, _beside(element))):
            element.decompose()


def _beside(element: Tag) -> tuple[Any, Any]:
    """What stands before and after a run of line breaks."""
    before, after = _neighbour(element, forward=False), _neighbour(element, forward=True)
    while _is_break(before):
        before = _neighbour(before, forward=False)
    while _is_break(after):
        after = _neighbour(after, forward=True)
    return before, after


def _ends_line(neighbour: Any) -> bool:
    return neighbour is None or _is_block(neighbour)


def _merge_lists(soup: BeautifulSoup) -> None:
    """Make one of two lists of a kind that follow each other, as Markdown does."""
    for element in soup.find_all(["ul", "ol"]):
        while isinstance(follower := _neighbour(element, forward=True), Tag) and follower.name == element.name:
            element.extend(list(follower.contents))
            follower.decompose()


def _formula_text(tex: str, displayed: bool) -> str:
    return rf"\[{tex}\]" if displayed else rf"\({tex}\)"


def _unwrap_layout_tables(soup: BeautifulSoup, dropped: set[str]) -> None:
    """Turn tables whose cells contain blocks into a sequence of these: Markdown's cells are lines."""
    for table in reversed(soup.find_all("table")):
        if table.find(["pre", "ul", "ol", "table", "blockquote", "hr"]) or len(table.find_all(["td", "th"])) < 2:
            if len(table.find_all(["td", "th"])) > 1:
                dropped.add("a table that contains blocks")
            for part in table.find_all(["td", "th", "caption"]):
                part.name = "div"
            for part in table.find_all(["thead", "tbody", "tfoot", "tr", "colgroup", "col"]):
                part.unwrap()
            table.name = "div"


def _depth(soup: BeautifulSoup) -> int:
    depth, level = 0, list[Tag]([soup])
    while level and depth <= _MAX_DEPTH:
        level = [child for element in level for child in element.children if isinstance(child, Tag)]
        depth += 1
    return depth


def _collapse_spaces(soup: BeautifulSoup) -> None:
    """Remove the white space that a page does not show: beside other white space, and at the ends of lines."""
    last: NavigableString | None = None
    at_start = True
    for node, begins_line in _flow(soup):
        if begins_line:
            _strip_end(last)
            last, at_start = None, True
        elif isinstance(node, NavigableString) and not node.find_parent(["pre", "code", "tex"]):
            text = re.sub(r"[ \t]*\n[ \t\n]*", "\n", re.sub(r"[ \t\f]+", " ", node))
            text = text.lstrip(" \n") if at_start else text
            last = NavigableString(text)
            node.replace_with(last)
            at_start = text[-1:] in {" ", "\n"} if text else at_start
        else:
            last, at_start = None, False
    _strip_end(last)


def _flow(element: Tag) -> Iterator[tuple[Any, bool]]:
    """Yield the texts and images of an element in order, each with False, and each place where a line begins."""
    begins = bool(_LINES.fullmatch(element.name))
    if begins:
        yield element, True
    for child in list(element.children):
        if isinstance(child, Tag):
            yield from _flow(child)
        else:
            yield child, False
    if begins or not element.contents:
        yield element, begins


def _strip_end(text: NavigableString | None) -> None:
    if text is not None:
        text.replace_with(NavigableString(text.rstrip(" \n")))


_Base: Any = MarkdownConverter
"""Its stub lacks what the class has."""


class _Converter(_Base):  # type: ignore[misc]
    """Writes :data:`MARK` before each character of text that Markdown may interpret."""

    def __init__(self, address: Address, dropped: set[str]) -> None:
        super().__init__(bullets="-", heading_style="atx", newline_style=BACKSLASH)
        self._address = address
        self._dropped = dropped

    # Text

    def escape(self, text: str, parent_tags: set[str]) -> str:
        """Text with its formulas, and a mark before each character that Markdown may interpret."""
        parts: list[str] = []
        end = 0
        for match in _FORMULA.finditer(text):
            if formula := self._formula(match, parent_tags):
                parts += [_mark(text[end : match.start()]), formula]
                end = match.end()
        return "".join([*parts, _mark(text[end:])])

    def _formula(self, match: re.Match[str], parent_tags: set[str]) -> str:
        tex = next(text for name, text in match.groupdict().items() if text and name != "name")
        displayed = bool(match["block"] or match["dollars"] or match["environment"])
        return _dollars(tex, displayed and not parent_tags & {"_inline", *_EMPHASIS, "a"})

    def convert_tex(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        """Moodle's element for a formula."""
        return _dollars(el.get_text(), displayed=False) or text

    def convert_math(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        """A formula in MathML: by the TeX that it names, or as text."""
        annotation = el.find("annotation", encoding=re.compile("tex", re.I))
        if annotation is not None and (formula := _dollars(annotation.get_text(), el.get("display") == "block")):
            return formula
        self._dropped.add("the layout of a formula in MathML")
        return text

    # Code

    def convert_pre(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        """A fence."""
        code = _code_of(el)
        code = code[1:] if el.get_text()[:1] == "\n" and isinstance(next(el.children, None), NavigableString) else code
        return _fence(code, _language(el)) if code.strip() else ""

    def convert_code(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        """A code span, or a fence for code of several lines."""
        if parent_tags & {"pre", "code"}:
            return text
        code = _code_of(el)
        inline = parent_tags & {"_inline", *_EMPHASIS, "a"}
        if not code.strip():
            return code
        if "\n" in code.strip("\n") and not inline:
            return _fence(code.strip("\n"), _language(el))
        if "\n" in code.strip("\n"):
            self._dropped.add("line breaks in code")
        return _span(" ".join(code.strip("\n").split("\n")))

    # Spans

    def _emphasized(self, el: Tag, text: str, parent_tags: set[str], symbol: str) -> str:
        if "_noformat" in parent_tags or not text.strip():
            return text
        inner = text.strip()
        start = text.index(inner)
        return text[:start] + symbol + inner + symbol + text[start + len(inner) :]

    def convert_b(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        """Strong text, once however deeply it is nested."""
        return text if "b" in parent_tags else self._emphasized(el, text, parent_tags, "**")

    def convert_i(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        """Emphasized text, once however deeply it is nested."""
        return text if "i" in parent_tags else self._emphasized(el, text, parent_tags, "*")

    def convert_s(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        """Text struck through, which the Markdown of courses has no markup for."""
        return text

    convert_del = convert_s

    def convert_q(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        """A quotation."""
        return f"“{text}”"

    def convert_sup(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        """A superscript in characters of Unicode, or as a formula."""
        return self._raised(el, text, parent_tags, SUPERSCRIPTS, "^")

    def convert_sub(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        """A subscript in characters of Unicode, or as a formula."""
        return self._raised(el, text, parent_tags, SUBSCRIPTS, "_")

    def _raised(self, el: Tag, text: str, parent_tags: set[str], characters: dict[str, str], operator: str) -> str:
        content = el.get_text().strip().replace("−", "-")
        if "_noformat" in parent_tags or not content:
            return text
        if set(content) <= set(characters):
            return "".join(characters[character] for character in content)
        if re.fullmatch(r"[\w+=(),./ -]+", content) and "_" not in content:
            return rf"${operator}{{{_upright(content)}}}${END}"
        self._dropped.add("the position of superscripts or subscripts")
        return text

    def convert_a(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        """A link."""
        target = str(el.get("href") or "").strip()
        if "_noformat" in parent_tags or not text.strip() or not target:
            return text
        if not markdown_parser().validateLink(target):
            self._dropped.add("a link to a script")
            return text
        target = _destination(self._address(target))
        inner = text.strip()
        start = text.index(inner)
        link = f"<{target}>" if inner.replace(MARK, "") == target and ":" in target else f"[{inner}]({target})"
        return text[:start] + link + text[start + len(inner) :]

    def convert_img(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        """An image, or the formula that Canvas shows as one."""
        if tex := el.get("data-equation-content"):
            return _dollars(str(tex), displayed=False)
        source = str(el.get("src") or "").strip()
        label = _mark(" ".join(str(el.get("alt") or "").split()))
        if not source or not markdown_parser().validateLink(source):
            self._dropped.add("an image without a file")
            return label
        return f"![{label}]({_destination(self._address(source))})"

    def convert_video(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        """A link to the recording."""
        source = el if el.get("src") else el.find("source", src=True)
        target = str(source["src"]) if isinstance(source, Tag) else ""
        self._dropped.add("a player")
        return f"[{el.name}]({_destination(self._address(target))})" if target else text

    convert_audio = convert_video

    # Blocks

    def convert_br(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        """A line break; two are the end of a paragraph; none at the end of a block."""
        if "_inline" in parent_tags:
            return " "
        if _is_break(_neighbour(el, forward=False)):
            return ""
        if not _is_break(_neighbour(el, forward=True)):
            return "\\\n"
        return "\\\n" if parent_tags & {*_EMPHASIS, "a", "span"} else "\n\n"

    def convert_dt(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        """A term: Markdown has no lists of them."""
        return f"\n\n{text.strip()}\n\n"

    convert_dd = convert_summary = convert_details = convert_figure = convert_address = convert_dt

    def convert_blockquote(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        """A quotation, unless it is empty."""
        quoted = str(super().convert_blockquote(el, text, parent_tags)) if text.strip() else ""
        return quoted if "_inline" in parent_tags or not quoted else f"\n{quoted}"

    def convert_td(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        """A cell."""
        return str(super().convert_td(el, re.sub(f"{MARK}?\\|", r"\\|", text), parent_tags))

    convert_th = convert_td


def _mark(text: str) -> str:
    return _SPECIAL.sub(lambda match: MARK + match[0], text)


def _dollars(tex: str, displayed: bool) -> str:
    """A formula in Markdown, or nothing if it cannot be one."""
    tex = " ".join(tex.split())
    sign = "$$" if displayed else "$"
    return f"{sign}{tex}{sign}{END}" if tex and _TEX.fullmatch(tex) else ""


def _upright(content: str) -> str:
    """What stands in a formula as it stands in text: words are not variables."""
    return rf"\text{{{content}}}" if re.search(r"[^\W\d_]{2}|\s", content) else content


def _code_of(el: Tag) -> str:
    parts = ["\n" if isinstance(part, Tag) else str(part) for part in el.descendants if _is_code_part(part)]
    return "".join(parts).replace("\xa0", " ")


def _is_code_part(part: Any) -> bool:
    return part.name == "br" if isinstance(part, Tag) else isinstance(part, NavigableString)


def _language(el: Tag) -> str:
    elements = [el, *el.find_all("code", limit=1), *(parent for parent in [el.parent] if parent is not None)]
    for element in elements:
        classes: Any = element.get("class") or []
        if match := _LANGUAGE.search(classes if isinstance(classes, str) else " ".join(classes)):
            return match[1].rstrip(";")
    return ""


def _longest_run(code: str) -> int:
    return max(map(len, re.findall("`+", code)), default=0)


def _fence(code: str, language: str) -> str:
    fence = "`" * max(3, _longest_run(code) + 1)
    return f"\n\n{fence}{language}\n{code.removesuffix(chr(10))}\n{fence}\n\n"


def _span(code: str) -> str:
    ticks = "`" * (_longest_run(code) + 1)
    padded = code.startswith("`") or code.endswith("`") or (code[0] == code[-1] == " " and code.strip())
    return f"{ticks} {code} {ticks}" if padded else ticks + code + ticks


def _destination(target: str) -> str:
    return re.sub(r"[\s()<>\\]", lambda match: f"%{ord(match[0]):02X}", target)


def _neighbour(el: Tag, forward: bool) -> Any:
    """The next sibling that shows something, or None."""
    for sibling in el.next_siblings if forward else el.previous_siblings:
        if isinstance(sibling, Tag) or str(sibling).strip():
            return sibling
    return None


def _is_break(el: Any) -> bool:
    return isinstance(el, Tag) and el.name == "br"


def _is_block(el: Any) -> bool:
    return isinstance(el, Tag) and el.name != "br" and bool(_LINES.fullmatch(el.name))


def _shown(marked: str) -> str:
    """The text that a page shows for Markdown."""
    return " ".join(BeautifulSoup(_rendered(marked), "html.parser").get_text().split())


def _rendered(marked: str) -> str:
    return str(markdown_parser(html=True).render(marked.replace(MARK, "\\")))


def _settle(marked: str) -> str:
    """Replace each mark by a backslash if the text would be shown differently without it, and remove it otherwise."""
    plain = marked.replace(MARK, "")
    if plain == marked:
        return plain
    wanted = _rendered(marked)
    if _rendered(plain) == wanted:
        return plain
    for line, character in _groups(marked):
        trial = _without(marked, line, character)
        if _rendered(trial) == wanted:
            marked = trial
    return marked.replace(MARK, "\\")


def _groups(marked: str) -> Iterable[tuple[int | None, str]]:
    """The candidates that are decided together, those of a character in a line: closing brackets first, so that it is
    the opening one that is escaped."""
    lines = marked.split("\n")
    marks = [(at, mark[1]) for at, line in enumerate(lines) for mark in re.findall(f"{MARK}.", line)]
    found = dict.fromkeys(sorted(marks, key=lambda group: (group[1] not in _CLOSING, group[0])))
    return found if len(found) <= _MAX_GROUPS else dict.fromkeys((None, character) for _, character in found)


def _without(marked: str, line: int | None, character: str) -> str:
    lines = marked.split("\n")
    return "\n".join(
        text.replace(MARK + character, character) if line is None or at == line else text
        for at, text in enumerate(lines)
    )
