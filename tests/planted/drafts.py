"""Questions before they are typeset: drawn from the templates, with keys that come from running them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from enum import Enum
from random import Random

from tests.planted.expressions import ARRAYS, GROUPS, TYPES, Expression
from tests.planted.observing import Fact, observe, raises
from tests.planted.programs import EXCEPTIONS, FALSEHOODS, PRINTING, RAISING, TRUTHS
from tests.planted.typography import folded

VARIABLES = [
    "x",
    "y",
    "z",
    "a",
    "b",
    "m",
    "data",
    "values",
    "numbers",
    "things",
    "result",
    "first",
    "second",
    "lst",
    "arr",
    "left",
    "right",
    "current",
    "box",
    "temp",
]
FUNCTIONS = ["f", "g", "func", "compute", "apply", "process", "helper", "mystery", "calc", "build", "transform"]
CLASSES = ["Dog", "Animal", "Point", "Shape", "Account", "Robot", "Box", "Node", "Car", "Player", "Book", "Parser"]
ATTRIBUTES = ["size", "level", "score", "speed", "value", "label", "height", "color"]
WORDS = [
    "apple",
    "bread",
    "chair",
    "delta",
    "eagle",
    "flame",
    "grape",
    "house",
    "igloo",
    "jolly",
    "knife",
    "lemon",
    "mango",
    "night",
    "ocean",
    "piano",
    "queen",
    "river",
    "stone",
    "tiger",
    "uncle",
    "violet",
    "water",
    "yellow",
    "python",
    "keras",
    "model",
    "batch",
    "epoch",
    "layer",
    "tensor",
    "train",
    "sample",
    "cherry",
    "copper",
    "silver",
    "garden",
    "window",
    "bottle",
    "market",
    "summer",
    "winter",
    "planet",
    "rocket",
    "carbon",
    "forest",
    "island",
    "jungle",
    "meadow",
    "valley",
]
FLOATS = ("2.7", "3.25", "4.75", "5.6", "6.2", "7.8", "9.3", "11.25", "12.6", "8.125")
_NAMES = re.compile(rf"\b({'|'.join([*VARIABLES, *FUNCTIONS, *CLASSES, *ATTRIBUTES])})\b")
BUILTIN_TYPES = ("int", "float", "str", "list", "tuple", "dict", "set", "bool", "NoneType")


class Form(Enum):
    """How an item is answered."""

    SINGLE = "single"
    SEVERAL = "several"
    STATEMENT = "true or false"
    SHORT = "short answer"
    NUMBER = "number"


class Written(Enum):
    """How the texts of the options are typeset."""

    VALUES = "values"
    EXACT = "values that differ in typography"
    CODE = "code"
    AS_IT_IS = "as it is"


@dataclass(frozen=True)
class DraftOption:
    """An option or an accepted answer, what it states, and whether the bank marks it."""

    text: str
    right: bool
    marked: bool
    fact: Fact | None = None
    """None for an option that is about the others, and for prose."""
    last: bool = False
    """Whether it stays below the others: *None of the above*."""

    @classmethod
    def of(cls, text: str, fact: Fact) -> DraftOption:
        return cls(text, fact.true, fact.true, fact)


@dataclass(frozen=True)
class Draft:
    """A question. Its options are in no order yet."""

    stem: str
    form: Form
    options: tuple[DraftOption, ...]
    code: str = ""
    written: Written = Written.VALUES
    transcript: bool = False
    spare: tuple[DraftOption, ...] = ()
    """Further options, right and wrong ones, for planting faults."""
    runs: bool = False
    """Whether the question expects that its snippet runs as it stands."""
    about_options: bool = False
    """Whether the options say what is asked: *Which of these is true?*"""
    template: str = ""

    @property
    def marked(self) -> tuple[DraftOption, ...]:
        return tuple(option for option in self.options if option.marked)

    @property
    def signature(self) -> str:
        """What is asked, apart from typography and names. Two items with equal ones could be called duplicates."""
        asked = self.code.replace("import numpy as np\n", "") + "".join(re.findall(r"`[^`]+`", self.stem))
        if self.about_options:
            asked += "|".join(sorted(option.text for option in self.options))
        return folded(renamed(asked)) or self.stem


def renamed(code: str) -> str:
    """The code with its variables, functions and classes numbered in the order in which they occur."""
    seen: dict[str, str] = {}
    return _NAMES.sub(lambda found: seen.setdefault(found[0], f"_{len(seen)}"), code)


class Unsuitable(Exception):
    """The draw makes no good question: another one is drawn."""


def names(random: Random) -> dict[str, str]:
    """Values for the placeholders of a template."""
    drawn = dict(zip("vwu", random.sample(VARIABLES, 3), strict=True))
    drawn |= dict(zip("abcde", map(str, random.sample(range(2, 20), 5)), strict=True))
    drawn |= dict(zip("str", random.sample(WORDS, 3), strict=True))
    drawn |= dict(zip("xy", random.sample(FLOATS, 2), strict=True))
    drawn |= {"k": str(random.randint(2, 4)), "n": str(random.randint(4, 8)), "i": str(random.randint(0, 2))}
    choices = {"f": FUNCTIONS, "C": CLASSES, "m": ATTRIBUTES}
    return drawn | {letter: random.choice(pool) for letter, pool in choices.items()}


def filled(text: str, values: dict[str, str]) -> str:
    return re.sub(r"\$([a-zA-Z])", lambda found: values[found[1]], text)


def expression(random: Random, pool: Iterable[Expression] | None = None) -> Expression:
    """A template of an expression with its placeholders filled."""
    drawn = random.choice(list(pool) if pool is not None else random.choice(GROUPS))
    values = names(random)
    mistaken = tuple(filled(each, values) for each in drawn.mistaken)
    equal = tuple(filled(each, values) for each in drawn.equal)
    return Expression(filled(drawn.setup, values), filled(drawn.expression, values), mistaken, equal)


def program(setup: str, last: str) -> str:
    """The statements and a last line, with NumPy imported if they use it."""
    code = f"{setup}\n{last}" if setup else last
    needs = "np." in code and "import numpy" not in code
    return f"import numpy as np\n{code}" if needs else code


def valued(setup: str, code: str) -> str:
    """A program that prints the value of an expression as the interpreter shows it."""
    return program(setup, f"print(repr({code}))")


def near(random: Random, text: str) -> str:
    """A text that a reader could take for this value."""
    numbers = list(re.finditer(r"(?<![a-zA-Z0-9])(?<!\.(?=\d{4}))\d+", text))
    if text in ("True", "False"):
        return random.choice([str(text == "False"), "None", "Error"])
    if truths := list(re.finditer(r"True|False", text)):
        found = random.choice(truths)
        return text[: found.start()] + str(found[0] == "False") + text[found.end() :]
    if text == "None":
        return random.choice(["0", "False", "[]", "''", "Error"])
    if numbers:
        found = random.choice(numbers)
        number = max(0, int(found[0]) + random.choice([-3, -2, -1, 1, 2, 3, 10]))
        return text[: found.start()] + str(number) + text[found.end() :]
    inner = re.search(r"[a-zA-Z]+", text)
    if not inner:
        return random.choice(["0", "None", "[0]", "Error"])
    word = inner[0]
    other = random.choice([word[::-1], word.upper(), word[1:], word * 2, word[:-1], word.capitalize()])
    return text[: inner.start()] + other + text[inner.end() :]


def slightly_other(text: str) -> list[str]:
    """Texts that differ from a value in what some typographies change: another type, quotes, brackets, spaces."""
    found = []
    if re.fullmatch(r"-?\d+", text):
        found += [f"{text}.0", f"[{text}]"]
    elif re.fullmatch(r"-?\d+\.0", text):
        found += [text[:-2]]
    elif re.fullmatch(r"\[[^\[\]\n]*, [^\[\]\n]*\]", text):
        found += [f"({text[1:-1]})", f"{{{text[1:-1]}}}"]
    elif re.fullmatch(r"[a-z]+", text):
        found += [f"'{text}'", f"['{text}']", " ".join(text)]
    elif text in ("True", "False"):
        found += [f"'{text}'"]
    return found


def different(texts: Iterable[str], from_these: Iterable[str]) -> list[str]:
    """Those that differ in every typography from the others and among each other."""
    seen = {folded(text) for text in from_these}
    kept = []
    for text in texts:
        if folded(text) and folded(text) not in seen:
            seen.add(folded(text))
            kept.append(text)
    return kept


def distractors(random: Random, right: str, mistaken: Iterable[str], count: int) -> list[str]:
    """Wrong values, the mistaken ones first, all different in every typography."""
    offered = [text for text in mistaken if text]
    offered += [near(random, random.choice([right, right, *offered])) for _ in range(30)]
    found = different((text for text in offered if text == text.strip()), [right])
    if len(found) < count:
        raise Unsuitable(right)
    return found[:count]


def values_draft(random: Random, stem: str, code: str, runs: str, right: str, mistaken: list[str]) -> Draft:
    """Single choice among values. `runs` is the program whose output is asked for."""
    wrong = distractors(random, right, mistaken, 6)
    slight = slightly_other(right)
    exact = bool(slight) and random.random() < 0.3
    count = random.choice([2, 3, 3, 3, 4])
    shown = wrong[:count]
    if exact:
        shown = [*slight[:2], *wrong][:count]
    elif right != "None" and random.random() < 0.2:
        shown[-1] = random.choice(["Error", "An error", "SyntaxError", "TypeError", "Nothing is printed"])
    spare = [text for text in wrong if text not in shown]
    of = {text: DraftOption.of(text, Fact(runs, text)) for text in [right, *shown, *spare]}
    options = [of[text] for text in [right, *shown]]
    if not exact and random.random() < 0.12:
        options, spare = with_none_of_the_above(random, options), []
    written = Written.EXACT if exact else Written.VALUES
    return Draft(
        stem, Form.SINGLE, tuple(options), code, written, spare=tuple(of[text] for text in spare), runs=bool(code)
    )


def with_none_of_the_above(random: Random, options: list[DraftOption]) -> list[DraftOption]:
    """The last distractor, or else the right option, becomes *None of the above*."""
    is_key = random.random() < 0.5
    kept = options[1:] if is_key else options[:-1]
    text = random.choice(["None of the above", "None of these", "none of the above."])
    return [*kept, DraftOption(text, is_key, is_key, last=True)]


PRINTS = (
    "What is the output of the following code?",
    "What does this code print?",
    "What will be printed?",
    "What will be the output of this program?",
    "Predict the output:",
    "Consider the following snippet. What does it output?",
    "What is printed when this runs?",
    "What gets printed to the console?",
)
EVALUATES = (
    "What does `{}` evaluate to?",
    "What is the value of `{}`?",
    "What is the result of `{}`?",
    "What does the expression `{}` return?",
    "`{}` gives:",
    "Evaluate `{}`.",
)
AFTERWARDS = (
    "After this code, what is the value of `{}`?",
    "What is `{}` once the code below has run?",
    "Given the code below, what does `{}` evaluate to?",
    "The following statements are executed. What is `{}` then?",
)
SHOWN = (
    "What does the interpreter display?",
    "What does Python show after the last line?",
    "What is echoed in the interactive shell?",
)


def value_of_expression(random: Random) -> Draft:
    """What an expression evaluates to: inline, after a snippet, or in a transcript."""
    drawn = expression(random)
    asked = valued(drawn.setup, drawn.expression)
    right = sound(observe(asked), asked)
    mistaken = [observe(valued(drawn.setup, each)) for each in drawn.mistaken]
    if not drawn.setup:
        stem, code = random.choice(EVALUATES).format(drawn.expression), ""
    elif right != "None" and random.random() < 0.3:
        stem, code = random.choice(SHOWN), f"{imported(random, drawn)}\n{drawn.expression}"
    else:
        stem, code = random.choice(AFTERWARDS).format(drawn.expression), imported(random, drawn)
    draft = values_draft(random, stem, code, asked, right, mistaken)
    if right[0] in "'\"" and draft.written is Written.EXACT:
        raise Unsuitable("quotes around a value are a matter of typography")
    return replace(draft, transcript=stem in SHOWN or (bool(code) and random.random() < 0.15))


def imported(random: Random, drawn: Expression) -> str:
    """The statements before an expression; as in many banks, the import of NumPy often goes without saying."""
    needs = drawn.uses_numpy and random.random() < 0.7
    return f"import numpy as np\n{drawn.setup}" if needs else drawn.setup


def sound(right: str, asked: str) -> str:
    """The observed text, if it can be the key of a question."""
    if not folded(right) or len(right) > 90 or raises(asked) or "<" in right or " at 0x" in right:
        raise Unsuitable(asked)
    return right


def printed(random: Random) -> tuple[str, str, list[str]]:
    """A program, its output, and what people take its output for."""
    if random.random() < 0.5:
        drawn = expression(random)
        ways = [program(drawn.setup, f"print({each})") for each in (drawn.expression, *drawn.mistaken)]
    else:
        values = names(random)
        code, mistaken = random.choice(PRINTING)
        ways = [filled(each, values) for each in (code, *mistaken)]
    return ways[0], sound(observe(ways[0]), ways[0]), [observe(way) for way in ways[1:]]


def output_of_program(random: Random) -> Draft:
    code, right, mistaken = printed(random)
    return values_draft(random, random.choice(PRINTS), code, code, right, mistaken)


def output_by_hand(random: Random) -> Draft:
    """Type what is printed, or the number."""
    code, right, mistaken = printed(random)
    if "\n" in right or len(right) > 30 or raises(code):
        raise Unsuitable(code)
    numeric = re.fullmatch(r"-?\d+(\.\d+)?", right)
    form = Form.NUMBER if numeric and random.random() < 0.7 else Form.SHORT
    wrong = distractors(random, right, [text for text in mistaken if "\n" not in text], 3)
    if form is Form.NUMBER:
        wrong = [text for text in wrong if re.fullmatch(r"-?\d+(\.\d+)?", text) and float(text) != float(right)]
    spare = tuple(DraftOption.of(text, Fact(code, text)) for text in wrong)
    if not spare:
        raise Unsuitable(code)
    key = DraftOption.of(right, Fact(code, right))
    stem = random.choice(PRINTS)
    stem = stem if random.random() < 0.5 else f"{stem} Type your answer."
    return Draft(stem, form, (key,), code, Written.VALUES, spare=spare, runs=True)


def type_of_expression(random: Random) -> Draft:
    drawn = expression(random, TYPES if random.random() < 0.4 else None)
    inner = re.fullmatch(r"type\((.*)\)\.__name__", drawn.expression)
    asked = inner[1] if inner else drawn.expression
    runs = program(drawn.setup, f"print(type({asked}).__name__)")
    right = sound(observe(runs), runs)
    if right not in (*BUILTIN_TYPES, "ndarray"):
        raise Unsuitable(right)
    wrong = random.sample([name for name in BUILTIN_TYPES if name != right], 5)
    frame = "<class '{}'>" if right != "ndarray" and random.random() < 0.3 else "{}"
    options = [DraftOption.of(frame.format(name), Fact(runs, name)) for name in (right, *wrong)]
    stem = random.choice(["What is the type of `{}`?", "Which type does `{}` have?", "`{}` is of which data type?"])
    code = imported(random, drawn)
    if code:
        stem += " The code before it is:"
    written = Written.CODE if frame != "{}" else Written.AS_IT_IS
    shown, spare = options[:4], options[4:]
    return Draft(stem.format(asked), Form.SINGLE, tuple(shown), code, written, spare=tuple(spare), runs=bool(code))


def shape_of_array(random: Random) -> Draft:
    drawn = expression(random, ARRAYS)
    runs = program(drawn.setup, f"print(np.shape({drawn.expression}))")
    right = sound(observe(runs), runs)
    sides = re.findall(r"\d+", right)
    if not sides or "shape" in drawn.expression:
        raise Unsuitable(right)
    swapped = f"({', '.join(reversed(sides))})" if len(sides) > 1 else f"(1, {sides[0]})"
    offered = [swapped, f"({sides[0]}, 1)", f"({sides[-1]},)", "(1,)", "(2, 3)", "(3, 2)", "(4,)", "(2, 2, 1)", "(6,)"]
    wrong = different(offered, [right])
    options = [DraftOption.of(text, Fact(runs, text)) for text in (right, *wrong[:5])]
    stem = random.choice(["What is the shape of `{}`?", "Which shape does `{}` have?", "What is `({}).shape`?"])
    written = random.choice([Written.AS_IT_IS, Written.EXACT])
    return Draft(
        stem.format(drawn.expression),
        Form.SINGLE,
        tuple(options[:4]),
        imported(random, drawn),
        written,
        spare=tuple(options[4:]),
        runs=bool(drawn.setup),
    )


def statement(random: Random) -> Draft:
    """True or false: that a snippet prints a text, or that an expression has a value."""
    if random.random() < 0.5:
        code, right, mistaken = printed(random)
        runs, stem = code, random.choice(["This code prints `{}`.", "The output of the code below is `{}`."])
    else:
        drawn = expression(random)
        runs = valued(drawn.setup, drawn.expression)
        right = sound(observe(runs), runs)
        mistaken = [observe(valued(drawn.setup, each)) for each in drawn.mistaken]
        code = imported(random, drawn) if drawn.setup else ""
        verb = random.choice(["evaluates to", "gives", "returns"])
        stem = f"{'After this code, ' if code else ''}`{drawn.expression}` {verb} `{{}}`."
    stated = right if random.random() < 0.5 else distractors(random, right, mistaken, 1)[0]
    if "\n" in stated or "`" in stated:
        raise Unsuitable(stated)
    lead = random.choice(["", "", "True or false: ", "True or False? "])
    options = tuple(DraftOption.of(str(holds), Fact(runs, stated, holds)) for holds in (True, False))
    stem = lead + stem.replace("{}", stated)
    return Draft(stem, Form.STATEMENT, options, code, Written.AS_IT_IS, runs=bool(code))


WHICH_GIVES = (
    "Which expression evaluates to `{}`?",
    "Which of the following gives `{}`?",
    "Which of these returns `{}`?",
    "How do you get `{}`?",
)


def code_options(drawn: Expression, target: str) -> tuple[list[DraftOption], list[DraftOption]]:
    """Expressions that have the target as their value, and others that have not."""
    same = [drawn.expression, *drawn.equal]
    facts = {each: Fact(valued(drawn.setup, each), target) for each in (*same, *drawn.mistaken)}
    right = [DraftOption.of(each, fact) for each, fact in facts.items() if fact.true]
    wrong = [
        DraftOption.of(each, fact)
        for each, fact in facts.items()
        if not fact.true and folded(observe(fact.program)) != folded(target)
    ]
    return right, wrong


def code_for_value(random: Random) -> Draft:
    """Which code has a value; sometimes all that have, or the one that has not."""
    drawn = expression(random)
    asked = valued(drawn.setup, drawn.expression)
    target = sound(observe(asked), asked)
    if "\n" in target or "`" in target:
        raise Unsuitable(target)
    right, wrong = code_options(drawn, target)
    if len(wrong) < 2 or right[0].text != drawn.expression:
        raise Unsuitable(drawn.expression)
    stem, code = random.choice(WHICH_GIVES).format(target), imported(random, drawn) if drawn.setup else ""
    if code:
        stem = f"Given this code: {stem[0].lower()}{stem[1:]}"
    if len(right) > 1 and random.random() < 0.4:
        many = f"{stem} Select all that apply."
        return Draft(
            many,
            Form.SEVERAL,
            (*right[:2], *wrong[:3]),
            code,
            Written.CODE,
            spare=tuple(right[2:]),
            runs=bool(code),
            about_options=True,
        )
    return Draft(
        stem,
        Form.SINGLE,
        (right[0], *wrong[:3]),
        code,
        Written.CODE,
        spare=(*right[1:], *wrong[3:]),
        runs=bool(code),
        about_options=True,
    )


def true_or_false_pool(random: Random) -> Draft:
    """Which of these is true, is false, or are true."""
    values = names(random)
    true = [filled(random.choice(row), values) for row in TRUTHS]
    false = [filled(random.choice(row), values) for row in FALSEHOODS]
    asked = random.choice(["True", "True", "False", "not True", "all"])
    wanted = "True" if asked == "all" else asked.removeprefix("not ")
    stems = {
        "True": ["Which expression is `True`?", "Which of the following evaluates to `True`?"],
        "False": ["Which expression is `False`?", "Which of the following evaluates to `False`?"],
        "not True": ["Which expression is NOT `True`?", "Which of these does **not** evaluate to `True`?"],
        "all": ["Which expressions are `True`? Select all.", "Mark each expression that evaluates to `True`."],
    }

    def option(text: str) -> DraftOption:
        return DraftOption.of(text, Fact(f"print({text})", wanted, not asked.startswith("not ")))

    right, wrong = (true, false) if asked in ("True", "all") else (false, true)
    count = 2 if asked == "all" else 1
    return Draft(
        random.choice(stems[asked]),
        Form.SEVERAL if asked == "all" else Form.SINGLE,
        tuple(map(option, [*right[:count], *wrong[: 4 - count]])),
        written=Written.CODE,
        spare=tuple(map(option, [*right[count:], *wrong[4 - count :]])),
        about_options=True,
    )


def statements_about_code(random: Random) -> Draft:
    """Which statement about a snippet is true: each is about an expression of its own."""
    drawn = expression(random)
    if not drawn.setup:
        raise Unsuitable("nothing to state")
    stated = []
    for each in (drawn.expression, *drawn.mistaken, *drawn.equal):
        runs = valued(drawn.setup, each)
        if not raises(runs) and "\n" not in observe(runs) and "<" not in observe(runs):
            stated.append((each, runs, observe(runs)))
    if len(stated) < 3:
        raise Unsuitable(drawn.setup)

    def option(each: str, runs: str, value: str) -> DraftOption:
        return DraftOption.of(f"`{each}` {verb} `{value}`", Fact(runs, value))

    verb = random.choice(["is", "equals", "evaluates to"])
    true = [option(*each) for each in stated]
    false = [option(each, runs, distractors(random, value, [], 1)[0]) for each, runs, value in stated]
    several = random.random() < 0.4
    count = 2 if several else 1
    stem = random.choice(["Which statement is true?", "Which statement about the code is correct?"])
    if several:
        stem = random.choice(["Which statements are true?", "Select all true statements about this code."])
    return Draft(
        stem,
        Form.SEVERAL if several else Form.SINGLE,
        (*true[:count], *false[count:4]),
        imported(random, drawn),
        Written.AS_IT_IS,
        spare=(*true[count:], *false[:count]),
        runs=True,
        about_options=True,
    )


RAISES = (
    "Which exception does this code raise?",
    "What error is raised?",
    "This code fails. With which exception?",
    "Running the code below raises:",
)


def exception_raised(random: Random) -> Draft:
    """Which exception, or that there is one: code that fails deliberately."""
    code = filled(random.choice(RAISING), names(random))
    raised = observe(code)
    if not re.fullmatch(r"\w+", raised) or not raises(code):
        raise Unsuitable(code)
    if random.random() < 0.45:
        return error_among_outputs(random, code, raised)
    wrong = [name for name in random.sample(EXCEPTIONS, 7) if not related(name, raised)]
    frame = random.choice(["{}", "`{}`", "The code raises {}", "{} is raised"])
    options = [DraftOption.of(frame.format(name), Fact(code, name)) for name in (raised, *wrong)]
    if random.random() < 0.3:
        options.insert(3, DraftOption("No exception is raised", False, False))
    return Draft(
        random.choice(RAISES),
        Form.SINGLE,
        tuple(options[:4]),
        code,
        Written.AS_IT_IS,
        spare=tuple(option for option in options[4:] if option.fact),
    )


def related(one: str, other: str) -> bool:
    """Whether an exception is of the other's class too, so that both options could be called right."""
    pairs = {"NameError": {"UnboundLocalError"}, "LookupError": {"KeyError", "IndexError"}}
    pairs |= {"ImportError": {"ModuleNotFoundError"}, "ValueError": {"UnicodeDecodeError"}}
    return one == other or other in pairs.get(one, ()) or one in pairs.get(other, ())


