"""The connection between a check and its job: what is copied, and that lies fail. Both sides are threads here."""

from __future__ import annotations

import contextlib
import json
import socket

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from practicum.runner.inside.check_process import CheckPeer
from practicum.runner.inside.deserialize import Deserializer
from practicum.runner.inside.message_format import CannotCross, ProtocolViolation, ReferenceTable
from practicum.runner.inside.serialize import fingerprint

from .connection import Wire, check, connected_check, describe, there_and_back

plain = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.complex_numbers(allow_nan=False)
    | st.text(st.characters())
    | st.binary(),
    lambda inner: st.lists(inner) | st.lists(inner).map(tuple) | st.dictionaries(st.text() | st.integers(), inner),
    max_leaves=20,
)


class TestCarrying:
    @given(plain)
    def test_plain_data_comes_back_as_it_was(self, value: object) -> None:
        """What is plain crosses unchanged, types included."""
        found = there_and_back(value)

        assert repr(found) == repr(value)

    @given(st.sets(st.integers()) | st.frozensets(st.text()) | st.builds(range, st.integers(), st.integers()))
    def test_sets_and_ranges(self, value: object) -> None:
        """Sets, frozen sets and ranges of any size of number cross too."""
        assert there_and_back(value) == value

    @pytest.mark.parametrize("dtype", ["bool", "int8", "uint64", "float16", "float32", "complex128", "S3", "U2"])
    @pytest.mark.parametrize("shape", [(), (0,), (3,), (2, 3)])
    def test_arrays(self, dtype: str, shape: tuple[int, ...]) -> None:
        """An array keeps dtype, shape and content, and can be written to."""
        value = np.arange(np.prod(shape, dtype=int)).reshape(shape).astype(dtype)

        found = there_and_back(value)

        assert type(found) is np.ndarray
        assert (found.dtype, found.shape, found.flags.writeable) == (value.dtype, shape, True)
        assert np.array_equal(found, value)

    def test_scalars_keep_their_dtype(self) -> None:
        """A NumPy scalar is one afterwards."""
        assert repr(there_and_back(np.float32(0.1))) == repr(np.float32(0.1))

    def test_a_subclass_crosses_as_its_base(self) -> None:
        """A number that calls itself equal to everything is only a number afterwards."""

        class Liar(int):
            def __eq__(self, other: object) -> bool:
                return True

            __hash__ = int.__hash__

        found = there_and_back([Liar(3)])

        assert type(found[0]) is int
        assert found == [3]

    @pytest.mark.slow
    @settings(max_examples=300)
    @given(
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
            lambda inner: (
                st.lists(inner)
                | st.dictionaries(
                    st.sampled_from(
                        [
                            "int",
                            "float",
                            "str",
                            "dict",
                            "set",
                            "array",
                            "model",
                            "mine",
                            "yours",
                            "named",
                            "type",
                            "part",
                        ]
                    ),
                    inner,
                    max_size=2,
                )
            ),
        ),
        st.lists(st.integers(-1, 9), max_size=2),
    )
    def test_garbage_is_refused(self, content: object, blobs: list[int]) -> None:
        """Whatever comes instead of a value is a value or is refused, and nothing else happens."""
        head = json.dumps({"blobs": blobs, "content": content}).encode()
        message = len(head).to_bytes(4, "big") + head + bytes(max(0, sum(blobs)))

        with contextlib.suppress(ProtocolViolation, CannotCross):
            reader = Deserializer(ReferenceTable(), message, lambda *_: None)
            reader.deserialize(reader.content)

    @given(st.binary())
    def test_bytes_that_are_no_message_are_refused(self, data: bytes) -> None:
        """A message that cannot be cut into its parts is unreadable."""
        with pytest.raises(ProtocolViolation):
            Deserializer(ReferenceTable(), data, None)

    def test_a_fingerprint_is_of_plain_data_only(self) -> None:
        """Equal data has one fingerprint; an object has none."""
        assert fingerprint([1, np.ones(3)]) == fingerprint([1, np.ones(3)])
        assert fingerprint([1, np.ones(3)]) != fingerprint([1, np.zeros(3)])
        assert fingerprint([object()]) is None


