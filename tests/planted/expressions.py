"""Templates of questions about the value of an expression, in Python and NumPy.

`$v`, `$w` and `$u` stand for names of variables, `$f` for a function, `$C` for a class, `$m` for an attribute, `$a` to
`$e` for different integers from 2 to 19, `$k` for 2 to 4, `$i` for 0 to 2, `$x` and `$y` for floats, and `$s`, `$t` and
`$r` for different words.
"""

# ruff: noqa: E501 - a table is read by its rows

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Expression:
    """An expression after some statements, with others that people take it for, and others of equal value."""

    setup: str
    expression: str
    mistaken: tuple[str, ...] = ()
    equal: tuple[str, ...] = ()

    @property
    def uses_numpy(self) -> bool:
        return "np." in self.setup + self.expression


E = Expression

# fmt: off
NUMBERS = (
    E("", "$a // $k", ("$a / $k", "-$a // $k", "$a % $k"), ("int($a / $k)", "divmod($a, $k)[0]")),
    E("", "$a / $k", ("$a // $k", "$a % $k", "$k / $a"), ("$a * (1 / $k)",)),
    E("", "-$a // $k", ("-($a // $k)", "-$a / $k", "$a // $k"), ("-$a // $k * 1", "divmod(-$a, $k)[0]")),
    E("", "-$a % $k", ("$a % $k", "-($a % $k)", "$a - $k"), ("(-$a) % $k", "divmod(-$a, $k)[1]")),
    E("", "2 ** $k ** 2", ("(2 ** $k) ** 2 + 1", "2 * $k * 2", "2 ** $k"), ("2 ** ($k ** 2)", "pow(2, $k ** 2)")),
    E("", "$a + $b * $c", ("($a + $b) * $c", "$a * $b + $c", "$a + $b + $c"), ("$b * $c + $a", "$a + ($b * $c)")),
    E("", "round($x)", ("$x", "int($x) + 2", "int(-$x)"), ()),
    E("", "int('$a') + $b", ("'$a' + '$b'", "$a - $b", "$a * $b"), ("$a + $b", "sum([$a, $b])")),
    E("", "'$a' * $k", ("$a * $k", "'$a' * ($k + 1)", "'$k' * 5"), ("'$a' + '$a' * ($k - 1)",)),
    E("", "int($x)", ("$x", "int($x) + 1", "-int($x)"), ("int($x // 1)",)),
    E("$v = $a\n$v += $b\n$v *= $k", "$v", ("$a + $b", "$a * $k + $b + 1", "$b * $k"), ("$v + 0", "($a + $b) * $k")),
    E("$v, $w = $a, $b\n$v, $w = $w, $v", "$v", ("$w", "$v + $w", "$v - $w"), ("$b", "max($v, $w, key=lambda n: n == $b)")),
    E("$v = $a\n$w = $v\n$v = $v + $b", "$w", ("$v", "$b", "$v + $w"), ("$a", "$v - $b")),
    E("", "$a > $b and $c", ("$a > $b", "$a * $c", "not $c"), ()),
    E("", "0 or $a", ("bool($a)", "0 and $a", "$a + 1"), ("$a", "$a or 0", "1 and $a")),
    E("", "$a and $b", ("$a or $b + 1", "$a * $b", "bool($a)"), ("$b", "$b or $a")),
    E("", "bin($a)", ("hex($a)", "bin($a + 1)", "bin($b)"), ("'0b' + format($a, 'b')",)),
    E("", "abs(-$a) + abs($b)", ("abs($b - $a) + 1", "-$a - $b", "$a * $b"), ("$a + $b",)),
    E("", "divmod($a, $k)", ("divmod($k, $a)", "$a / $k", "($a % $k, $a // $k, 0)"), ("($a // $k, $a % $k)",)),
    E("", "max($a, $b, $c) - min($a, $b, $c)", ("max($a, $b, $c)", "min($a, $b, $c)", "$a + $b + $c"), ("sorted([$a, $b, $c])[-1] - sorted([$a, $b, $c])[0]",)),
    E("", "sum(range($n))", ("sum(range(1, $n + 1))", "$n", "len(range($n)) * 20"), ("$n * ($n - 1) // 2",)),
    E("", "0.1 * 3 == 0.3", ("0.1 * 3",), ("False", "0.1 + 0.2 == 0.3")),
    E("", "True + $a", ("True", "$a", "$a * 10"), ("$a + 1", "sum([True, $a])")),
    E("", "$a & $b", ("$a | $b", "$a ^ $b", "$a + $b"), ("$b & $a",)),
    E("", "1 << $k", ("1 >> $k", "$k", "2 ** $k + 1"), ("2 ** $k",)),
)

