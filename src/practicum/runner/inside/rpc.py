"""Remote calls between a check's process and the job's. Either side may send requests while it answers one.

A `Q` frame is a request: `{"do", "of", "with", "named"}`, where `of` is the number of an object of the other side, or
null. An `A` frame is an answer: `{"gives", "after"}`, `{"raised"}` or `{"cannot"}`, where `after` lists arguments that
the call has changed in place. A message of the job also has `printed`: what its code has written to stdout since
the last one. Values are encoded as in `message_format`. Requests nest, so an answer always belongs to
the last open request.
"""

from __future__ import annotations

import builtins
import sys
import threading
from collections import deque

from practicum.runner.inside import remote
from practicum.runner.inside.deserialize import Deserializer
from practicum.runner.inside.message_format import CannotCross, MessageTooBig, ProtocolViolation, ReferenceTable
from practicum.runner.inside.serialize import Serializer
from practicum.runner.inside.value_encoding import shorten

TYPE_CHECKING = False  # see zygote
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

MAX_OPEN = 50
"""Maximum number of open requests."""
MAX_TEXT = 20_000


class Peer:
    """One side of the connection. Subclasses implement `perform`."""

    def __init__(
        self,
        send: Callable[[bytes, bytes], None],
        receive: Callable[[], tuple[bytes, bytes]],
        describe: Callable[[BaseException], dict[str, Any]],
        own: dict[str, Any] | None = None,
    ) -> None:
        """Connect to the other side.

        Args:
            describe: Returns an exception's failure and traceback, as `child` sends them to the server.
            own: The namespace in which names and classes are looked up.
        """
        self._send = send
        self._receive = receive
        self._describe = describe
        self.own = {} if own is None else own
        self.references = ReferenceTable()
        self._proxies: dict[int, Any] = {}
        self._remote_failures: dict[int, tuple[BaseException, dict[str, Any]]] = {}
        self._open = 0
        self._thread = threading.get_ident()

    def remote_failure(self, error: BaseException) -> dict[str, Any] | None:
        """Return the other side's report of an exception that was raised here in its place."""
        found = self._remote_failures.get(id(error))
        return None if found is None else found[1]

    # --- requests ----------------------------------------------------------------------------------------------------

    def ask(
        self,
        do: str,
        of: int | None,
        arguments: tuple[object, ...] = (),
        named: dict[str, object] | None = None,
        what: str = "what it was given",
    ) -> Any:
        """Send a request and return its answer; raise the exception that it raised.

        Args:
            do: The operation, such as `call`.
            of: The number of an object of the other side.
            what: Names the answer in error messages.
        """
        if threading.get_ident() != self._thread:
            raise RuntimeError("only the main thread may use objects of the other process")
        serializer = self._serializer()
        try:
            given = [serializer.serialize(value) for value in arguments]
            by_name = {name: serializer.serialize(value) for name, value in (named or {}).items()}
            content = {"do": do, "of": of, "with": given, "named": by_name, "printed": self.take_output()}
            message = serializer.message(content)
        except (MessageTooBig, CannotCross) as error:
            raise TypeError(f"an argument cannot be passed: {error}") from None
        self._send(b"Q", message)
        answer = self._read(self._await())
        try:
            return self._read_answer(answer, [*arguments, *(named or {}).values()], what)
        except StopIteration as error:
            if do == "next":
                raise
            raise self._stray(error) from None

    def _stray(self, error: StopIteration) -> RuntimeError:
        """Return what to raise for a StopIteration that ends no iterator, as in a generator (PEP 479).

        As it is, it would end a loop of the reader, such as `all(map(f, inputs))`, without a word.
        """
        raised = RuntimeError(f"the code raised {shorten(type(error).__name__, 100)}")
        failure = self.remote_failure(error)
        if failure is not None:
            self._remote_failures[id(raised)] = (raised, failure)
        return raised

    def _await(self) -> bytes:
        self._open += 1
        if self._open > MAX_OPEN:
            raise ProtocolViolation("too many open requests")
        try:
            while True:
                letter, content = self._receive()
                if letter == b"A":
                    return content
                if letter != b"Q":
                    raise ProtocolViolation(f"an unknown frame {letter!r}")
                self.answer(content)
        finally:
            self._open -= 1

    def _serializer(self) -> Serializer:
        return Serializer(self.references, own=self.own)

    def _read(self, message: bytes) -> Deserializer:
        return Deserializer(self.references, message, self._proxy, self.own)

    def _read_answer(self, answer: Deserializer, arguments: list[object], what: str) -> Any:
        content = answer.content
        if type(content) is not dict:
            raise ProtocolViolation("an answer is an object")
        self.receive_output(content.get("printed", ""))
        if "cannot" in content:
            raise TypeError(f"the check could not load {what}: {_text(content['cannot'])}")
        try:
            for index, changed in _pairs(content.get("after", [])):
                _update(_argument(arguments, index), answer.deserialize(changed))
            if "raised" in content:
                raise self._exception(answer, content["raised"])
            if "argument" in content:
                return _argument(arguments, content["argument"])
            return answer.deserialize(content.get("gives"))
        except CannotCross as error:
            raise TypeError(f"the check could not load {what}: {error}") from None

    def _exception(self, answer: Deserializer, content: Any) -> BaseException:
        """Return an exception of the same builtin class, or of the proxy for a class of the other side."""
        try:
            kind = answer.deserialize(content["class"])
            args = answer.deserialize(content["args"])
            failure = {**content["failure"], "traceback": _text(content["traceback"])}
            message = _text(failure["message"])
        except (KeyError, TypeError) as error:
            raise ProtocolViolation(str(error)) from None
        if not (isinstance(kind, type) and issubclass(kind, BaseException)) or type(args) is not tuple:
            raise ProtocolViolation("an exception of no class")
        raised = _make(kind, args, message)
        self._remote_failures[id(raised)] = (raised, failure)
        return raised

    def _proxy(self, number: int, name: str, can: frozenset[str], base: str | None) -> Any:
        found = self._proxies.get(number)
        if found is None:
            if base is not None:
                found = type(name, (getattr(builtins, base),), {})
            else:
                found = remote.make_proxy(self, number, name, can)
            self._proxies[number] = found
            self.references.add_remote(number, found)
        return found

    # --- answers -----------------------------------------------------------------------------------------------------

    def answer(self, message: bytes) -> None:
        """Perform a request and send its answer. Raises only ProtocolViolation and the channel's errors."""
        try:
            reply = self._reply(self._read(message))
        except ProtocolViolation:
            raise
        except (MessageTooBig, CannotCross) as error:
            reply = self._refusal(str(error))
        except BaseException as error:  # even inspecting the object raises
            reply = self._refusal(f"inspecting it raises {shorten(type(error).__name__, 100)}")
        self._send(b"A", reply)

    def _refusal(self, reason: str) -> bytes:
        return self._serializer().message({"cannot": reason, "printed": self.take_output()})

    def _reply(self, question: Deserializer) -> bytes:
        content = question.content
        try:
            do, of = content["do"], content["of"]
            arguments = [question.deserialize(value) for value in content["with"]]
            named = {_text(name): question.deserialize(value) for name, value in content["named"].items()}
        except (KeyError, TypeError, AttributeError) as error:
            raise ProtocolViolation(str(error)) from None
        self.receive_output(content.get("printed", ""))
        target = None if of is None else self.references.local(of)
        given = [*arguments, *named.values()]
        before = [_fingerprint(self.references, value) for value in given]
        reply: dict[str, Any] = {}
        serializer = self._serializer()
        result = None
        try:
            result = self.perform(do, target, arguments, named)
        except ProtocolViolation:
            raise
        except BaseException as error:
            reply["raised"] = self._raised(serializer, error)
        after = [_fingerprint(self.references, value) for value in given]
        reply["after"] = [
            [index, _changed(serializer, value)]
            for index, value in enumerate(given)
            if before[index] is not None and before[index] != after[index]
        ]
        if "raised" not in reply:
            index = next((i for i, value in enumerate(given) if value is result and _is_mutable(value)), None)
            if index is None:
                reply["gives"] = serializer.serialize(result)
            else:
                reply["argument"] = index
        reply["printed"] = self.take_output()
        return serializer.message(reply)

    def _raised(self, serializer: Serializer, error: BaseException) -> dict[str, Any]:
        try:
            args = serializer.serialize(tuple(error.args))
        except BaseException:
            args = {"tuple": []}
        described = self._describe(error)
        failure, traceback = described["failure"], described["traceback"]
        return {
            "class": serializer.serialize(type(error)),
            "args": args,
            "failure": failure,
            "traceback": traceback,
        }

    def perform(self, do: str, target: Any, arguments: list[Any], named: dict[str, Any]) -> Any:
        """Perform a request of the other side. May raise anything."""
        raise NotImplementedError

    def note_comparison(self, proxy: Any, number: int) -> None:
        """Remember that a proxy was compared, or asked for its class."""

    def take_output(self) -> str:
        """Return what this side has printed since the last message, if the other side is to know it."""
        return ""

    def receive_output(self, text: object) -> None:
        """Take what the other side has printed. Raises ProtocolViolation."""


