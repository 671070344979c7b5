"""Items that look faulty and are not. A program that takes them for plain questions about Python accuses falsely.

`<<…>>` stands for what the expression prints. Placeholders are as in expressions.
"""

# ruff: noqa: E501 - a table is read by its rows

from __future__ import annotations

import re
from dataclasses import dataclass
from random import Random

from tests.planted.drafts import Draft, DraftOption, Form, Unsuitable, Written, filled, is_sound, names
from tests.planted.observing import Fact, observe


@dataclass(frozen=True)
class Trap:
    """A question, its snippet of Python if it has one, its right options, and its wrong ones."""

    name: str
    stem: str
    code: str
    right: tuple[str, ...]
    wrong: tuple[str, ...]
    proved: bool = False
    """Whether the right option is what the snippet, run as it stands, prints."""


T = Trap

# fmt: off
TRAPS = (
    # Other languages and older versions.
    T("python 2", "In Python 2, what does the following print?", "print $a / $k", ("<<$a // $k>>",), ("<<$a / $k + 0.25>>", "<<$a % $k + 11>>", "A syntax error")),
    T("python 2", "In Python 2.7, what is the type of `range($n)`?", "", ("list",), ("range", "tuple", "generator")),
    T("python 2", "What did `{'$s': $a}.has_key('$s')` return in Python 2?", "", ("True",), ("False", "$a", "AttributeError")),
    T("java", "What does this Java program print?\n\n```java\nint x = $a;\nSystem.out.println(x / $k);\n```", "", ("<<$a // $k>>",), ("<<$a / $k + 0.25>>", "<<$a + $k>>", "<<$k + 21>>")),
    T("javascript", "What does this JavaScript log?\n\n```js\nconsole.log('$a' + $b)\n```", "", ("$a$b",), ("<<$a + $b>>", "NaN", "TypeError")),
    T("javascript", "In JavaScript, what is `typeof [$a]`?", "", ("object",), ("array", "list", "undefined")),
    T("c", 'What does this C program print?\n\n```c\nprintf("%d", $a / $k);\n```', "", ("<<$a // $k>>",), ("<<$a / $k + 0.25>>", "%d", "<<$a + 20>>")),
    T("r", "In R, what is `x[1]` after `x <- c($a, $b, $c)`?", "", ("$a",), ("$b", "$c", "An error")),
    T("matlab", "In MATLAB, `v = [$a $b $c]`. What is `v(1)`?", "", ("$a",), ("$b", "$c", "An error")),
    T("sql", "What does this query return for a table with $a rows?\n\n```sql\nSELECT COUNT(*) FROM $s\n```", "", ("$a",), ("<<$a + 1>>", "0", "All rows")),
    T("shell", "What does this shell command print?\n\n```\necho $(($a / $k))\n```", "", ("<<$a // $k>>",), ("<<$a / $k + 0.25>>", "$a / $k", "Nothing")),
    T("pseudo code", "What does this pseudo code print?\n\n```\nSET x TO $a\nREPEAT $k TIMES\n    x ← x + 1\nPRINT x\n```", "", ("<<$a + $k>>",), ("$a", "<<$a + $k + 1>>", "<<$a * $k + 50>>")),
    T("pseudo code", "An algorithm in pseudo code:\n\n    x ← $a\n    while x > 0 do\n        x ← x − 1\n    end while\n    output x\n\nWhat is its output?", "", ("0",), ("1", "$a", "-1")),
    # Deliberately broken, or incomplete.
    T("syntax error", "What happens when this code is run?", "for $v in range($n)\n    print($v)", ("A syntax error",), ("<<*range($n)>>", "<<*range(1, $n)>>", "Nothing is printed")),
    T("syntax error", "What is the output of this code?", "if $a = $b:\n    print('$s')", ("SyntaxError",), ("$s", "Nothing", "False")),
    T("syntax error", "What is wrong with this code?", "def $f($v)\n    return $v", ("A colon is missing",), ("`return` needs parentheses", "The function is not called", "Nothing")),
    T("syntax error", "Which line contains an error?", "$v = $a\nprint($v\n$w = $b", ("Line 2",), ("Line 1", "Line 3", "None of them")),
    T("indentation", "Why does this code not run?", "def $f():\nprint('$s')", ("The body is not indented",), ("The function has no arguments", "print needs two arguments", "`$s` is not defined")),
    T("name error", "What is the result of running this?", "print($v)\n$v = $a", ("NameError",), ("$a", "None", "0")),
    T("error", "What is the output?", "print('$s' + $a)", ("Error",), ("$s$a", "$s $a", "<<'$s' * 2>>")),
    T("error", "What does this code print?", "$v = ($a, $b)\n$v[0] = $c\nprint($v)", ("It does not print anything: an error occurs",), ("($c, $b)", "($a, $b)", "[$c, $b]")),
    T("error", "Find the output:", "print([$a, $b][2])", ("An exception",), ("$a", "$b", "None")),
    T("blank", "What must replace the blank so that the code prints <<$a * $k>>?", "print($a ___ $k)", ("`*`",), ("`+`", "`//`", "`-`")),
    T("blank", "Fill in the blank so that the loop prints 0 to <<$n - 1>>.", "for $v in ______:\n    print($v)", ("range($n)",), ("range(1, $n)", "range(<<$n - 1>>)", "<<$n - 1>>")),
    T("blank", "Which method fits in the gap, so that $a is appended?", "$v = [$b]\n$v.<...>($a)", ("append",), ("push", "add", "insert")),
    T("elided", "Function `$f` returns the larger of its two arguments. What does `$f($a, $b)` return?", "def $f($v, $w):\n    ...", ("<<max($a, $b)>>",), ("<<min($a, $b)>>", "None", "<<$a + $b + 1>>")),
    T("elided", "`$f` has been written elsewhere and returns twice its argument. What is printed?", "print($f($a))", ("<<2 * $a>>",), ("$a", "<<2 * $a + 1>>", "None")),
    # What the snippet needs stands in the prose.
    T("context in prose", "Suppose that `$v` is $a. What does this print?", "print($v + $k)", ("<<$a + $k>>",), ("$a", "<<$a * $k + 60>>", "$v$k")),
    T("context in prose", "A list `$v` contains the numbers $a, $b and $c. What is `$v[1]`?", "", ("$b",), ("$a", "$c", "An IndexError")),
    T("context in prose", "`df` is a DataFrame with $a rows and $k columns. What does `df.shape` return?", "", ("($a, $k)",), ("($k, $a)", "<<$a * $k + 70>>", "$a")),
    T("input", "The user types $a. What does the program print?", "$v = input()\nprint($v * 2)", ("$a$a",), ("<<$a * 2>>", "TypeError", "$a 2")),
    T("input", "What is printed if the input is $a?", "$v = int(input())\nprint($v + $b)", ("<<$a + $b>>",), ("$a$b", "<<$a - $b - 90>>", "An error")),
    T("file", "The file `$s.txt` contains $n lines. What does this print?", "with open('$s.txt') as file:\n    print(len(file.readlines()))", ("$n",), ("<<$n + 1>>", "<<$n - 1>>", "0")),
    T("argument", "The script is called with `python $s.py $a $b`. What does it print?", "import sys\nprint(len(sys.argv))", ("3",), ("2", "1", "<<$a + $b + 3>>")),
    # About something else than the output as a whole.
    T("after a step", "What is `$v` after the second pass of the loop?", "$v = 0\nfor $w in [$a, $b, $c]:\n    $v += $w", ("<<$a + $b>>",), ("<<$a + $b + $c>>", "$a", "0")),
    T("after a line", "What is the value of `$v` after line 2 has run?", "$v = $a\n$v = $v + $b\n$v = $v * $k", ("<<$a + $b>>",), ("$a", "<<($a + $b) * $k>>", "$b")),
    T("second line", "What does the second call of `print` print?", "print('$s')\nprint('$t')\nprint('$r')", ("$t",), ("$s", "$r", "$s$t")),
    T("count", "How many lines does this print?", "for $v in range($n):\n    print('$s')", ("$n",), ("<<$n - 1>>", "<<$n + 1>>", "1")),
    T("count", "How often is the body of the loop run?", "$v = $a\nwhile $v > 0:\n    $v -= 1", ("$a",), ("<<$a - 1>>", "<<$a + 1>>", "Forever")),
    T("count", "How many times is `$f` called?", "def $f($v):\n    return 0 if $v == 0 else $f($v - 1)\n\n$f($n)", ("<<$n + 1>>",), ("$n", "<<$n - 1>>", "1")),
    T("first character", "What is the first character of the output?", "print('$s'.upper())", ("<<'$s'[0].upper()>>",), ("<<'$s'[0]>>", "<<'$s'[-1].upper()>>", "<<'$s'[1].upper()>>")),
    T("complexity", "What is the time complexity of this loop, with n the length of `$v`?", "$v = [$a, $b, $c]\nfor p in $v:\n    for q in $v:\n        print(p, q)", ("O(n²)",), ("O(n)", "O(log n)", "O(1)")),
    T("purpose", "What does this code compute?", "$v = [$a, $b, $c]\nprint(sum($v) / len($v))", ("The mean of the list",), ("The sum of the list", "The median of the list", "The length of the list")),
    T("purpose", "What is the purpose of this function?", "def $f($v):\n    return $v[::-1] == $v", ("It checks for palindromes",), ("It reverses a string", "It copies a string", "It compares two strings")),
    T("style", "Which is the most readable way to test whether the list `$v` is empty?", "", ("`if not $v:`",), ("`if len($v) == 0:`", "`if $v == []:`", "`if bool($v) is False:`")),
    T("endless", "What happens here?", "$v = $a\nwhile $v > 0:\n    $v += 1", ("The loop never ends",), ("It prints $a", "It ends after $a passes", "An exception is raised")),
    # Chance, time and order, where the key does not depend on them.
    T("possible outcome", "Which of these can be printed?", "import random\nprint(random.randint(1, $k))", ("<<$k - 1>>",), ("0", "<<$k + 1>>", "<<$k + 2>>")),
    T("range of chance", "Which numbers can `random.randrange($n)` return?", "", ("0 to <<$n - 1>>",), ("1 to $n", "0 to $n", "1 to <<$n - 1>>")),
    T("seeded", "What does this print?", "import random\nrandom.seed($a)\n$v = random.randint(1, 1000)\nrandom.seed($a)\nprint($v == random.randint(1, 1000))", ("True",), ("False", "None", "It depends on the run"), True),
    T("chance without effect", "What is the output?", "import random\nprint(random.choice([$a, $a, $a]))", ("$a",), ("<<$a * 3>>", "0", "It cannot be predicted"), True),
    T("shape of chance", "What does the code print?", "import numpy as np\nprint(np.random.rand($k, $n).shape)", ("($k, $n)",), ("($n, $k)", "<<$k * $n>>", "$n"), True),
    T("unpredictable", "What does this print?", "import random\nprint(random.random() < 0.5)", ("True or False, by chance",), ("Always True", "Always False", "An error")),
    T("fixed date", "What is printed?", "from datetime import date\nprint(date(2020, $k, $n).month)", ("$k",), ("$n", "<<$k + 20>>", "0$k"), True),
    T("identity", "What does this print?", "$v = [$a, $b]\n$w = $v\nprint(id($v) == id($w))", ("True",), ("False", "None", "An address"), True),
    T("set order", "What is the output?", "print({'$s', '$t', '$s'})", ("{'$t', '$s'}",), ("{'$s'}", "{'$s', '$t', '$s'}", "['$s', '$t']")),
    T("set order", "Which set results?", "$v = {'$s', '$t'}\n$v.discard('$s')\n$v.add('$r')\nprint($v)", ("{$t, $r}",), ("{$s, $t, $r}", "{$s, $t}", "{$r}")),
    T("dict order", "What does this print?", "$v = {'$s': $a}\n$v['$t'] = $b\nprint($v)", ("{'$t': $b, '$s': $a}",), ("{'$s': $a}", "{'$t': $b}", "{'$s': $b, '$t': $a}")),
    T("address", "What does this print?", "class $C:\n    pass\n\nprint($C())", ("`<__main__.$C object at 0x7f1$kb4d2e0>`",), ("`$C`", "`None`", "`<class '__main__.$C'>`")),
    T("sorted set", "What is printed?", "print(sorted({'$s', '$t', '$r'})[0])", ("<<sorted({'$s', '$t', '$r'})[0]>>",), ("<<sorted({'$s', '$t', '$r'})[1]>>", "<<sorted({'$s', '$t', '$r'})[2]>>", "It depends on the run"), True),
    # Fine distinctions.
    T("types", "What does this print?", "print($a / $a + $k)", ("<<float($k + 1)>>",), ("<<$k + 1>>", "<<$k>>", "<<$k>>.0"), True),
    T("types", "What is the exact output?", "print($a * $k, $a / 1)", ("<<$a * $k>> $a.0",), ("<<$a * $k>> $a", "<<$a * $k>>.0 $a.0", "<<$a * $k>>, $a.0"), True),
    T("quotes", "What is displayed at the prompt?", ">>> '$s'", ("`'$s'`",), ("`$s`", "`\"'$s'\"`", "Nothing")),
    T("brackets", "What does this print?", "print([$a, $b], ($a, $b)[::-1])", ("[$a, $b] ($b, $a)",), ("[$a, $b] [$b, $a]", "($a, $b) ($b, $a)", "[$a, $b] ($a, $b)"), True),
    T("rounding", "What does this print?", "print(0.1 + 0.2)", ("0.30000000000000004",), ("0.3", "0.2", "0.4"), True),
    T("rounded", "Roughly what does this print?", "print($a / 3)", ("about <<round($a / 3, 2)>>",), ("about <<round($a / 3 + 1, 2)>>", "about <<round($a * 3.0, 2)>>", "about 0.1")),
    T("spaces", "What is printed?", "print('$s', '$t')", ("`$s $t`",), ("`$s$t`", "`$s, $t`", "`'$s' '$t'`"), True),
    T("case", "What does this print?", "print('$s'.capitalize())", ("<<'$s'.capitalize()>>",), ("$s", "<<'$s'.upper()>>", "<<'$s'.swapcase()[:2]>>"), True),
    T("array brackets", "What does `print(np.array([$a, $b]))` show?", "", ("`[<<f'{$a:>{len(str(max($a, $b)))}}'>> <<f'{$b:>{len(str(max($a, $b)))}}'>>]`",), ("`[$a, $b]`", "`array([$a, $b])`", "`($a, $b)`")),
    T("nothing", "What does this print?", "$v = $a\nif $v < 0:\n    print('$s')", ("Nothing",), ("$s", "$a", "None")),
    T("nothing", "What is the output?", "def $f():\n    return $a\n\n$f()", ("There is no output",), ("$a", "None", "$f")),
    # Prose.
    T("prose", "Which statement about Python lists is true?", "", ("They can be changed after they have been made",), ("They contain values of one type only", "They have a fixed length", "They are always sorted")),
    T("prose", "What is a closure?", "", ("A function that keeps access to the variables around it",), ("A function without a name", "The end of a file", "A class with one method")),
    T("prose", "Which keyword defines a function?", "", ("`def`",), ("`func`", "`function`", "`lambda:`")),
    T("prose", "Which is NOT a built-in type of Python?", "", ("`array`",), ("`list`", "`dict`", "`tuple`")),
    T("prose", "Which of these is not immutable?", "", ("list",), ("tuple", "str", "frozenset")),
    T("prose", "What does overfitting mean?", "", ("The model fits noise of the training set",), ("The model is too small", "The data set is too large", "The loss is negative")),
    T("prose", "Which method adds a single value at the end of a list?", "", ("`append()`",), ("`extend()`", "`insert()`", "`add()`")),
    T("prose", "Which operator computes the remainder?", "", ("`%`",), ("`//`", "`/`", "`**`")),
    T("prose", "`axis=0` of a matrix runs along", "", ("the rows, from top to bottom",), ("the columns, from left to right", "the diagonal", "nothing")),
    T("prose number", "How many bits has a byte?", "", ("8",), ("4", "16", "10")),
    T("prose number", "A convolution with 3×3 kernels maps $a channels to $b. How many weights has it, without biases?", "", ("<<9 * $a * $b>>",), ("<<3 * $a * $b>>", "<<9 * $b + 1>>", "<<9 * $a * $b + $b>>")),
    T("prose all", "Which are sequences?", "", ("All of the above",), ("list", "tuple", "str")),
    T("opinion", "What is the best name for a variable that holds the number of `$s` items?", "", ("`$s_count`",), ("`n$s`", "`x`", "`$s`")),
)
# fmt: on


