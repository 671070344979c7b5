"""How people write values and code: quotes, spaces, brackets, arrays, fences and prompts."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from random import Random

Style = Callable[[Random, str], str]
"""Writes the raw text of a value, as Python prints it, in the way of some authors."""

_NUMPY_SCALAR = re.compile(r"np\.\w+\(([^()]*)\)")
_SET = re.compile(r"^\{([^:{}]+)\}$")
_WHOLE_FLOAT = re.compile(r"(?<![\w.])(\d+)\.0(?!\d)")


def folded(text: str) -> str:
    """The text without everything that some style changes. Options that differ in it differ in every typography."""
    text = _NUMPY_SCALAR.sub(r"\1", text).replace("np.True_", "True").replace("np.False_", "False")
    text = _WHOLE_FLOAT.sub(r"\1", text.replace("array", "").replace("−", "-"))
    text = re.sub(r"(\d)\.(?!\d)", r"\1", text)
    if found := _SET.match(text):
        text = ",".join(sorted(part.strip() for part in found[1].split(",")))
    return re.sub(r"[\s'\"‘’“”`,()\[\]{}]", "", text)


def plain(random: Random, text: str) -> str:
    return text


def span(random: Random, text: str) -> str:
    return f"`{text}`" if "\n" not in text and "`" not in text else fence(random, text)


def fence(random: Random, text: str) -> str:
    return f"```\n{text}\n```"


def smart_quotes(random: Random, text: str) -> str:
    return re.sub(r"\"([^\"]*)\"", r"“\1”", re.sub(r"'([^']*)'", r"‘\1’", text))


def double_quotes(random: Random, text: str) -> str:
    return text.replace("'", '"')


def unquoted(random: Random, text: str) -> str:
    return re.sub(r"['\"]", "", text)


def tight(random: Random, text: str) -> str:
    return re.sub(r"([,:]) +", r"\1", text) if re.search(r"[\[({]", text) else text


def airy(random: Random, text: str) -> str:
    return re.sub(r"([\[({])(?=[^\s\])}])", r"\1 ", re.sub(r"(?<=[^\s\[({])([\])}])", r" \1", text))


def whole_floats(random: Random, text: str) -> str:
    return _WHOLE_FLOAT.sub(r"\1", text)


def shuffled_set(random: Random, text: str) -> str:
    found = _SET.match(text)
    if not found:
        return text
    parts = [part.strip() for part in found[1].split(",")]
    return "{" + ", ".join(random.sample(parts, len(parts))) + "}"


def array_spaces(random: Random, text: str) -> str:
    """`array([1 2])`, as many people write it and no Python prints it."""
    if text.startswith("array("):
        return re.sub(r",\s*", " ", text) if random.random() < 0.5 else re.sub(r"\s+", " ", text[6:-1])
    if re.fullmatch(r"\[[\d.\s\[\]-]+\]", text):
        return re.sub(r"(?<=[\d.\]])\s+(?=[\d\[-])", ", ", text)
    return text


def numpy_1(random: Random, text: str) -> str:
    return _NUMPY_SCALAR.sub(r"\1", text).replace("np.True_", "True").replace("np.False_", "False")


def one_line(random: Random, text: str) -> str:
    return random.choice([" ", "<br>", ", "]).join(text.split("\n")) if "\n" in text else text


def minus_sign(random: Random, text: str) -> str:
    return re.sub(r"(?<![\w.])-(?=\d)", "−", text)


def echoed(random: Random, text: str) -> str:
    """As a notebook shows a value."""
    return f"`Out[1]: {text}`"


def prompt_echoed(random: Random, text: str) -> str:
    """As the interpreter shows it, with the next prompt."""
    return fence(random, f"{text}\n>>>")


def result_sentence(random: Random, text: str) -> str:
    return f"The result is {span(random, text)}"


def answer_sentence(random: Random, text: str) -> str:
    return f"It is {text}"


LOOSE: tuple[Style, ...] = (
    smart_quotes,
    double_quotes,
    unquoted,
    tight,
    airy,
    whole_floats,
    shuffled_set,
    array_spaces,
    minus_sign,
)
"""They change what people overlook. Each is for whole items, whose options stay different."""
SENTENCES: tuple[Style, ...] = (echoed, prompt_echoed, result_sentence, answer_sentence)
_MARKUP = re.compile(r"[*_<>\\#|~&]|^[-+] |^\d+[.)]( |$)", re.M)


def framed(random: Random, texts: list[str], exact: bool) -> list[str]:
    """The values of one item in code spans, fences, sentences, or as they are if Markdown leaves them alone."""
    if any("\n" in text for text in texts):
        frame = fence if exact or random.random() < 0.5 or any(map(_MARKUP.search, texts)) else one_line
    elif any(map(_MARKUP.search, texts)):
        frame = span
    elif not exact and random.random() < 0.12 and not re.search(r"rror|othing", " ".join(texts)):
        frame = random.choice(SENTENCES)
    else:
        frame = random.choice([plain, span])
    separated = random.getrandbits(32)
    return [frame(Random(separated), text) for text in texts]


def typeset(random: Random, texts: list[str], exact: bool) -> list[str]:
    """Write the values of one item in one typography; `exact` keeps all that distinguishes them."""
    if exact:
        return framed(random, texts, exact)
    styles: list[Style] = [numpy_1] if random.random() < 0.7 else []
    styles += random.sample(LOOSE, random.choice([0, 1, 1, 2]))
    for style in styles:
        written = [style(random, text) for text in texts]
        if len(set(map(folded, written))) == len(set(map(folded, texts))):
            texts = written
    return framed(random, texts, exact)


def lettered(texts: list[str]) -> list[str]:
    """`A) 6`, as banks that were typed contain it."""
    return [f"{chr(65 + at)}) {text}" for at, text in enumerate(texts)]


def prompted(code: str) -> str:
    """The code as a transcript of the interpreter."""
    lines = []
    for at, line in enumerate(code.split("\n")):
        inner = at > 0 and (not line or line[0] in " )]}" or line.startswith(("else", "elif", "except", "finally")))
        lines.append(f"{'...' if inner else '>>>'} {line}".rstrip())
    return "\n".join(lines)


def laid_out(random: Random, code: str, transcript: bool) -> tuple[str, str]:
    """Put a snippet below a question: the Markdown that is appended to its text, and the code that stands apart."""
    if transcript:
        code = prompted(code)
    ways = ["```python", "```python", "```py", "```", "~~~", "indented", "pre", "apart", "one line", "bare"]
    way = random.choice(ways)
    if way == "one line" and "\n" not in code:
        return f" `{code}`", ""
    if way == "apart" and not transcript:
        return "", code
    if way == "pre":
        return f"\n\n<pre>{html.escape(code, quote=False)}</pre>", ""
    if way == "indented":
        return "\n\n" + "\n".join(f"    {line}".rstrip() for line in code.split("\n")), ""
    if way == "bare" and not transcript and not re.search(r"[*_<#`]|\n\s|\n\n", code):
        return f"\n\n{code}", ""
    mark = way if way[0] in "`~" else "```python"
    return f"\n\n{mark}\n{code}\n{mark[:3]}", ""