STRINGS = (
    E("$v = '$s'", "$v[0]", ("$v[1]", "$v[-1]", "$v[:2]"), ("$v[:1]", "$v[-len($v)]")),
    E("$v = '$s'", "$v[-1]", ("$v[0]", "$v[-2]", "$v[-1:] * 2"), ("$v[len($v) - 1]", "$v[-1:]")),
    E("$v = '$s'", "$v[1:$k]", ("$v[1:$k + 1]", "$v[0:$k]", "$v[$k:]"), ("$v[:$k][1:]",)),
    E("$v = '$s'", "$v[::-1]", ("$v", "$v[::-2]", "$v[-1]"), ("''.join(reversed($v))",)),
    E("$v = '$s'", "$v[::2]", ("$v[1::2]", "$v[:2]", "$v[2:]"), ("$v[0::2]",)),
    E("", "len('$s')", ("len('$s') - 1", "len('$s') + 1", "'$s'.count('')  + 3"), ("len(list('$s'))", "'$s'.count('') - 1")),
    E("", "'$s'.upper()", ("'$s'", "'$s'.capitalize()", "'$s'.swapcase()[1:]"), ("'$s'.swapcase()",)),
    E("", "'$s'.capitalize()", ("'$s'.upper()", "'$s'", "'$s'.title() * 2"), ("'$s'.title()",)),
    E("", "'$s' + '$t'", ("'$t' + '$s'", "'$s' * 2", "'$t'"), ("''.join(['$s', '$t'])", "'$s$t'")),
    E("", "'$s'.find('z')", ("'$s'.find('$s') + 3", "len('$s')", "'$s'.count('z') + 1"), ("'$s'.rfind('z')",)),
    E("", "'$s,$t,$r'.split(',')", ("'$s,$t,$r'.split(',', 1)", "'$s,$t,$r'.split()", "'$s,$t,$r'.split(',')[0]"), ("['$s', '$t', '$r']",)),
    E("", "'-'.join(['$s', '$t', '$r'])", ("'$s-$t'", "'$s$t$r-'.upper()", "'-$s-$t-$r-'"), ("'$s' + '-' + '$t' + '-' + '$r'",)),
    E("", "'$s'.replace('$s'[0], 'z')", ("'$s'", "'z'", "'z' + '$s'"), ()),
    E("", "'  $s '.strip()", ("'$s' * 2", "'$t'", "len('  $s ')"), ("'$s'", "'  $s '.lstrip().rstrip()")),
    E("$v = '$s'", "f'{$v}: {$a + $b}'", ("f'{$v}: $a + $b'", "f'{$a + $b}: {$v}'", "f'$v: {$a + $b}'"), ("$v + ': ' + str($a + $b)",)),
    E("", "f'{$x:.2f}'", ("f'{$x:.1f}'", "f'{$x:.3f}'", "f'{$y:.2f}'"), ("format($x, '.2f')", "'%.2f' % $x")),
    E("", "'%d and %d' % ($a, $b)", ("'%d and %d' % ($b, $a)", "'%d and' % $a", "$a"), ("'{} and {}'.format($a, $b)",)),
    E("", "'{1} {0}'.format('$s', '$t')", ("'{0} {1}'.format('$s', '$t')", "'{1} {0}'", "'$t'"), ("'$t $s'",)),
    E("", "'$s' in '$t'", ("'$s' + '$t'",), ("'$t'.find('$s') >= 0",)),
    E("", "'$s' < '$t'", ("'$s'",), ("'$t' > '$s'",)),
    E("", "ord('c') - ord('a') + $a", ("$a", "$a + 1", "ord('a')"), ("$a + 2",)),
    E("", "chr(ord('a') + $k)", ("chr(ord('a') + $k + 1)", "chr(ord('A') + $k)", "ord('a') + $k"), ("'abcdefg'[$k]",)),
    E("", "'$s'.isdigit()", ("'$s'.isalpha()",), ("any(c.isdigit() for c in '$s')",)),
    E("", "'$s'.startswith('$s'[:2])", ("'$s'[:2]",), ("'$s'[:2] == '$s'[0:2]",)),
    E("", "str($a) + str($b)", ("$a + $b", "str($a + $b + 1)", "str($b) + str($a)"), ("f'{$a}{$b}'",)),
    E("", "'banana'.count('an') + $a", ("$a + 3", "$a + 1", "$a"), ("$a + 2",)),
)