def evaluated(text: str) -> str:
    """The text with what its `<<expressions>>` print."""
    return re.sub(r"<<(.*?)>>", lambda found: observe(f"print({found[1]})"), text)


def trap(random: Random) -> Draft:
    """An unfaulted item that a false accuser flags."""
    while True:
        drawn = random.choice(TRAPS)
        draft = drafted(drawn, names(random))
        if draft is not None and is_sound(draft):
            return draft


def drafted(drawn: Trap, values: dict[str, str]) -> Draft | None:
    """The trap with its placeholders filled, unless chance has made options alike."""

    def text(template: str) -> str:
        return evaluated(filled(template, values))

    code = text(drawn.code)
    right = [DraftOption(text(each), True, True, fact(drawn, code, text(each))) for each in drawn.right]
    wrong = [DraftOption(text(each), False, False, fact(drawn, code, text(each))) for each in drawn.wrong]
    options = tuple(
        DraftOption(o.text, o.right, o.marked, o.fact, o.text.endswith("of the above")) for o in right + wrong
    )
    if len({option.text for option in options}) < len(options):
        return None
    return Draft(text(drawn.stem), Form.SINGLE, options, code, Written.AS_IT_IS, template=f"trap: {drawn.name}")


def fact(drawn: Trap, code: str, option: str) -> Fact | None:
    return Fact(code, option.strip("`")) if drawn.proved else None