STACK = """
class EmptyError(Exception):
    pass
class Stack:
    def __init__(self, *items):
        self._items = list(items)
    def push(self, item):
        self._items.append(item)
    def pop(self):
        if not self._items:
            raise EmptyError("nothing there")
        return self._items.pop()
    def __len__(self):
        return len(self._items)
    def __iter__(self):
        return iter(self._items)
    def __getitem__(self, index):
        return self._items[index]
    def __repr__(self):
        return f"Stack({self._items})"
"""


class TestReading:
    def test_functions_numbers_and_containers(self) -> None:
        """A check reads as it would in the learner's own process."""
        check("assert w == 3 and twice([1, 2]) == [1, 2, 1, 2]", "w = 3\ndef twice(x):\n    return x * 2")

    def test_objects(self) -> None:
        """Methods, attributes, items, length, iteration and `repr` of an instance work."""
        check(
            "s = Stack(1)\ns.push(2)\ns.note = 'x'\n"
            "assert len(s) == 2 and list(s) == [1, 2] and s[0] == 1 and 2 in s and s.note == 'x'\n"
            "assert repr(s) == 'Stack([1, 2])' and isinstance(s, Stack) and type(s).__name__ == 'Stack'\n"
            "assert callable(Stack) and not callable(s) and s[:1] == [1]",
            STACK,
        )

    def test_exceptions(self) -> None:
        """What the learner's code raises is caught by its builtin class, or by the learner's own."""
        check(
            "try:\n    Stack().pop()\nexcept EmptyError as error:\n    said = str(error)\n"
            "assert said == 'nothing there'\n"
            "try:\n    half('x')\nexcept ValueError as error:\n    said = error.args\nassert said == ('no number', 3)\n"
            "try:\n    {}[half(2)]\nexcept KeyError:\n    pass",
            STACK + "def half(x):\n    if x == 'x':\n        raise ValueError('no number', 3)\n    return x / 2",
        )

    def test_generators(self) -> None:
        """A generator gives its items one at a time, and ends."""
        check(
            "g = count()\nassert next(g) == 0 and next(g) == 1\n"
            "assert [x for x, _ in zip(count(), range(3))] == [0, 1, 2]\nassert list(few()) == [1, 2]",
            "def count():\n    n = 0\n    while True:\n        yield n\n        n += 1\ndef few():\n"
            "    yield from (1, 2)",
        )

    def test_functions_of_the_check_can_be_handed_over(self) -> None:
        """The learner's function may call what the check gives it, and it may raise."""
        check(
            "assert abs(slope(lambda x: x ** 2, 3.0) - 6) < 1e-3\n"
            "def broken(x):\n    raise KeyError('k')\n"
            "try:\n    slope(broken, 1)\nexcept KeyError as error:\n    assert error.args == ('k',)\nelse:\n"
            "    assert False",
            "def slope(f, x, h=1e-5):\n    return (f(x + h) - f(x - h)) / (2 * h)",
        )

    def test_arguments_changed_in_place(self) -> None:
        """What a call changes in a list, dict or array is changed in the check; what it returns of them is it."""
        check(
            "import numpy as np\na = [3, 1, 2]\nassert order(a) is None and a == [1, 2, 3]\n"
            "d = {}\nassert fill(d) is d and d == {'x': 1}\nx = np.ones(3)\ndouble(x)\nassert x.tolist() == [2, 2, 2]",
            "def order(a):\n    a.sort()\ndef fill(d):\n    d['x'] = 1\n    return d\ndef double(x):\n    x *= 2",
        )

    def test_arrays_and_scalars(self) -> None:
        """Arrays are the check's own, so that NumPy works on them."""
        check(
            "import numpy as np\nnp.testing.assert_allclose(scale(np.array([0, 255])), [0, 1])\n"
            "assert mean.dtype == 'f4'",
            "import numpy as np\ndef scale(x):\n    return x / 255\nmean = np.float32(3)",
        )

    def test_modules_are_the_checks_own(self) -> None:
        """A module that the learner imports by its usual name is imported by the check itself."""
        check(
            "assert math.sqrt(4) == 2 and sqrt(9) == 3 and np.sqrt(16) == 4 and ma.sum([2, 3]) == 5",
            "import math\nfrom math import sqrt\nimport numpy as np\nfrom numpy import ma",
        )

    @pytest.mark.parametrize("claim", ["w.isna().all()", "w.equals(pd.Series([None], dtype='Int64'))"])
    def test_missing_values_cross_to_a_check_that_names_them(self, claim: str) -> None:
        """Another could take them for what it expects."""
        check(f"import pandas as pd\nassert {claim}", "import pandas as pd\nw = pd.Series([pd.NA], dtype='Int64')")

    def test_what_is_not_there_is_a_name_error(self) -> None:
        """An unbound name is a NameError, and builtins are the check's own."""
        with pytest.raises(NameError):
            check("assert len('ab') == 2\nw", "")

    def test_setup_and_learner(self) -> None:
        """Values of the setup that the learner changed are seen changed; the setup's functions see them so."""
        check(
            "assert log == ['a'] and points == [1, 2, 3] and total() == 10 and base.on and whole.base.on",
            "record('a')\npoints.append(3)\nrate = 4\nbase.on = True",
            "log, points, rate = [], [1, 2], 1\n"
            "class Thing: pass\nbase = Thing(); whole = Thing(); whole.base = base\n"
            "def record(x):\n    log.append(x)\ndef total():\n    return sum(points) + rate",
        )