def error_among_outputs(random: Random, code: str, raised: str) -> Draft:
    """What is printed, where the right option is the error."""
    names_it = random.random() < 0.5
    frames = [raised, f"`{raised}`", f"It raises {raised}", f"{raised} is raised"]
    frames = frames if names_it else ["Error", "An error", "The code raises an error", "It throws an exception"]
    shown = re.findall(r"\d+|'[a-z]+'", code) or ["None"]
    wrong = different([*shown, "None", "0", "[]", "''"], [raised])[:4]
    key = DraftOption(random.choice(frames), True, True, Fact(code, raised))
    both = "An exception is raised" if names_it else raised
    return Draft(
        random.choice(PRINTS),
        Form.SINGLE,
        (key, *(DraftOption.of(text, Fact(code, text)) for text in wrong[:3])),
        code,
        Written.AS_IT_IS,
        spare=(DraftOption(both, True, True, Fact(code, raised)), DraftOption.of("-1", Fact(code, "-1"))),
    )


def code_that_raises(random: Random) -> Draft:
    """Which of these snippets raises an exception of a class."""
    values = names(random)
    codes = [filled(code, values) for code in random.sample(RAISING, 8)]
    right = codes[0]
    target = observe(right)
    wrong = [code for code in codes[1:] if not related(observe(code), target)][:3]
    stem = random.choice(["Which of these raises `{}`?", "Which snippet ends with `{}`?"]).format(target)
    if len(wrong) < 3:
        raise Unsuitable(target)
    options = tuple(DraftOption.of(code, Fact(code, target)) for code in (right, *wrong))
    return Draft(stem, Form.SINGLE, options, written=Written.CODE, about_options=True)


BUILDERS: tuple[tuple[Callable[[Random], Draft], int], ...] = (
    (value_of_expression, 24),
    (output_of_program, 26),
    (output_by_hand, 10),
    (type_of_expression, 5),
    (shape_of_array, 4),
    (statement, 10),
    (code_for_value, 10),
    (true_or_false_pool, 6),
    (statements_about_code, 6),
    (exception_raised, 8),
    (code_that_raises, 2),
)
"""Each with its weight, roughly as frequent as in public banks."""


def draw(random: Random) -> Draft:
    """A sound draft: exactly what is right is marked."""
    builders, weights = zip(*BUILDERS, strict=True)
    while True:
        build = random.choices(builders, weights)[0]
        try:
            draft = build(random)
        except Unsuitable:
            continue
        if is_sound(draft):
            return replace(draft, template=build.__name__)


def is_sound(draft: Draft) -> bool:
    """Whether a single choice has one right option, and no two options are alike."""
    right = sum(option.right for option in draft.options)
    texts = [option.text for option in draft.options]
    apart = [folded(text) for text in texts] if draft.written is Written.VALUES else texts
    wanted = right >= 1 if draft.form in (Form.SEVERAL, Form.SHORT) else right == 1
    return wanted and len(set(apart)) == len(texts)
