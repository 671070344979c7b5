"""What a pool keeps ready, looked at from outside: its interpreters' processes."""

from __future__ import annotations

from practicum.runner import Pool, Preload
from practicum.runner.zygote_client import ZygoteClient


def zygotes(pool: Pool) -> dict[Preload, ZygoteClient]:
    """Its warm interpreters (of the server's own environment and hash seed 0), standbys left out."""
    homes = list(pool.warm_pool.interpreters.values())  # nothing public tells, for nobody else need know
    return {home.key.preload: home.zygote for home in homes if home.zygote is not None}


def interpreter(zygote: ZygoteClient) -> int:
    """The process of the interpreter itself: bubblewrap starts it in full mode, in bare mode it is what was started."""
    first, *others = zygote.pids()
    return others[0] if zygote.mode == "full" else first
