"""Templates of whole programs: what they print, and which exception they raise. Placeholders are as in expressions."""

# ruff: noqa: E501 - a table is read by its rows

from __future__ import annotations

PRINTING: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        "for $v in range($k):\n    print($v)",
        ("for $v in range($k + 1):\n    print($v)", "for $v in range(1, $k + 1):\n    print($v)", "print($k)"),
    ),
    (
        "for $v in range($n):\n    if $v == $k:\n        break\n    print($v, end=' ')",
        ("print(*range($k + 1))", "print(*range($n))", "print(*range(1, $k))"),
    ),
    (
        "for $v in range($n):\n    if $v == $i:\n        continue\n    print($v, end=' ')",
        ("print(*range($n))", "print(*range($i))", "print(*range($i + 1, $n + 2))"),
    ),
    ("$v = $n\nwhile $v > 0:\n    $v -= 2\nprint($v)", ("print($n)", "print(2)", "print(-3)")),
    (
        "$v = 0\nfor $w in range(1, $n):\n    $v += $w\nprint($v)",
        ("print(sum(range(1, $n + 1)))", "print($n)", "print(0)"),
    ),
    (
        "$v = 1\nwhile $v < $a:\n    $v *= 2\nprint($v)",
        ("$v = 1\nwhile $v < $a:\n    $v *= 2\nprint($v // 2)", "print($a)", "print(3)"),
    ),
    (
        "$v = [$a, $b, $c]\nfor $w in $v:\n    if $w > $d:\n        print('$s')\n        break\nelse:\n    print('$t')",
        ("print('$r')", "print('$s$t')", "print('$s')\nprint('$t')"),
    ),
    (
        "for $v in range(2):\n    for $w in range(2):\n        print($v + $w, end='')",
        ("print('0123')", "print('0101')", "print('0011')"),
    ),
    (
        "$v = $a\nif $v > $b:\n    print('$s')\nelif $v > $c:\n    print('$t')\nelse:\n    print('$r')",
        ("print('$s$t')", "print('$t')\nprint('$r')", "print($a)"),
    ),
    (
        "$v = $a\nif $v % 2:\n    print('$s')\nelse:\n    print('$t')",
        ("print('$r')", "print('$s')\nprint('$t')", "print($a % 2)"),
    ),
    (
        "try:\n    $v = int('$s')\nexcept ValueError:\n    print('$t')\nelse:\n    print('$r')",
        ("print('$r')", "print('$s')", "print('$t')\nprint('$r')"),
    ),
    (
        "try:\n    print('$s')\n    $a / 0\n    print('$t')\nexcept ZeroDivisionError:\n    print('$r')",
        ("print('$r')", "print('$s')", "print('$s')\nprint('$t')"),
    ),
    (
        "try:\n    print('$s')\nexcept KeyError:\n    print('$t')\nfinally:\n    print('$r')",
        ("print('$s')", "print('$s')\nprint('$t')\nprint('$r')", "print('$r')"),
    ),
    (
        "def $f():\n    try:\n        return '$s'\n    finally:\n        print('$t')\n\nprint($f())",
        ("print('$s')", "print('$s')\nprint('$t')", "print('$t')"),
    ),
    (
        "try:\n    [$a, $b][$n]\nexcept KeyError:\n    print('$s')\nexcept IndexError:\n    print('$t')\nexcept Exception:\n    print('$r')",
        ("print('$s')", "print('$r')", "print('$t')\nprint('$r')"),
    ),
    (
        "class $C(Exception):\n    pass\n\ntry:\n    raise $C('$s')\nexcept $C as error:\n    print(error)",
        ("print('$C')", "print('$C $s')", "print(None)"),
    ),
    ("print('$s', '$t', sep='-')", ("print('$s', '$t')", "print('$s$t-')", "print('-$s-$t')")),
    ("print('$s', end='')\nprint('$t')", ("print('$s')", "print('$t$s')", "print('$t')")),
    ("def $f($v):\n    print($v)\n\n$w = $f($a)\nprint($w)", ("print($a)", "print(None)", "print($a)\nprint($a)")),
    (
        "def $f($v):\n    if $v == 0:\n        return\n    print($v, end=' ')\n    $f($v - 1)\n\n$f($k)",
        ("print(*range(1, $k + 1))", "print(*range($k, -1, -1))", "print($k)"),
    ),
    (
        "$v = '$s'\nfor $w in $v[:3]:\n    print($w, end='*')",
        ("print('$s'[:3])", "print('*'.join('$s'[:4]))", "print('*')"),
    ),
    (
        "$v = ['$s', '$t', '$r']\nfor i, $w in enumerate($v, start=1):\n    print(i, $w)",
        (
            "print(0, '$s')\nprint(1, '$t')\nprint(2, '$r')",
            "print('$s', 1)\nprint('$t', 2)\nprint('$r', 3)",
            "print(1, '$s')",
        ),
    ),
    (
        "$v = {'$s': $a, '$t': $b}\nfor $w in $v:\n    print($w, $v[$w])",
        ("print($a, '$s')\nprint($b, '$t')", "print('$s')\nprint('$t')", "print($a)\nprint($b)"),
    ),
    (
        "$v = [$a, $b, $c, $d]\ntotal = 0\nfor $w in $v:\n    if $w % 2 == 0:\n        total += $w\nprint(total)",
        ("print($a + $b + $c + $d)", "print(sum(n for n in [$a, $b, $c, $d] if n % 2))", "print(total := 1)"),
    ),
    (
        "$v = [1, 2, 3, 4, 5]\nfor $w in $v:\n    if $w < $k:\n        $v.remove($w)\nprint($v)",
        (
            "print([n for n in [1, 2, 3, 4, 5] if n > $k])",
            "print([1, 2, 3, 4, 5])",
            "print([n for n in [1, 2, 3, 4, 5] if n < $k])",
        ),
    ),
    (
        "count = 0\nfor $v in range($k):\n    for $w in range($n):\n        count += 1\nprint(count)",
        ("print($k + $n)", "print($k * $n + 1)", "print($n)"),
    ),
    (
        "$v = '$s'\n$w = ''\nfor c in $v:\n    $w = c + $w\nprint($w)",
        ("print('$s')", "print('$s'[-1])", "print('$s'[0])"),
    ),
    (
        "$v = $a\n\ndef $f():\n    global $v\n    $v += $b\n\n$f()\n$f()\nprint($v)",
        ("print($a)", "print($a + $b)", "print($b)"),
    ),
    (
        "def outer():\n    $v = $a\n    def inner():\n        nonlocal $v\n        $v += 1\n    inner()\n    return $v\n\nprint(outer())",
        ("print($a)", "print(1)", "print(None)"),
    ),
    (
        "class $C:\n    def __init__(self):\n        print('$s')\n    def $m(self):\n        print('$t')\n\n$v = $C()\n$v.$m()",
        ("print('$t')", "print('$s')", "print('$t')\nprint('$s')"),
    ),
    (
        "class $C:\n    def $m(self):\n        print('$s')\n\nclass Sub($C):\n    def $m(self):\n        super().$m()\n        print('$t')\n\nSub().$m()",
        ("print('$t')", "print('$s')", "print('$t')\nprint('$s')"),
    ),
    ("import math\nprint(math.floor(-$x))", ("print(-int($x))", "print(-$x)", "print(int($x))")),
    ("import io\nwith io.StringIO('$s') as $v:\n    pass\nprint($v.closed)", ("print('$s')", "print(None)")),
    (
        "import numpy as np\n$v = np.array([$a, $b, $c])\nfor $w in $v:\n    print($w + 1, end=' ')",
        ("print($a, $b, $c)", "print($a + 1, $b, $c)", "print(1, 1, 1)"),
    ),
    (
        "import numpy as np\n$v = np.zeros((2, $k))\n$v[0] += 1\nprint($v)",
        (
            "import numpy as np\nprint(np.zeros((2, $k)))",
            "import numpy as np\nprint(np.ones((2, $k)))",
            "print([1] * $k)",
        ),
    ),
    (
        "import numpy as np\n$v = np.array([[$a, $b], [$c, $d]])\nprint($v.shape, $v.ndim)",
        ("print((4,), 1)", "print((2, 2), 4)", "print(2, 2)"),
    ),
    (
        "match ($a, $b):\n    case ($a, 0):\n        print('$s')\n    case ($v, $b):\n        print($v)\n    case _:\n        print('$t')",
        ("print('$s')", "print('$t')", "print($b)"),
    ),
    (
        "import json\nprint(json.dumps({'$s': $a, '$t': None}))",
        ("print({'$s': $a, '$t': None})", "print('$s')", "print([$a, None])"),
    ),
    ("import re\nprint(re.findall(r'[0-9]+', '$s$a $t$b'))", ("print([$a, $b])", "print(['$s', '$t'])", "print('$a')")),
    (
        "from itertools import accumulate\nprint(list(accumulate([$a, $b, $c])))",
        ("print($a + $b + $c)", "print([$a, $b, $c])", "print([$a, $a * $b, $a * $b * $c])"),
    ),
)
"""A program, and programs that print what people take its output for."""