SEQUENCES = (
    E("$v = [$a, $b, $c, $d]", "$v[-1]", ("$v[0]", "$v[-2]", "$v[1]"), ("$v[3]", "$v[len($v) - 1]")),
    E("$v = [$a, $b, $c, $d, $e]", "$v[1:$k]", ("$v[0:$k]", "$v[1:$k + 1]", "$v[$k:]"), ("$v[:$k][1:]",)),
    E("$v = [$a, $b, $c]\n$v.append([$d, $e])", "len($v)", ("len($v) + 1", "len($v) - 1", "$v[0]"), ("sum(1 for _ in $v)",)),
    E("$v = [$a, $b]\n$v.extend([$c, $d])", "$v", ("[$a, $b, [$c, $d]]", "[$a, $b]", "[$c, $d, $a, $b]"), ("[$a, $b] + [$c, $d]",)),
    E("$v = [$a, $b, $c]\n$w = $v\n$w.append($d)", "$v", ("[$a, $b, $c]", "[$d, $a, $b, $c]", "[$a, $b, $c, [$d]]"), ("$w", "[$a, $b, $c, $d]")),
    E("$v = [$a, $b, $c]\n$w = $v[:]\n$w.append($d)", "$v", ("$w", "[$d]", "[$a, $b, $c, $c]"), ("$w[:3]", "[$a, $b, $c]")),
    E("$v = [$a, $b, $c]\n$v.insert(1, $d)", "$v", ("[$a, $b, $c, $d]", "[$d, $a, $b, $c]", "[$a, $d, $c]"), ("[$a, $d, $b, $c]",)),
    E("$v = [$a, $b, $c, $d]\n$v.pop(1)", "$v", ("[$b]", "[$b, $c, $d]", "[$a, $b, $c]"), ("[$a, $c, $d]",)),
    E("$v = [$a, $b, $c]", "sorted($v, reverse=True)", ("sorted($v)", "[$b, $a]", "[max($v)]"), ("sorted($v)[::-1]",)),
    E("$v = [$a, $b, $c]", "$v.sort()", ("sorted($v)", "$v[0]", "sorted($v, reverse=True)"), ("None",)),
    E("$v = [$a, $b, $c]", "$v * 2", ("[$a * 2, $b * 2, $c * 2]", "[$v, $v]", "$v"), ("$v + $v",)),
    E("", "[[0] * $k for _ in range(2)]", ("[0] * $k", "[[0] * 2 for _ in range($k + 3)]", "[[1] * $k, [1] * $k]"), ("[[0] * $k] * 2",)),
    E("$v = [[0] * 2] * 2\n$v[0][0] = $a", "$v", ("[[$a, 0], [0, 0]]", "[[$a, $a], [0, 0]]", "[[$a, $a], [$a, $a]]"), ("[[$a, 0], [$a, 0]]",)),
    E("", "($a, $b) + ($c,)", ("($a + $c, $b)", "($a, $b, $c, $c)", "($c, $a)"), ("tuple([$a, $b, $c])",)),
    E("$v = ($a, $b, $c, $d)", "$v[::2]", ("$v[1::2]", "$v[:2]", "$v[2:]"), ("($a, $c)",)),
    E("", "list(range($k, $k + 6, 2))", ("list(range($k, $k + 7, 2))", "list(range($k, $k + 6))", "list(range(0, 6, 2))[1:]"), ("[$k, $k + 2, $k + 4]",)),
    E("", "list(range($n, 0, -2))", ("list(range($n, -3, -2))", "list(range(0, $n, 2))", "list(range($n, 0, -1))"), ("list(range($n, 0, -1))[::2]",)),
    E("", "len(range($k, $n + 10, 3))", ("len(range($k, $n + 10))", "$n + 30", "$k"), ()),
    E("$v = [$a, $b, $c]", "$b in $v", ("$v.index($b)",), ("$v.count($b) == 1",)),
    E("$v = [$a, $b, $a, $c, $a]", "$v.count($a)", ("$v.count($b)", "len($v)", "$v.index($c) + 3"), ("sum(n == $a for n in $v)",)),
    E("$v = [$a, $b, $c]", "$v.index($c)", ("$v.index($a) + 3", "$v.index($b)", "$c"), ("len($v) - 1",)),
    E("$v = ['$s', '$t', '$r']", "$v[1][0]", ("$v[0][1]", "$v[1]", "$v[0][0]"), ("$v[1][:1]",)),
    E("$v, *$w = [$a, $b, $c, $d]", "$w", ("$v", "[$a, $b, $c]", "[$c, $d]"), ("[$b, $c, $d]",)),
    E("", "list(zip([$a, $b, $c], ['$s', '$t']))", ("list(zip(['$s', '$t'], [$a, $b]))", "[($a, '$s')]", "[$a, '$s', $b, '$t']"), ("[($a, '$s'), ($b, '$t')]",)),
    E("", "list(enumerate(['$s', '$t']))", ("list(enumerate(['$s', '$t'], 1))", "[('$s', 0), ('$t', 1), 2]", "['$s', '$t']"), ("[(0, '$s'), (1, '$t')]",)),
    E("", "[$a, $b] == [$b, $a]", ("[$a, $b]",), ("False",)),
    E("", "any([0, '', None, $a])", ("all([0, '', None, $a])",), ("bool($a)",)),
    E("$v = [$a, $b, $c, $d]\ndel $v[0]", "$v[0]", ("$a", "$c", "$d"), ("$b",)),
)

