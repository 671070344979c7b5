"""Serves the check's requests in the job's process, after the code has ended."""

from __future__ import annotations

from practicum.runner.inside import rpc
from practicum.runner.inside.message_format import ProtocolViolation
from practicum.runner.inside.serialize import fingerprint

TYPE_CHECKING = False  # see zygote
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any


class AnswerServer(rpc.Peer):
    """Answers requests from `own`, the namespace that the code has left.

    Args:
        take_output: Returns what the code has written to stdout since its last call. It is sent with each message.
    """

    def __init__(
        self,
        send: Callable[[bytes, bytes], None],
        receive: Callable[[], tuple[bytes, bytes]],
        describe: Callable[[BaseException], dict[str, Any]],
        own: dict[str, Any],
        take_output: Callable[[], str],
    ) -> None:
        super().__init__(send, receive, describe, own)
        self._take_output = take_output

    def take_output(self) -> str:
        return self._take_output()

    def perform(self, do: str, target: Any, arguments: list[Any], named: dict[str, Any]) -> Any:
        if do == "name":
            return self._name(*arguments)
        if do == "same":
            name, known = arguments
            return fingerprint(self._name(name)) == known
        return rpc.perform(do, target, arguments, named)

    def _name(self, name: str) -> Any:
        if name not in self.own:
            raise NameError(f"name {name!r} is not defined")
        return self.own[name]

    def serve(self) -> None:
        """Answer `Q` frames until frame `O`. Raises ProtocolViolation for any other frame."""
        while True:
            letter, content = self._receive()
            if letter == b"O":
                return
            if letter != b"Q":
                raise ProtocolViolation(f"an unknown frame {letter!r}")
            self.answer(content)