def perform(do: str, target: Any, arguments: list[Any], named: dict[str, Any]) -> Any:
    """Perform a request that both sides support. Raises ProtocolViolation for any other."""
    operation = _OPERATIONS.get(do)
    if operation is None:
        raise ProtocolViolation(f"unknown operation {do[:20]!r}")
    return operation(target, *arguments, **named)


def _exit(target: Any) -> None:
    target.__exit__(None, None, None)


_OPERATIONS: dict[str, Callable[..., Any]] = {
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


def _make(kind: type[BaseException], args: tuple[Any, ...], message: str) -> BaseException:
    """Return an exception of class `kind` whose text is `message`."""
    try:
        raised: BaseException = kind(*args)
        if str(raised) == message:
            return raised
    except Exception:  # the class takes other arguments
        pass
    subclass: Any = type(kind.__name__, (kind,), {"__str__": lambda self: message, "__init__": lambda self, *_: None})
    raised = subclass.__new__(subclass)
    raised.args = args
    return raised


def _text(content: object) -> str:
    if type(content) is not str:
        raise ProtocolViolation("text is a string")
    return shorten(content, MAX_TEXT)


def _pairs(content: object) -> list[tuple[Any, Any]]:
    if type(content) is not list or any(type(pair) is not list or len(pair) != 2 for pair in content):
        raise ProtocolViolation("changes are pairs")
    return [(pair[0], pair[1]) for pair in content]


def _argument(arguments: list[object], index: object) -> Any:
    if type(index) is not int or not 0 <= index < len(arguments):
        raise ProtocolViolation("no such argument")
    return arguments[index]


# --- arguments that a call changes in place --------------------------------------------------------------------------


def _is_mutable(value: object) -> bool:
    if isinstance(value, list | dict | set | bytearray | deque):
        return True
    return _is_array(value) or _is_table(value) or _is_keras(value)


def _is_table(value: object) -> bool:
    pandas = sys.modules.get("pandas")
    return pandas is not None and type(value) in (getattr(pandas, "DataFrame", None), getattr(pandas, "Series", None))


def _is_array(value: object) -> bool:
    numpy = sys.modules.get("numpy")
    return numpy is not None and type(value) is getattr(numpy, "ndarray", None)


def _is_keras(value: object) -> bool:
    if "keras" not in sys.modules:
        return False
    from practicum.runner.inside import keras_models

    return keras_models.has_state(value)


def _fingerprint(references: ReferenceTable, value: object) -> object:
    """Return a fingerprint that changes when a call changes `value` in place; None if it cannot be changed."""
    if not _is_mutable(value):
        return None
    if _is_keras(value):
        from practicum.runner.inside import keras_models

        return keras_models.state_fingerprint(value)
    serializer = Serializer(references)
    try:
        return serializer.message(serializer.serialize(value))
    except (MessageTooBig, CannotCross):
        return None


def _changed(serializer: Serializer, value: object) -> Any:
    if not _is_keras(value):
        return serializer.serialize(value)
    from practicum.runner.inside import keras_models

    return {"tuple": [serializer.serialize(part) for part in keras_models.mutable_state(value)]}


def _update(argument: Any, value: Any) -> None:
    """Set the content of `argument` to what the call has left in the other side's copy."""
    try:
        if _is_keras(argument):
            from practicum.runner.inside import keras_models

            keras_models.restore_state(argument, *value)
        elif type(argument) is not type(value):
            raise ProtocolViolation("a change of another type")
        elif isinstance(argument, list | bytearray) or _is_array(argument):
            argument[:] = value
        elif isinstance(argument, dict | set):
            argument.clear()
            argument.update(value)
        elif isinstance(argument, deque):
            argument.clear()
            argument.extend(value)
        elif _is_table(argument):
            argument._update_inplace(value)
        else:
            raise ProtocolViolation("a change of what cannot be changed")
    except (ValueError, TypeError) as error:
        raise ProtocolViolation(str(error)) from None