COLLECTIONS = (
    E("$v = {'$s': $a, '$t': $b}", "$v['$t']", ("$v['$s']", "$v['$s'] + $v['$t']", "$v.get('$r')"), ("$v.get('$t')", "list($v.values())[1]")),
    E("$v = {'$s': $a}", "$v.get('$t', $b)", ("$v.get('$t')", "$v.get('$s', $b)", "len($v)"), ("$b",)),
    E("$v = {'$s': $a, '$t': $b}\n$v['$r'] = $c", "len($v)", ("len($v) - 1", "len($v) + 1", "$c + 20"), ("len($v.keys())",)),
    E("$v = {'$s': $a, '$t': $b}", "list($v)", ("list($v.values())", "list($v.items())", "[$a]"), ("list($v.keys())",)),
    E("$v = {'$s': $a, '$t': $b}\n$v.update({'$t': $c})", "$v", ("{'$s': $a, '$t': $b}", "{'$s': $a, '$t': $b, '$r': $c}", "{'$t': $c}"), ("{'$s': $a, '$t': $c}",)),
    E("", "{$k: $a, $k: $b}", ("{$k: $a}", "{$k: $a + $b + 1}", "{$k: [$a, $b]}"), ("{$k: $b}",)),
    E("$v = {'$s': [$a, $b]}", "$v['$s'][1]", ("$v['$s'][0]", "$v['$s']", "$a + $b"), ("$v['$s'][-1]",)),
    E("", "{n: n * n for n in range($k)}", ("{n: n for n in range($k + 4)}", "{n * n: n + 9 for n in range($k)}", "[n * n for n in range($k)]"), ("dict((n, n ** 2) for n in range($k))",)),
    E("$v = {'$s': $a, '$t': $b, '$r': $c}", "max($v, key=$v.get)", ("min($v, key=$v.get)", "max($v.values())", "min($v.values())"), ()),
    E("$v = {'$s': $a, '$t': $b}", "'$s' in $v", ("$v['$s']",), ("'$s' in $v.keys()",)),
    E("$v = {'$s': $a, '$t': $b}", "$a in $v", ("$v['$s']",), ("$a in $v.keys()",)),
    E("$v = {'$s': $a, '$t': $b}\n$w = $v.pop('$s')", "$v", ("{'$s': $a}", "{'$s': $a, '$t': $b}", "$w"), ("{'$t': $b}",)),
    E("", "len({$a, $b, $a, $c, $b})", ("len([$a, $b, $a, $c, $b])", "len({$a, $b})", "$a + 30"), ("len(set([$a, $b, $c]))",)),
    E("", "{$a, $b} | {$b, $c}", ("{$a, $b} & {$b, $c}", "{$a, $b} - {$b, $c}", "{$a, $b} ^ {$b, $c}"), ("{$a, $b, $c}", "{$a, $b}.union({$c})")),
    E("", "{$a, $b, $c} & {$b, $c, $d}", ("{$a, $b, $c} | {$d}", "{$a, $b, $c} - {$b}", "{$d}"), ("{$b, $c}", "{$b, $c, $d}.intersection({$a, $b, $c})")),
    E("", "{$a, $b, $c} - {$c, $d}", ("{$c}", "{$a, $b, $c, $d}", "{$c, $d} - {$a, $c}"), ("{$a, $b}",)),
    E("$v = {'$s', '$t'}\n$v.add('$s')", "len($v)", ("len($v) + 1", "len($v) - 1", "0"), ("2",)),
    E("$v = {'$s', '$t'}\n$v.add('$r')", "$v", ("{'$s', '$t'}", "{'$r'}", "{'$s', '$r'}"), ("{'$s', '$t', '$r'}",)),
    E("$v = {$a, $b}", "$v <= {$a, $b, $c}", ("$v - {$a}",), ("$v.issubset({$a, $b, $c})",)),
    E("", "sorted('$s')", ("list('$s')", "sorted('$s', reverse=True)", "''.join(sorted('$s'))"), ("sorted(list('$s'))",)),
    E("from collections import Counter\n$v = Counter('$s')", "$v['z'] + $a", ("$a + 1", "$a - 1", "len($v) + 40"), ("$a",)),
    E("$v = dict($s=$a, $t=$b)", "sum($v.values())", ("len($v) + 50", "$a", "$a * $b"), ("$a + $b",)),
)