RAISING = (
    "$v = [$a, $b, $c]\nprint($v[$n])",
    "$v = {'$s': $a}\nprint($v['$t'])",
    "print('$s' + $a)",
    "$v = int('$s')\nprint($v)",
    "$v = $a\nprint($v / 0)",
    "$v = ($a, $b)\n$v[0] = $c\nprint($v)",
    "$v = '$s'\n$v[0] = 'x'\nprint($v)",
    "$v = [$a, $b]\n$v.push($c)\nprint($v)",
    "$v = $a\nprint($v.upper())",
    "def $f($v, $w):\n    return $v + $w\n\nprint($f($a))",
    "def $f():\n    print($v)\n    $v = $a\n\n$v = $b\n$f()",
    "$v = [$a, $b]\nprint($v.index($c))",
    "$v, $w = [$a, $b, $c]\nprint($v)",
    "$v = None\nprint($v[0])",
    "$v = iter([])\nprint(next($v))",
    "assert $a == $b, '$s'\nprint('$t')",
    "$v = {[$a]: '$s'}\nprint($v)",
    "import numpy as np\n$v = np.ones(3) + np.ones($n + 1)\nprint($v)",
    "import numpy as np\nprint(np.arange(10).reshape(3, $n))",
    "import numpy as np\n$v = np.zeros((2, 3))\nprint($v[2, 0])",
    "print(float('$s'))",
    "$v = set()\nprint($v.pop())",
    "class $C:\n    def __init__(self, $v):\n        self.$m = $v\n\nprint($C().$m)",
    "class $C:\n    pass\n\nprint($C().$m)",
    "$v = $a\n$w = $v + missing_$s\nprint($w)",
    "print(sum(['$s', '$t']))",
    "import not_a_module_$s\nprint($a)",
    "print(chr(-$a))",
    "$v = [$a]\n$v.remove($b)\nprint($v)",
)
"""Programs that raise an exception, as the questions about them expect."""

