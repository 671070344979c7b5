"""Whom the service believes about a client's address and scheme."""

from __future__ import annotations

from typing import Any

import anyio
import pytest

from practicum.errors import InvalidSetting
from practicum.web.client_address import client_address
from practicum.web.proxies import LOOPBACK_PROXIES, UNIX_PEER, ProxyHeaders, trusted_proxies

FORGED = "203.0.113.66"


def seen(peer: tuple[str, int] | None, *trusted: str, **headers: str) -> tuple[str, str]:
    """The address and scheme that the application sees for a request from a peer with these headers."""
    scopes: list[Any] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        scopes.append(scope)

    raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    scope: Any = {"type": "http", "scheme": "http", "client": peer, "headers": raw}
    anyio.run(ProxyHeaders(app, trusted or LOOPBACK_PROXIES), scope, None, None)
    return client_address(scopes[0]), scopes[0]["scheme"]


@pytest.mark.parametrize("peer", [("127.0.0.1", 1), ("::1", 1), None])
def test_a_proxy_on_this_machine_is_believed(peer: tuple[str, int] | None) -> None:
    """Through a port or a Unix socket."""
    assert seen(peer, x_forwarded_for="192.0.2.7", x_forwarded_proto="https") == ("192.0.2.7", "https")


def test_a_proxy_with_a_listed_address_or_network_is_believed() -> None:
    for proxy in ("10.0.0.7", "10.0.0.0/8"):
        assert seen(("10.0.0.7", 1), proxy, x_forwarded_for="192.0.2.7")[0] == "192.0.2.7"


@pytest.mark.parametrize("peer", ["192.0.2.7", "127.0.0.66", "10.0.0.8"])
def test_no_other_peer_is_believed(peer: str) -> None:
    """It keeps its own address and scheme, whatever it sends."""
    received = seen((peer, 1), "127.0.0.1", "10.0.0.7", x_forwarded_for=FORGED, x_forwarded_proto="https")

    assert received == (peer, "http")


@pytest.mark.parametrize("trusted", ["127.0.0.1", "127.0.0.0/8"])
def test_a_client_cannot_forge_its_address_through_a_proxy(trusted: str) -> None:
    """Where a proxy appends the client's address to what the client sent, the last address counts."""
    headers = {"x_forwarded_for": f"{FORGED}, 127.0.0.1, 192.0.2.7"}

    assert seen(("127.0.0.1", 1), trusted, **headers)[0] == "192.0.2.7"
    assert seen(None, trusted, **headers)[0] == "192.0.2.7"


def test_a_chain_of_trusted_proxies_is_followed() -> None:
    """To the first address that is none of theirs."""
    chain = f"{FORGED}, 192.0.2.7, 10.0.0.7"

    assert seen(("127.0.0.1", 1), "127.0.0.1", "10.0.0.7", x_forwarded_for=chain)[0] == "192.0.2.7"


def test_without_a_header_the_peer_counts() -> None:
    assert seen(None) == (UNIX_PEER, "http")
    assert seen(("127.0.0.1", 1)) == ("127.0.0.1", "http")


def test_a_list_of_proxies_is_read() -> None:
    assert trusted_proxies(" 10.0.0.7, 172.16.0.0/12,::1,") == ("10.0.0.7", "172.16.0.0/12", "::1")


@pytest.mark.parametrize("text", ["*", "127.0.0.1,*", "proxy.example.org", "10.0.0.7/8", "unix"])
def test_only_addresses_and_networks_are_trusted(text: str) -> None:
    """With `*`, each client could choose its address."""
    with pytest.raises(InvalidSetting) as raised:
        trusted_proxies(text)

    assert raised.value.code == "invalid-proxy"