COMPREHENSIONS = (
    E("", "[n * $k for n in range($n)]", ("[n * $k for n in range(1, $n + 1)]", "[n + $k for n in range($n)]", "[n * $k for n in range($n + 1)]"), ("list(range(0, $n * $k, $k))",)),
    E("$v = [$a, $b, $c, $d]", "[n for n in $v if n % 2 == 0]", ("[n for n in $v if n % 2]", "[n % 2 for n in $v]", "[n * 2 for n in $v]"), ("list(filter(lambda n: n % 2 == 0, $v))",)),
    E("$v = [$a, $b, $c]", "[n if n > $d else 0 for n in $v]", ("[n for n in $v if n > $d]", "[n > $d for n in $v]", "[0 if n > $d else n for n in $v]"), ("[n * (n > $d) for n in $v]",)),
    E("", "[c.upper() for c in '$s'[:3]]", ("'$s'[:3].upper()", "[c for c in '$s'[:3]]", "[c.upper() for c in '$s'[:2]]"), ("list('$s'[:3].upper())",)),
    E("", "[(i, j) for i in range(2) for j in range(2)]", ("[(j, i) for i in range(2) for j in range(2)]", "[(0, 0), (1, 1)]", "[(i, j) for i in range(2) for j in range(3)]"), ("list((i, j) for i in (0, 1) for j in (0, 1))",)),
    E("$v = [[$a, $b], [$c, $d]]", "[n for row in $v for n in row]", ("[row[0] for row in $v]", "[$a, $c, $b, $d]", "[row for row in $v]"), ("sum($v, [])",)),
    E("$v = [[$a, $b], [$c, $d]]", "[row[0] for row in $v]", ("$v[0]", "[row[1] for row in $v]", "[$a]"), ("[$a, $c]",)),
    E("", "list(map(lambda n: n + $a, [1, 2, 3]))", ("[1, 2, 3, $a]", "[n * $a for n in [1, 2, 3]]", "[n + $a + 1 for n in [1, 2, 3]]"), ("[n + $a for n in (1, 2, 3)]",)),
    E("", "sum(n for n in range($n) if n % 2)", ("sum(range($n))", "sum(n for n in range($n) if n % 2 == 0)", "sum(1 for n in range($n) if n % 2) * 9"), ("sum(range(1, $n, 2))",)),
    E("$v = ['$s', '$t', '$r']", "[len(n) for n in $v]", ("len($v)", "[len(n) + 1 for n in $v]", "[n[0] for n in $v]"), ("list(map(len, $v))",)),
    E("", "{n % $k for n in range($n)}", ("[n % $k for n in range($n)]", "{n for n in range($n + 2)}", "{n // 9 for n in range($n)}"), ("set(n % $k for n in range($n))",)),
    E("$v = (n * n for n in [$a, $b])\nnext($v)", "next($v)", ("$a * $a", "$b", "$a * $b"), ("$b * $b", "$b ** 2")),
)

