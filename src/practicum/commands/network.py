"""How clients reach the service: the options of `practicum serve` about addresses and proxies."""

from __future__ import annotations

import functools
import socket
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, TypeVar

import click

from practicum.commands.terminal import CommandError

T = TypeVar("T")
_OPTIONS = (
    click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on."),
    click.option(
        "--port", default=8000, show_default=True, type=click.IntRange(0, 65535), help="Port. 0 picks a free one."
    ),
    click.option(
        "--uds", type=click.Path(path_type=Path), help="Unix socket to listen on, for a proxy, instead of a port."
    ),
    click.option("--root-path", default="", metavar="PATH", help="Path below which a proxy shows the service."),
    click.option(
        "--allowed-host",
        "allowed_hosts",
        multiple=True,
        metavar="NAME",
        help="Host name to which the service answers, for a proxy on this machine. May be repeated.",
    ),
    click.option(
        "--proxy-headers/--no-proxy-headers",
        default=True,
        show_default=True,
        help="Take clients' addresses and HTTPS from the headers of trusted proxies.",
    ),
    click.option(
        "--forwarded-allow-ips",
        envvar="FORWARDED_ALLOW_IPS",
        default="127.0.0.1,::1",
        show_default=True,
        metavar="LIST",
        help="Addresses and networks of trusted proxies.",
    ),
)


@dataclass(frozen=True)
class Network:
    """How clients reach a service."""

    host: str
    port: int
    uds: Path | None
    root_path: str
    """Empty, or a path such as `/practice`."""
    allowed_hosts: tuple[str, ...]
    proxy_headers: bool
    forwarded_allow_ips: str

    @property
    def loopback(self) -> bool:
        """Whether it listens to this machine only."""
        return self.uds is not None or self.host in ("localhost", "::1") or self.host.startswith("127.")

    @property
    def local(self) -> bool:
        """Whether only this machine can reach the service, and not through a proxy either."""
        return self.loopback and not (self.uds or self.allowed_hosts)

    @property
    def hosts(self) -> frozenset[str] | None:
        """The names to which the service answers; None for any."""
        from practicum.web.security import LOOPBACK

        if self.allowed_hosts:
            return LOOPBACK | {name.lower() for name in self.allowed_hosts}
        return LOOPBACK if self.local else None

    @property
    def proxies(self) -> tuple[str, ...] | None:
        """Addresses and networks of trusted proxies; None if no proxy is trusted, on the Unix socket neither."""
        from practicum.web.proxies import trusted_proxies

        return trusted_proxies(self.forwarded_allow_ips) if self.proxy_headers else None

    @contextmanager
    def listener(self) -> Iterator[socket.socket]:
        """Open its socket, and close it at the end.

        Raises:
            CommandError: It cannot listen there.
        """
        from practicum.web.server import CannotListen, listen, listen_unix

        try:
            with listen_unix(self.uds) if self.uds else closing(listen(self.host, self.port)) as opened:
                yield opened
        except CannotListen as error:
            raise CommandError("cannot-listen", str(error)) from None


def network_options(command: Callable[..., T]) -> Callable[..., T]:
    """Give a command the options about addresses, which it receives together as `network`."""

    @functools.wraps(command)
    def with_network(**options: Any) -> T:
        from practicum.web.root_path import valid_root_path

        options["root_path"] = valid_root_path(options["root_path"])
        network = Network(**{field.name: options.pop(field.name) for field in fields(Network)})
        return command(network=network, **options)

    return functools.reduce(lambda decorated, option: option(decorated), reversed(_OPTIONS), with_network)