EXCEPTIONS = (
    "IndexError",
    "KeyError",
    "TypeError",
    "ValueError",
    "AttributeError",
    "NameError",
    "ZeroDivisionError",
    "StopIteration",
    "UnboundLocalError",
    "ModuleNotFoundError",
)

TRUTHS = (
    ("$a > $k - 3", "bool('False')", "bool([0])", "isinstance(True, int)", "'$s' == '$s'", "[] == []", "not ''"),
    ("not []", "3 in [$a, 3]", "'a' in 'banana'", "1 == 1.0", "len('$s') > 1", "'b' > 'a'", "{1, 2} == {2, 1}"),
    ("all([])", "'$s'.isalpha()", "10 % 5 == 0", "$a * 2 == $a + $a", "(1, 2) < (1, 3)", "bool(-1)", "0 == False"),
    ("None is None", "'$t' in ['$s', '$t']", "'$s'.islower()", "abs(-$a) == $a", "max($a, $a + 1) > $a", "[1] < [2]"),
)
FALSEHOODS = (
    ("bool('')", "bool([])", "1 == '1'", "[1, 2] == [2, 1]", "'$s' == '$s '", "any([])", "$a < $a"),
    ("not 'no'", "0.1 + 0.2 == 0.3", "'A' == 'a'", "'z' < 'a'", "4 in [$k, 5]", "isinstance($a, str)", "() == []"),
    ("bool(0.0)", "'$a' == $a", "{} == set()", "None == False", "'$s'.isdigit()", "$a != $a", "3 in {'3': 3}"),
    ("'b' in {'a': 'b'}", "bool(None)", "isinstance($a, list)", "len('') == 1", "'$s'.isupper()", "10 // 4 == 2.5"),
)
"""Expressions that are true, and that are false. An item draws at most one of a row."""

