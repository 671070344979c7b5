"""The network from which a request comes: what a person has only few of, unlike cookies."""

from __future__ import annotations

import ipaddress
from functools import lru_cache

from starlette.types import Scope

IPV6_NETWORK = 64
"""Bits of an IPv6 address that name a network. Each household has at least one such network, with 2^64 addresses."""
MAX_LENGTH = 64
"""Characters that are kept of what is no address, such as a name from a proxy."""


def client_address(scope: Scope) -> str:
    """Return the IPv4 address of a request's client, or its IPv6 network.

    Behind a trusted proxy, uvicorn has replaced the proxy's address by that of `X-Forwarded-For`.
    """
    client = scope.get("client")
    return network(client[0]) if client else ""


@lru_cache(maxsize=4096)
def network(host: str) -> str:
    """Return an IPv4 address as it is, and an IPv6 address as its network of 64 bits."""
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return host[:MAX_LENGTH]
    if isinstance(address, ipaddress.IPv4Address):
        return str(address)
    if address.ipv4_mapped:
        return str(address.ipv4_mapped)
    return str(ipaddress.ip_network((address, IPV6_NETWORK), strict=False))