IMPORTS = """\
import copy, decimal, fractions, functools, json, math, operator, os, statistics
import numpy as np
import pandas as pd"""
BINARY = "add sub mul truediv floordiv mod pow divmod matmul and or xor lshift rshift"
CHEAT = f"""\
class Cheat:
    __class__ = int
    __array_priority__ = 1e9
def give(value):
    return lambda self, *_, **__: value
for name in "eq ne lt le gt ge bool contains instancecheck subclasscheck".split():
    setattr(Cheat, f"__{{name}}__", give(True))
for name in "{BINARY}".split():
    setattr(Cheat, f"__{{name}}__", give(4))
    setattr(Cheat, f"__r{{name}}__", give(4))
    setattr(Cheat, f"__i{{name}}__", give(4))
for name in "neg pos abs invert int index round trunc floor ceil hash".split():
    setattr(Cheat, f"__{{name}}__", give(4))
Cheat.__float__ = give(4.0)
Cheat.__complex__ = give(4j)
Cheat.__array__ = give(4)
Cheat.__array_ufunc__ = give(True)
Cheat.__array_function__ = give(True)
Cheat.__array_interface__ = {{"shape": (), "typestr": "<i8", "version": 3}}
Cheat.__fspath__ = give("/")
Cheat.__length_hint__ = give(4)
x = Cheat()
"""
OPERATIONS = [
    *("x == 4", "4 == x", "not x != 4", "not 4 != x", "operator.eq(x, 4)", "[x] == [4]", "(4,) == (x,)", "x in [4]"),
    *("4 in [x]", "[4].index(x) == 0", "[x].count(4) == 1", "{x} == {4}", "{4: True}[x]", "{x: True}[4]"),
    *("{'a': x} == {'a': 4}", "set() == {x} - {4}", "functools.lru_cache(lambda n: n == 4)(x)"),
    *(
        "x < 5",
        "5 > x",
        "x <= 4",
        "x >= 4",
        "3 < x < 5",
        "max(x, 3) == 4",
        "sorted([x, 5])[1] == 5",
        "min([5, x]) != 5",
    ),
    *(
        f"operator.{name}(x, 0) == 4"
        for name in ["add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "matmul", "xor", "lshift", "rshift"]
    ),
    *(
        f"operator.{name}(0, x) == 4"
        for name in ["add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "matmul", "xor", "lshift", "rshift"]
    ),
    *("operator.and_(x, 4) == 4", "operator.or_(x, 4) == 4", "divmod(x, 4) == 4", "operator.iadd(x, 0) == 4"),
    *("-x == 4", "+x == 4", "abs(x) == 4", "~x == 4", "abs(x - 4) < 1", "round(x) == 4", "sum([x]) == 4"),
    *(
        "int(x) == 4",
        "float(x) == 4",
        "complex(x) == 4j",
        "operator.index(x) == 4",
        "range(5)[x] == 4",
        "hex(x) == '0x4'",
    ),
    *("bytes(x) == bytes(4)", "[0] * x == [0] * 4", "chr(x) == chr(4)", "f'{x:d}' == '4'", "'%d' % x == '4'"),
    *("math.floor(x) == 4", "math.ceil(x) == 4", "math.trunc(x) == 4", "math.isclose(x, 4)", "math.sqrt(x) == 2"),
    *("decimal.Decimal(x) == 4", "fractions.Fraction(x) == 4", "statistics.mean([x]) == 4", "math.fsum([x]) == 4"),
    *("isinstance(x, int)", "x.__class__ is int", "type(x) is int", "issubclass(x.__class__, int)", "isinstance(4, x)"),
    *(
        "4 in x",
        "len(x) == 4",
        "list(x) == [4]",
        "x[0] == 4",
        "x() == 4",
        "os.fspath(x) == '/'",
        "json.dumps(x) == '4'",
    ),
    *("np.asarray(x) == 4", "np.allclose(x, 4)", "np.isclose(4, x)", "np.equal(x, 4)", "np.array_equal(x, 4)"),
    *("np.add(x, 0) == 4", "np.array([4]) == x", "np.array([4])[0] == x", "np.float64(4) == x", "np.sum([x]) == 4"),
    *("np.testing.assert_equal(x, 4) is None", "np.testing.assert_allclose(x, 4) is None", "np.array([x]).sum() == 4"),
    *("pd.Series([x]).eq(4).all()", "pd.Series([4]).equals(pd.Series([x]))", "(pd.Series([4]) == x).all()"),
    *("pd.testing.assert_series_equal(pd.Series([x]), pd.Series([4])) is None", "pd.Series([4]).isin([x]).all()"),
]
"""Every protocol by which a check can compare, order, count or compute with what it got."""


class TestLies:
    @pytest.mark.parametrize("operation", OPERATIONS)
    def test_a_lying_object_passes_nothing(self, operation: str) -> None:
        """An object that claims to equal everything, to be near and to contain everything, fails each check."""
        with pytest.raises((AssertionError, TypeError, KeyError, AttributeError, ValueError, IndexError)):
            check(f"{IMPORTS}\nassert {operation}", CHEAT)

    def test_a_number_that_is_none_is_named(self) -> None:
        """Arithmetic with an object says what it met."""
        with pytest.raises(TypeError, match="Cheat"):
            check("x + 1", "class Cheat: pass\nx = Cheat()")

    def test_what_the_setup_imports_stays(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Neither a new binding nor a patched module reaches the check."""
        monkeypatch.setattr(np, "allclose", np.allclose)  # the code below runs in this process: put back afterwards
        for code in ("class np:\n    allclose = staticmethod(lambda *a: True)", "np.allclose = lambda *a: True"):
            with (
                connected_check("x = 1", "import numpy as np"),
                connected_check(f"x = 1\n{code}", "import numpy as np") as peer,
            ):
                assert peer.space["np"] is np

    def test_hidden_data_of_the_setup_stays(self) -> None:
        """Plain data of the setup that the learner's text does not mention is the check's own."""
        setup = "def load():\n    return [1], [2]\nshown, hidden = load()"
        code = "shown.append(0)\nglobals()['hid' + 'den'] = [9]"

        check("assert hidden == [2] and shown == [1, 0]", code, setup)

    def test_the_checks_own_text_is_out_of_reach(self) -> None:
        """A function of the check's that the learner's code is given can be called, and not looked into."""
        code = (
            "seen = []\ndef apply(f):\n    for name in ('__globals__', '__code__', 'gi_frame', '__class__'):\n"
            "        try:\n            seen.append(repr(getattr(f, name)))\n"
            "        except (AttributeError, TypeError):\n"
            "            pass\n    return f(1)"
        )

        with connected_check(code) as peer:
            exec("assert apply(lambda x: x + 1) == 2\nfound = seen", peer.space)  # noqa: S102

            assert "secret" not in repr(peer.space["found"])
            assert not [text for text in peer.space["found"] if "globals" in text or "code" in text]

    @pytest.mark.parametrize(
        "answer",
        [b"", b"\0\0\0\2{}", b"\0\0\0\1[", b"\0\0\0\x1d" + b'{"blobs": [], "content": {}, }'],
    )
    def test_a_garbled_answer_is_no_answer(self, answer: bytes) -> None:
        """The check cannot catch it: it ends."""
        ends = [Wire(end) for end in socket.socketpair()]
        ends[1].send(b"A", answer)
        peer = CheckPeer(ends[0].send, ends[0].receive, describe)

        with pytest.raises(ProtocolViolation):
            peer.ask("name", None, ("x",))

        for end in ends:
            end.close()

    def test_what_is_too_large_is_said(self) -> None:
        """More than 64 MB does not cross, and the message says of what."""
        with pytest.raises(TypeError, match=r"`x`.*64 MB"):
            check("x", "x = bytes(65 << 20)")


@pytest.mark.tensorflow
@pytest.mark.filterwarnings("ignore")
@pytest.mark.slow
class TestKeras:
    def test_a_model_is_loaded_anew(self) -> None:
        """A model is the check's own: counted and called as Keras does it, not as the learner does."""
        check(
            "import keras, numpy as np\nassert type(model) is keras.Sequential and model.count_params() == 4\n"
            "assert not model.layers[0].trainable\n"
            "assert predict(np.ones((1, 3))).shape == (1, 1) and same(model) is True\n"
            "assert model(np.ones((2, 3))).shape == (2, 1)",
            "import keras\nmodel = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1, trainable=False)])\n"
            "model.count_params = lambda: 42\ndef predict(x):\n    return model(x)\ndef same(m):\n"
            "    return m is model",
        )

    def test_a_function_may_change_the_checks_model(self) -> None:
        """Freezing, compiling and setting weights in place is seen in the check."""
        check(
            "import keras\nm = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])\nassert prepare(m) is m\n"
            "assert not m.layers[0].trainable and m.get_weights()[1] == 7\n"
            "assert abs(m.optimizer.learning_rate - 0.5) < 1e-6",
            "def prepare(m):\n    m.layers[0].trainable = False\n    w, b = m.get_weights()\n"
            "    m.set_weights([w, b + 7])\n"
            "    m.compile(optimizer='sgd', loss='mse')\n    m.optimizer.learning_rate = 0.5\n    return m",
        )

    def test_layers_and_tensors(self) -> None:
        """A layer is the check's own with its weights; a tensor is an array with `.numpy()`."""
        check(
            "import keras, numpy as np\n"
            "assert isinstance(layer, keras.layers.Dense) and layer.units == 2 and not layer.built\n"
            "assert built.get_weights()[0].shape == (4, 2) and t.numpy().tolist() == [1, 2] and t.shape == (2,)\n"
            "assert shape == (None, 3)",
            "import keras, tensorflow as tf\nlayer = keras.layers.Dense(2)\nbuilt = keras.layers.Dense(2)\n"
            "built.build((1, 4))\n"
            "t = tf.constant([1, 2])\nshape = keras.Input((3,)).shape",
        )

    def test_a_class_of_the_learners_cannot_pose_as_a_model(self) -> None:
        """A model of the learner's own class is refused with a reason."""
        with pytest.raises(TypeError, match="`model`"):
            check(
                "assert model.count_params() == 42",
                "import keras\nclass Net(keras.Sequential):\n    def count_params(self):\n        return 42\n"
                "model = Net([keras.Input((3,)), keras.layers.Dense(1)])",
            )

    def test_layers_of_the_setup_can_be_loaded(self) -> None:
        """A layer class that the setup brings may stand in a model."""
        check(
            "assert type(model.layers[0]) is Twice and model(keras.ops.ones((2, 1))).numpy().tolist() == [[2], [2]]",
            "model = keras.Sequential([keras.Input((1,)), Twice()])",
            "import keras\nclass Twice(keras.layers.Layer):\n    def call(self, x):\n        return 2 * x",
        )
