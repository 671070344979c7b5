"""Questions and answers between a check's process and the job's. Either end may ask back while it answers.

A frame `Q` asks: `{"do", "of", "with", "named"}`, `of` being a number that the other end lent, or none. A frame `A`
answers: `{"gives", "after"}` (`after`: arguments that the call has changed in place), `{"raised"}` or `{"cannot"}`.
The values in both are those of `carry`. Questions nest; so an answer is always that to the last open question.
"""

from __future__ import annotations

import builtins
import sys
import threading

from practicum.runner.inside import remote
from practicum.runner.inside.deserialize import Unpacker
from practicum.runner.inside.serialize import Packer
from practicum.runner.inside.transfer import CannotCross, Ledger, TooBig, Unreadable
from practicum.runner.inside.value_encoding import short

TYPE_CHECKING = False  # see zygote
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

NEST = 50
"""Questions that may be open at once."""
TEXT = 20_000


class Talk:
    """One end. A subclass says in `perform` what it does for the other."""

    def __init__(
        self,
        send: Callable[[bytes, bytes], None],
        receive: Callable[[], tuple[bytes, bytes]],
        describe: Callable[[BaseException], dict[str, Any]],
        own: dict[str, Any] | None = None,
    ) -> None:
        """`describe` gives an exception's failure and traceback, as `child` sends them to the server."""
        self._send = send
        self._receive = receive
        self._describe = describe
        self.own = {} if own is None else own
        self.ledger = Ledger()
        self._stand_ins: dict[int, Any] = {}
        self._told: dict[int, tuple[BaseException, dict[str, Any]]] = {}
        self._open = 0
        self._thread = threading.get_ident()

    def told(self, error: BaseException) -> dict[str, Any] | None:
        """What the other end told of an exception that was raised for it here."""
        found = self._told.get(id(error))
        return None if found is None else found[1]

    # --- asking ------------------------------------------------------------------------------------------------------

    def ask(
        self,
        do: str,
        of: int | None,
        arguments: tuple[object, ...] = (),
        named: dict[str, object] | None = None,
        what: str = "what it was given",
    ) -> Any:
        """What the other end answers; raises what it says it raised. `what` names the answer in a complaint."""
        if threading.get_ident() != self._thread:
            raise RuntimeError("only the thread that was asked may ask back")
        packer = Packer(self.ledger)
        try:
            given = [packer.pack(value) for value in arguments]
            by_name = {name: packer.pack(value) for name, value in (named or {}).items()}
            message = packer.message({"do": do, "of": of, "with": given, "named": by_name})
        except (TooBig, CannotCross) as error:
            raise TypeError(f"an argument cannot be handed over: {error}") from None
        self._send(b"Q", message)
        answer = self._read(self._await())
        return self._take(answer, [*arguments, *(named or {}).values()], what)

    def _await(self) -> bytes:
        self._open += 1
        if self._open > NEST:
            raise Unreadable("too many questions at once")
        try:
            while True:
                letter, content = self._receive()
                if letter == b"A":
                    return content
                if letter != b"Q":
                    raise Unreadable(f"an unknown frame {letter!r}")
                self.answer(content)
        finally:
            self._open -= 1

    def _read(self, message: bytes) -> Unpacker:
        return Unpacker(self.ledger, message, self._stand_in, self.own)

    def _take(self, answer: Unpacker, arguments: list[object], what: str) -> Any:
        told = answer.told
        if type(told) is not dict:
            raise Unreadable("an answer is an object")
        if "cannot" in told:
            raise TypeError(f"the check could not load {what}: {_text(told['cannot'])}")
        try:
            for index, changed in _pairs(told.get("after", [])):
                _update(_argument(arguments, index), answer.unpack(changed))
            if "raised" in told:
                raise self._exception(answer, told["raised"])
            if "argument" in told:
                return _argument(arguments, told["argument"])
            return answer.unpack(told.get("gives"))
        except CannotCross as error:
            raise TypeError(f"the check could not load {what}: {error}") from None

    def _exception(self, answer: Unpacker, told: Any) -> BaseException:
        """An exception of the same builtin class, or of the stand-in for a class of the other end's."""
        try:
            kind = answer.unpack(told["class"])
            told_args = answer.unpack(told["args"])
            failure = {**told["failure"], "traceback": _text(told["traceback"])}
            message = _text(failure["message"])
        except (KeyError, TypeError) as error:
            raise Unreadable(str(error)) from None
        if not (isinstance(kind, type) and issubclass(kind, BaseException)) or type(told_args) is not tuple:
            raise Unreadable("an exception of no class")
        raised = _make(kind, told_args, message)
        self._told[id(raised)] = (raised, failure)
        return raised

    def _stand_in(self, number: int, name: str, can: frozenset[str], base: str | None) -> Any:
        found = self._stand_ins.get(number)
        if found is None:
            if base is not None:
                found = type(name, (getattr(builtins, base),), {})
            else:
                found = remote.stand_in(self, number, name, can)
            self._stand_ins[number] = found
            self.ledger.borrow(number, found)
        return found

    # --- answering ---------------------------------------------------------------------------------------------------

    def answer(self, message: bytes) -> None:
        """Do what is asked and say what came of it. Raises only :class:`Unreadable` and the channel's errors."""
        try:
            reply = self._reply(self._read(message))
        except Unreadable:
            raise
        except (TooBig, CannotCross) as error:
            reply = Packer(self.ledger).message({"cannot": str(error)})
        except BaseException as error:  # an object that does not even let itself be looked at
            reply = Packer(self.ledger).message({"cannot": f"looking at it raises {short(type(error).__name__, 100)}"})
        self._send(b"A", reply)

    def _reply(self, question: Unpacker) -> bytes:
        told = question.told
        try:
            do, of = told["do"], told["of"]
            arguments = [question.unpack(value) for value in told["with"]]
            named = {_text(name): question.unpack(value) for name, value in told["named"].items()}
        except (KeyError, TypeError, AttributeError) as error:
            raise Unreadable(str(error)) from None
        target = None if of is None else self.ledger.lent(of)
        given = [*arguments, *named.values()]
        before = [_print(self.ledger, value) for value in given]
        reply: dict[str, Any] = {}
        packer = Packer(self.ledger)
        result = None
        try:
            result = self.perform(do, target, arguments, named)
        except Unreadable:
            raise
        except BaseException as error:
            reply["raised"] = self._raised(packer, error)
        after = [_print(self.ledger, value) for value in given]
        reply["after"] = [
            [index, _changed(packer, value)]
            for index, value in enumerate(given)
            if before[index] is not None and before[index] != after[index]
        ]
        if "raised" not in reply:
            index = next((i for i, value in enumerate(given) if value is result and _is_mutable(value)), None)
            if index is None:
                reply["gives"] = packer.pack(result)
            else:
                reply["argument"] = index
        return packer.message(reply)

    def _raised(self, packer: Packer, error: BaseException) -> dict[str, Any]:
        try:
            told_args = packer.pack(tuple(error.args))
        except BaseException:
            told_args = {"tuple": []}
        described = self._describe(error)
        failure, traceback = described["failure"], described["traceback"]
        return {"class": packer.pack(type(error)), "args": told_args, "failure": failure, "traceback": traceback}

    def perform(self, do: str, target: Any, arguments: list[Any], named: dict[str, Any]) -> Any:
        """What the other end asked for. May raise anything."""
        raise NotImplementedError