FUNCTIONS = (
    E("def $f($v, $w=$a):\n    return $v * $w", "$f($b)", ("$f($b, 2)", "$a + $b", "$b"), ("$a * $b", "$f($v=$b)")),
    E("def $f($v):\n    $v = $v + $a\n\n$w = $b", "$f($w)", ("$a + $b", "$b", "$a"), ("None",)),
    E("def $f($v, $w=[]):\n    $w.append($v)\n    return $w\n\n$f($a)", "$f($b)", ("[$b]", "[$a]", "[$b, $a]"), ("[$a, $b]",)),
    E("def $f(*$v):\n    return len($v)", "$f($a, $b, $c)", ("$f($a, $b)", "$a + $b + $c", "$f()"), ("3",)),
    E("def $f(**$v):\n    return sorted($v)", "$f($s=$a, $t=$b)", ("[$a, $b]", "['$s']", "('$s', $a)"), ("sorted(['$s', '$t'])",)),
    E("def $f($v):\n    if $v <= 1:\n        return 1\n    return $v * $f($v - 1)", "$f($n)", ("$f($n - 1)", "$n * ($n - 1)", "sum(range($n + 1))"), ("$n * $f($n - 1)",)),
    E("def $f($v):\n    def inner($w):\n        return $v + $w\n    return inner\n\n$u = $f($a)", "$u($b)", ("$a", "$b", "$a * $b"), ("$a + $b", "$f($b)($a)")),
    E("$v = [lambda: n for n in range($n)]", "$v[0]()", ("0", "1", "$n"), ("$n - 1", "$v[-1]()")),
    E("$v = $a\n\ndef $f():\n    $v = $b\n    return $v\n\n$f()", "$v", ("$b", "$a + $b", "None"), ("$a",)),
    E("$v = $a\n\ndef $f():\n    global $v\n    $v = $b\n\n$f()", "$v", ("$a", "$a + $b", "None"), ("$b",)),
    E("$f = lambda $v, $w: $v - $w", "$f($w=$a, $v=$b)", ("$a - $b", "$a + $b", "$a * $b"), ("$b - $a",)),
    E("def $f():\n    yield $a\n    yield $b", "list($f())", ("[$a]", "[$b]", "$a + $b"), ("[n for n in $f()]",)),
    E("def $f($v):\n    return $v, $v * 2", "$f($a)", ("$a", "$a * 2", "[$a, $a * 3]"), ("($a, $a + $a)",)),
    E("def $f($v):\n    $v.append($a)\n\n$w = [$b]\n$f($w)", "$w", ("[$b]", "[$a]", "[$a, $b]"), ("[$b, $a]",)),
    E("def $f($v):\n    $v += 1\n    return $v\n\n$w = $a\n$f($w)", "$w", ("$a + 1", "$a + 2", "None"), ("$a",)),
    E("def $f($v):\n    try:\n        return $v\n    finally:\n        $v = $a", "$f($b)", ("$a", "None", "$a + $b"), ("$b",)),
    E("from functools import reduce", "reduce(lambda p, q: p * q, [$a, $b, $k])", ("$a + $b + $k", "$a * $b", "[$a * $b, $k]"), ("$a * $b * $k",)),
)

CLASSES = (
    E("class $C:\n    $m = $a\n\n$v = $C()\n$v.$m = $b", "$C.$m", ("$b", "$a + $b", "None"), ("$a", "$C().$m")),
    E("class $C:\n    def __init__(self, $v):\n        self.$m = $v * 2\n\n$w = $C($a)", "$w.$m", ("$a", "$a * 2 + 1", "$a ** 2 + 40"), ("$a * 2", "$C($a).$m")),
    E("class $C:\n    def __len__(self):\n        return $a", "len($C())", ("0", "1", "$a + 1"), ("$C().__len__()",)),
    E("class $C:\n    def __add__(self, other):\n        return '$s'", "$C() + $C()", ("'$s$s'", "'$t'", "None"), ("'$s'",)),
    E("class $C:\n    def $m(self):\n        return '$s'\n\nclass Sub($C):\n    def $m(self):\n        return '$t'", "Sub().$m()", ("$C().$m()", "'$s$t'", "None"), ("'$t'",)),
    E("class $C:\n    $m = []\n\n$v, $w = $C(), $C()\n$v.$m.append($a)", "$w.$m", ("[]", "[$a, $a]", "None"), ("[$a]", "$C.$m")),
    E("class $C:\n    def __str__(self):\n        return '$s'", "str($C())", ("'$C'", "'$t'", "'$C $s'"), ("'$s'",)),
    E("class $C:\n    def __eq__(self, other):\n        return True", "$C() == $a", ("$C() != $a",), ("$C() == $C()",)),
    E("class $C:\n    pass\n\nclass Sub($C):\n    pass", "isinstance(Sub(), $C)", ("isinstance($C(), Sub)",), ("issubclass(Sub, $C)",)),
    E("class $C:\n    @property\n    def $m(self):\n        return $a", "$C().$m + $b", ("$a", "$b", "$a * $b"), ("$a + $b",)),
    E("class $C:\n    count = 0\n    def __init__(self):\n        $C.count += 1\n\n[$C() for _ in range($n)]", "$C.count", ("0", "1", "$n + 1"), ("$n",)),
    E("from dataclasses import dataclass\n\n@dataclass\nclass $C:\n    $m: int\n    other: int = $a", "$C($b)", ("$C($a)", "$C($b, $b)", "($a, $b)"), ("$C($b, $a)",)),
)