def same_stem(random: Random) -> tuple[Draft, Draft]:
    """Two items with one text and one set of options, whose snippets and keys differ: no contradiction."""
    values = names(random)
    first, second = filled("print($a - $b)", values), filled("print($b - $a)", values)
    outputs = (observe(first), observe(second))

    def draft(code: str) -> Draft:
        options = tuple(DraftOption.of(text, Fact(code, text)) for text in (*outputs, "0", "None"))
        stem = "What is the output of this code?"
        return Draft(stem, Form.SINGLE, options, code, Written.EXACT, template="trap: one text, two snippets")

    return draft(first), draft(second)


def opposite(random: Random) -> tuple[Draft, Draft]:
    """Which is true, and which is false, of one set of options: no contradiction."""
    values = names(random)
    texts = [filled(text, values) for text in ("$a > 0", "'$s' == '$t'")]

    def draft(wanted: str) -> Draft:
        options = tuple(DraftOption.of(text, Fact(f"print({text})", wanted)) for text in texts)
        stem = f"Which of these two is `{wanted}`?"
        return Draft(
            stem, Form.SINGLE, options, written=Written.CODE, about_options=True, template="trap: opposite questions"
        )

    return draft("True"), draft("False")


def two_questions(random: Random) -> tuple[Draft, Draft]:
    """Two questions about one snippet, with one set of options and different keys: no contradiction."""
    values = names(random)
    code = filled("$v = $a\n$w = $b\n$v += 1", values)

    def draft(name: str) -> Draft:
        runs = f"{code}\nprint({name})"
        texts = dict.fromkeys(filled(text, values) for text in ("$a", "$b", "<<$a + 1>>", "<<$b + 1>>"))
        options = tuple(DraftOption.of(text, Fact(runs, text)) for text in map(evaluated, texts))
        stem = f"What is `{name}` at the end?"
        draft = Draft(stem, Form.SINGLE, options, code, Written.EXACT, runs=True, template="trap: two questions")
        if not is_sound(draft):
            raise Unsuitable(code)
        return draft

    return draft(values["v"]), draft(values["w"])


PAIRS = (same_stem, opposite, two_questions)