UNSTABLE: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("chance", "import random\nprint(random.randint(1, 1$a))", ("$b", "$c", "$d", "$e")),
    ("chance", "import random\nprint(random.choice(['$s', '$t', '$r']))", ("$s", "$t", "$r")),
    (
        "chance",
        "import random\n$v = [$a, $b, $c, $d]\nrandom.shuffle($v)\nprint($v)",
        ("[$c, $a, $d, $b]", "[$d, $c, $b, $a]", "[$b, $a, $d, $c]"),
    ),
    ("chance", "import random\nprint(round(random.random(), 3))", ("0.$b$c", "0.$a$d", "0.$e$a")),
    ("chance", "import numpy as np\nprint(np.random.randint(0, 1$a0))", ("$b", "$c", "$d", "$e")),
    ("chance", "import numpy as np\n$v = np.random.default_rng()\nprint($v.integers(1$a0))", ("$c", "$b", "$e", "$d")),
    ("chance", "import uuid\nprint(str(uuid.uuid4())[:4])", ("3f$k1", "a$kc9", "07$kb")),
    ("chance", "import secrets\nprint(secrets.randbelow(1$b00))", ("$c$k", "$d$n", "$e")),
    ("chance", "import random\n$v = random.sample(range($a0), 2)\nprint($v)", ("[$b, $c]", "[$d, $b]", "[$c, $e]")),
    ("hash seed", "$v = {'$s', '$t', '$r'}\nprint(list($v)[0])", ("$s", "$t", "$r")),
    ("hash seed", "$v = set('$s')\nprint(''.join($v))", ("$t", "$r", "$s")),
    ("hash seed", "print(hash('$s') % 1$a00)", ("$b$k", "$c$n", "$d$k")),
    ("hash seed", "for $v in {'$s', '$t', '$r'}:\n    print($v)", ("$t\n$s\n$r", "$s\n$r\n$t", "$r\n$t\n$s")),
    ("hash seed", "$v = {'$s', '$t', '$r', 'other'}\nprint($v.pop())", ("$t", "$s", "other")),
    ("date or time", "import datetime\nprint(datetime.date.today().year)", ("2019", "2018", "2020")),
    (
        "date or time",
        "from datetime import datetime\nprint(datetime.now().strftime('%A'))",
        ("Monday", "Friday", "Sunday"),
    ),
    ("date or time", "import time\nprint(int(time.time()))", ("1577836$k$k0", "157783$n$k01", "15$n7836$k99")),
    (
        "date or time",
        "from datetime import date\nprint(date.today() - date(20$a, 1, $b) if $a > 9 else date.today())",
        ("2$k$n days, 0:00:00", "1$n$k days, 0:00:00", "9$k$n days, 0:00:00"),
    ),
    ("date or time", "import time\n$v = time.perf_counter()\nprint(round($v, 1))", ("4$a.$k", "1$c.$n", "2$b.$k")),
    ("time zone", "from datetime import datetime\nprint(datetime.fromtimestamp($a$b000).hour)", ("$c", "$d", "$e")),
    ("time zone", "import time\nprint(time.localtime($c).tm_hour)", ("$n", "1$k", "2$k")),
    ("time zone", "import time\nprint(time.tzname[0])", ("CET", "PST", "IST")),
    (
        "time zone",
        "from datetime import datetime\nprint(datetime(2020, 6, $a).timestamp())",
        ("15909$b$c00.0", "15$d$n6800.0", "159$a$k200.0"),
    ),
    (
        "locale",
        "import locale\nlocale.setlocale(locale.LC_ALL, '')\nprint(f'{$a$b000:n}')",
        ("$a$b,000", "$a$b.000", "$a$b’000"),
    ),
    (
        "locale",
        "import locale, time\nlocale.setlocale(locale.LC_TIME, '')\nprint(time.strftime('%B', (2020, $k, 1, 0, 0, 0, 0, 1, 0)))",
        ("février", "marzo", "Mai"),
    ),
    ("locale", "import locale\nprint(locale.getlocale()[0])", ("en_US", "de_DE", "fr_FR")),
    ("platform", "import sys\nprint(sys.platform)", ("win32", "linux", "darwin")),
    ("platform", "import os\nprint(os.path.join('$s', '$t'))", ("$s\\\\$t", "$s/$t", "$s:$t")),
    ("platform", "import platform\nprint(platform.system())", ("Windows", "Linux", "Darwin")),
    ("platform", "import os\nprint(os.name)", ("nt", "posix", "java")),
    ("platform", "import os\nprint(os.cpu_count())", ("4", "8", "16")),
    ("address", "$v = [$a, $b]\nprint(id($v))", ("1400$a$b2$k0416", "1398$c$d7$n2288", "$a$b$c$d$e1")),
    ("address", "print(id('$s') % 1$a00)", ("$b$k", "$c$n", "$d$k")),
    ("environment", "import os\nprint(os.getcwd())", ("/home/$s", "/usr/$t", "/tmp/$r")),
    ("environment", "import getpass\nprint(getpass.getuser())", ("$s", "$t", "$r")),
    ("environment", "import os\nprint(os.getpid())", ("$a$k$b", "$c$n$d", "$e$a")),
)
"""The cause, a program whose output depends on it, and what an author has once seen, the key first."""