ARRAYS = (
    E("$v = np.array([$a, $b, $c])", "$v * $k", ("np.array([$a, $b, $c] * 2)", "$v + $k", "$v"), ("$k * $v", "np.multiply($v, $k)")),
    E("$v = np.array([$a, $b, $c])", "$v[$v > $d]", ("$v > $d", "$v[$v <= $d]", "$v[:2]"), ("$v[np.where($v > $d)]",)),
    E("$v = np.array([$a, $b, $c])", "$v > $d", ("$v <= $d", "$v", "np.array([True, True, False, True])"), ("~($v <= $d)",)),
    E("$v = np.array([[$a, $b], [$c, $d]])", "$v.sum(axis=0)", ("$v.sum(axis=1)", "$v.sum()", "$v[0]"), ("np.sum($v, axis=0)", "$v[0] + $v[1]")),
    E("$v = np.array([[$a, $b], [$c, $d]])", "$v.max(axis=1)", ("$v.max(axis=0)", "$v.max()", "$v.min(axis=1)"), ("np.max($v, axis=-1)",)),
    E("$v = np.array([[$a, $b], [$c, $d]])", "$v[:, 0]", ("$v[0]", "$v[:, 1]", "$v[1]"), ("$v.T[0]",)),
    E("$v = np.array([[$a, $b], [$c, $d]])", "$v.T", ("$v", "$v[::-1]", "$v.ravel()"), ("np.transpose($v)",)),
    E("", "np.arange($n)", ("np.arange(1, $n + 1)", "np.arange($n + 1)", "np.arange($n)[::-1]"), ("np.array(range($n))",)),
    E("", "np.arange(0, 10, $k)", ("np.arange(0, 10)[:$k]", "np.arange(1, 11, $k)", "np.linspace(0, 10, $k)"), ("np.arange(10)[::$k]",)),
    E("", "np.zeros(($k, 2)).shape", ("(2, $k + 5)", "np.zeros($k).shape", "np.zeros(($k, 2)).size + 20"), ("($k, 2)",)),
    E("", "(np.ones(($k, 1)) + np.ones($n)).shape", ("($n + 20, $k)", "($k, 1)", "($n,)"), ("($k, $n)",)),
    E("$v = np.ones(($k, $n, 5))", "$v.mean(axis=1).shape", ("$v.mean(axis=0).shape", "$v.mean(axis=2).shape", "$v.shape"), ("($k, 5)",)),
    E("$v = np.ones(($k, $n))", "$v.sum(axis=1, keepdims=True).shape", ("$v.sum(axis=1).shape", "$v.sum(axis=0, keepdims=True).shape", "$v.shape"), ("($k, 1)",)),
    E("$v = np.ones(($k, $n))\n$w = np.ones(($n, 6))", "($v @ $w).shape", ("($w.T @ $v.T).shape", "($n, $n)", "($k,)"), ("np.dot($v, $w).shape",)),
    E("$v = np.arange(12).reshape(3, 4)", "$v[1, 2]", ("$v[2, 1]", "$v[1, 1]", "$v[0, 2]"), ("$v[1][2]",)),
    E("$v = np.arange(12)", "$v.reshape($k, -1).shape", ("$v.reshape(-1, $k).shape + (1,)", "$v.shape", "($k, 13)"), ("($k, 12 // $k)",)),
    E("$v = np.array([$a, $b, $c, $d])", "$v.argmax()", ("$v.max() + 20", "$v.argmin() + 5", "len($v)"), ("np.argmax($v)",)),
    E("$v = np.array([$a, $b, $c])\n$w = $v[:2]\n$w[0] = 0", "$v", ("np.array([$a, $b, $c])", "np.array([0, $b])", "np.array([0, 0, $c])"), ("np.array([0, $b, $c])",)),
    E("$v = np.array([$a, $b, $c])\n$w = $v.copy()\n$w[0] = 0", "$v[0]", ("$w[0]", "$v[1]", "$v[2]"), ("$v.max(initial=0, where=[True, False, False])",)),
    E("$v = np.array([$a, $b])\n$w = np.array([$c, $d])", "$v @ $w", ("$v * $w", "$v + $w", "($v * $w)[0]"), ("np.dot($v, $w)", "($v * $w).sum()")),
    E("$v = np.array([$a, $b])\n$w = np.array([$c, $d])", "np.concatenate([$v, $w])", ("$v + $w", "np.stack([$v, $w])", "np.concatenate([$w, $v])"), ("np.append($v, $w)", "np.hstack([$v, $w])")),
    E("$v = np.array([$a, $b])\n$w = np.array([$c, $d])", "np.stack([$v, $w]).shape", ("np.concatenate([$v, $w]).shape", "(1, 4)", "$v.shape"), ("np.vstack([$v, $w]).shape",)),
    E("", "np.array([$a, $b, $x]).dtype.name", ("np.array([$x], dtype='float32').dtype.name", "np.array([True]).dtype.name", "np.array(['$s']).dtype.kind"), ("np.array([$x]).dtype.name",)),
    E("", "np.array([$a, $b]).ndim + $c", ("$c", "$c + 2", "$c + 3"), ("$c + 1",)),
    E("$v = np.array([$a, $b, $c])", "$v.mean() * 3", ("$v.sum() * 3", "$v.max()", "$v.min()"), ()),
    E("", "np.linspace(0, $k, 3)", ("np.arange(0, $k)", "np.linspace(0, $k, 4)", "np.linspace(0, $k + 1, 3)"), ("np.arange(3) * $k / 2",)),
    E("$v = np.array([$a, $b, $c])", "np.where($v > $d, 1, 0)", ("$v > $d", "np.where($v > $d, $v, 0)", "np.where($v > $d, 0, 1)"), ("($v > $d).astype(int)",)),
    E("$v = np.eye($k)", "$v.sum()", ("$v.size + 20", "$v.sum() + 1", "$v.sum() * 2 + 7"), ("np.trace($v)",)),
    E("$v = np.array([[$a, $b], [$c, $d]])", "$v + np.array([10, 20])", ("$v + np.array([[10], [20]])", "$v + 10", "$v * np.array([10, 20])"), ("np.add($v, [10, 20])",)),
    E("$v = np.array([$a, $b, $c])", "np.cumsum($v)", ("np.sum($v)", "$v", "np.cumsum($v[::-1])"), ("$v.cumsum()",)),
    E("$v = np.array([$c, $a, $b])", "np.sort($v)[::-1]", ("np.sort($v)", "$v[::-1] + 1", "np.argsort($v)"), ("-np.sort(-$v)",)),
    E("$v = np.array([$a, $b, $a, $c])", "np.unique($v)", ("$v", "np.unique($v)[::-1]", "np.unique($v) + 1"), ("np.array(sorted({$a, $b, $c}))",)),
    E("$v = np.float64($x)", "$v * 2", ("$v", "$v ** 3", "$v + 30"), ("2 * $v", "$v + $v")),
    E("", "np.mean([$a, $b]) > np.float64($c)", ("np.mean([$a, $b])",), ("($a + $b) / 2 > $c",)),
)

