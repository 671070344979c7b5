"""What a child of `benchmarks.forkserver` does. Imports next to nothing, for each child would pay for it."""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from multiprocessing.connection import Connection

# Preloaded first: what TensorFlow has to say when it is imported, and in each child again, is not to be seen.
if os.environ.get("BENCHMARK_FORKSERVER"):
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)


def execute(code: str, sender: Connection) -> None:
    """Run it, and send how it went: nothing if well."""
    try:
        exec(code, {"__name__": "__main__"})  # noqa: S102 - our own snippets; isolates nothing
        sender.send("")
    except BaseException as error:
        sender.send(repr(error))