def perform(do: str, target: Any, arguments: list[Any], named: dict[str, Any]) -> Any:
    """The questions that both ends know. Raises :class:`Unreadable` for any other."""
    how = _DO.get(do)
    if how is None:
        raise Unreadable(f"nobody can do {do[:20]!r}")
    return how(target, *arguments, **named)


def _exit(target: Any) -> None:
    target.__exit__(None, None, None)


_DO: dict[str, Callable[..., Any]] = {
    "call": lambda target, /, *arguments, **named: target(*arguments, **named),
    "get": getattr,
    "put": setattr,
    "item": lambda target, key: target[key],
    "set": lambda target, key, value: target.__setitem__(key, value),
    "iter": iter,
    "next": next,
    "len": len,
    "bool": bool,
    "str": str,
    "repr": repr,
    "isinstance": lambda target, value: isinstance(value, target),
    "issubclass": lambda target, value: issubclass(value, target),
    "enter": lambda target: target.__enter__(),
    "exit": _exit,
}


def _make(kind: type[BaseException], told: tuple[Any, ...], message: str) -> BaseException:
    """An exception of `kind` that says `message`."""
    try:
        raised = kind(*told)
        if str(raised) == message:
            return raised
    except Exception:  # a class that wants other arguments
        pass
    saying: Any = type(kind.__name__, (kind,), {"__str__": lambda self: message, "__init__": lambda self, *_: None})
    silent: BaseException = saying.__new__(saying)
    silent.args = told
    return silent


def _text(content: object) -> str:
    if type(content) is not str:
        raise Unreadable("text is a string")
    return short(content, TEXT)


def _pairs(told: object) -> list[tuple[Any, Any]]:
    if type(told) is not list or any(type(pair) is not list or len(pair) != 2 for pair in told):
        raise Unreadable("changes are pairs")
    return [(pair[0], pair[1]) for pair in told]


def _argument(arguments: list[object], index: object) -> Any:
    if type(index) is not int or not 0 <= index < len(arguments):
        raise Unreadable("no such argument")
    return arguments[index]


# --- arguments that a call changes in place --------------------------------------------------------------------------


def _is_mutable(value: object) -> bool:
    if isinstance(value, list | dict | set | bytearray):
        return True
    return _is_array(value) or _is_keras(value)


def _is_array(value: object) -> bool:
    numpy = sys.modules.get("numpy")
    return numpy is not None and type(value) is getattr(numpy, "ndarray", None)


def _is_keras(value: object) -> bool:
    if "keras" not in sys.modules:
        return False
    from practicum.runner.inside import keras_models

    return keras_models.has_state(value)


def _print(ledger: Ledger, value: object) -> object:
    """What is compared to see whether a call has changed `value` in place; None for what cannot be changed."""
    if not _is_mutable(value):
        return None
    if _is_keras(value):
        from practicum.runner.inside import keras_models

        return keras_models.state_print(value)
    packer = Packer(ledger)
    try:
        return packer.message(packer.pack(value))
    except (TooBig, CannotCross):
        return None


def _changed(packer: Packer, value: object) -> Any:
    if not _is_keras(value):
        return packer.pack(value)
    from practicum.runner.inside import keras_models

    return {"tuple": [packer.pack(part) for part in keras_models.state(value)]}


def _update(argument: Any, value: Any) -> None:
    """Give `argument` the content that the call has left in the other end's copy."""
    try:
        if _is_keras(argument):
            from practicum.runner.inside import keras_models

            keras_models.restore(argument, *value)
        elif type(argument) is not type(value):
            raise Unreadable("a change of another type")
        elif isinstance(argument, list | bytearray) or _is_array(argument):
            argument[:] = value
        elif isinstance(argument, dict | set):
            argument.clear()
            argument.update(value)
        else:
            raise Unreadable("a change of what cannot be changed")
    except (ValueError, TypeError) as error:
        raise Unreadable(str(error)) from None