TYPES = (
    E("", "type($a / $a).__name__", ("type($a).__name__", "type('$a').__name__", "type([$a]).__name__"), ("type($x).__name__",)),
    E("", "type($a // $k).__name__", ("type($x).__name__", "type(True).__name__", "type('$s').__name__"), ("type($a).__name__",)),
    E("", "type(($a)).__name__", ("type(($a,)).__name__", "type([$a]).__name__", "type({$a}).__name__"), ("type($b).__name__",)),
    E("", "type(($a,)).__name__", ("type($a).__name__", "type([$a]).__name__", "type({$a}).__name__"), ("type(()).__name__",)),
    E("", "type({}).__name__", ("type(set()).__name__", "type([]).__name__", "type(()).__name__"), ("type({'$s': $a}).__name__",)),
    E("", "type({$a, $b}).__name__", ("type({}).__name__", "type([]).__name__", "type(()).__name__"), ("type(set()).__name__",)),
    E("$v = [$a, $b]\n$w = $v.sort()", "type($w).__name__", ("type($v).__name__", "type($a).__name__", "type(()).__name__"), ("type(None).__name__",)),
    E("", "type('$a' * $k).__name__", ("type($a).__name__", "type([]).__name__", "type($x).__name__"), ("type('').__name__",)),
    E("", "type($a > $b).__name__", ("type($a).__name__", "type('$s').__name__", "type(None).__name__"), ("type(True).__name__",)),
    E("", "type($a + $x).__name__", ("type($a).__name__", "type(str($a)).__name__", "type(1j).__name__"), ("type(1.0).__name__",)),
    E("", "type('$s $t'.split()).__name__", ("type('$s').__name__", "type(()).__name__", "type(set()).__name__"), ("type([]).__name__",)),
    E("", "type(n for n in [$a]).__name__", ("type([]).__name__", "type(()).__name__", "type({$a}).__name__"), ()),
)
# fmt: on

GROUPS = (NUMBERS, STRINGS, SEQUENCES, COLLECTIONS, COMPREHENSIONS, FUNCTIONS, CLASSES, ARRAYS)
"""Drawn with equal weight, so that the long groups do not crowd out the short ones."""
EXPRESSIONS = tuple(each for group in GROUPS for each in group)
