"""Which network a request comes from."""

from __future__ import annotations

import pytest

from practicum.web.client_address import client_address, network


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::1", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::1", "2001:db8:1:3::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("testclient", "testclient"),
        ("x" * 1000, "x" * 64),
    ],
)
def test_a_network_is_an_ipv4_address_or_64_bits_of_an_ipv6_address(host: str, expected: str) -> None:
    """Whoever has one IPv6 address has 2^64 of them."""
    assert network(host) == expected


def test_a_request_without_an_address_has_an_empty_one() -> None:
    """As behind a Unix socket."""
    assert client_address({"type": "http", "client": None}) == ""
