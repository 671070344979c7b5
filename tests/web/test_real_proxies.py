"""The service behind nginx and Caddy, with the configurations of the documentation."""

from __future__ import annotations

import json
import re
import socket
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest
from playwright.sync_api import Browser
from starlette.applications import Starlette

from practicum.application.site import Site
from practicum.prove.catalogue import Catalogue
from practicum.runner import Pool
from practicum.store import Store
from practicum.web.app import create_app
from practicum.web.server import CannotListen, listen_unix
from tests.html import STREAM, refusal_code
from tests.web.making import COURSE, TOPIC
from tests.web.proxying import PROXIES, Certificate, Proxy, make_certificate
from tests.web.serving import Inside, Service

pytestmark = pytest.mark.slow

HOST = "127.0.0.1"
PAD = f"{TOPIC}/scratch"
ENDLESS = "print('begun', flush=True)\nwhile True: pass"
CLIENT, FORGED = "127.0.0.66", "203.0.113.66"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    return make_certificate(tmp_path_factory.mktemp("certificate"))


@pytest.fixture
def app(catalogue: Catalogue, store: Store) -> Iterator[Starlette]:
    """With a pool of its own, which the end of the service closes."""
    with Pool(2) as pool:
        yield create_app(Site([catalogue], store, pool), hosts=frozenset({HOST}))


@pytest.fixture(params=PROXIES)
def proxy(request: pytest.FixtureRequest, app: Starlette, certificate: Certificate, tmp_path: Path) -> Iterator[Proxy]:
    """Each of the documented proxies in front of the application."""
    with Inside(app) as service, PROXIES[request.param](tmp_path, certificate, service.url) as running:
        yield running


def client(proxy: Proxy, address: str = CLIENT) -> httpx2.Client:
    """A browser at an address of the loopback network that is not trusted as a proxy."""
    transport = httpx2.HTTPTransport(verify=proxy.certificate.context, local_address=address)
    return httpx2.Client(base_url=proxy.url, transport=transport, timeout=60)


def test_pages_and_forms_work_over_https(proxy: Proxy) -> None:
    """The cookie is bound to the host; a form of another origin is refused."""
    with client(proxy) as http:
        html = http.get(f"{TOPIC}/challenge").text
        form = {"nonce": re.findall(r'name="nonce" value="([^"]*)"', html)[0], "clock": "off"}
        foreign = http.post(f"{TOPIC}/challenge", data=form, headers={"origin": "https://example.org"})
        started = http.post(f"{TOPIC}/challenge", data=form, headers={"origin": proxy.url})

    assert list(http.cookies) == ["__Host-practicum"]
    assert foreign.status_code == 403
    assert started.status_code == 303
    assert started.headers["location"].startswith("/s/")


def test_events_arrive_while_a_run_is_in_progress(proxy: Proxy) -> None:
    """No buffer holds them back until its end, which here comes only when it is stopped."""
    with client(proxy) as http:
        http.get(PAD)
        with http.stream("POST", PAD, data={"code": ENDLESS}, headers={"accept": STREAM}) as response:
            lines = response.iter_lines()
            id = next(json.loads(line[6:])["id"] for line in lines if line.startswith('data: {"id"'))
            assert any("begun" in line for line in lines)
            stopped = http.post(f"/runs/{id}/stop", data={"quietly": "1"}, headers={"accept": STREAM})
            rest = "\n".join(lines)

    assert stopped.status_code == 204
    assert "event: result" in rest


def test_a_client_cannot_choose_its_address(proxy: Proxy, app: Starlette) -> None:
    """The service sees the one from which it is connected to the proxy, whatever it sends."""
    seen: list[str] = []
    start = app.state.site.runs.start

    def noted(asking, *rest, **named):  # type: ignore[no-untyped-def]
        seen.append(asking.address)
        return start(asking, *rest, **named)

    app.state.site.runs.start = noted
    with client(proxy) as http:
        for headers in ({}, {"x-forwarded-for": FORGED}, {"forwarded": f"for={FORGED}", "x-real-ip": FORGED}):
            http.post(PAD, data={"code": "1"}, headers=headers)

    assert seen == [CLIENT] * 3


def test_browsers_use_http_2(proxy: Proxy, chromium: Browser) -> None:
    with chromium.new_context(ignore_https_errors=True, base_url=proxy.url) as context:
        page = context.new_page()
        page.goto("/")

        assert page.evaluate("performance.getEntriesByType('navigation')[0].nextHopProtocol") == "h2"


def test_other_names_are_refused(tmp_path: Path) -> None:
    """Also of a service that answers to a name beside those of this machine; and it is not local any more."""
    with Service(tmp_path, "--allowed-host", "Practice.example.org") as service:
        statuses = {
            name: httpx2.get(service.url, headers={"host": name}).status_code
            for name in ("practice.example.org", "practice.example.org:8443", "127.0.0.1", "example.org", "")
        }
        form = {"action": "fit", "folder": str(tmp_path)}
        own_images = httpx2.post(f"{service.url}{TOPIC}/project/own", files={"zip": b""}, data=form)

    assert [name for name, status in statuses.items() if status == 421] == ["example.org", ""]
    assert refusal_code(own_images) == "not-local"


# --- a Unix socket


def test_a_unix_socket_serves_nginx(tmp_path: Path, certificate: Certificate) -> None:
    """It is open to its user and group only, and removed at the end."""
    path = tmp_path / "practicum.sock"
    with Service(tmp_path / "data", "--uds", str(path)) as service:
        mode = stat.S_IMODE(path.stat().st_mode)
        with PROXIES["nginx"](tmp_path, certificate, f"http://unix:{path}") as proxy, client(proxy) as http:
            status = http.get(TOPIC).status_code

    assert service.url == f"unix:{path}"
    assert mode == 0o660
    assert status == 200
    assert list(http.cookies) == ["__Host-practicum"]
    assert not path.exists()


def test_a_socket_that_was_left_is_replaced(tmp_path: Path) -> None:
    """But not one in use, and no other file."""
    path = tmp_path / "left.sock"
    with socket.socket(socket.AF_UNIX) as left:
        left.bind(str(path))
    with listen_unix(path) as listener:
        listener.listen()
        with pytest.raises(CannotListen), listen_unix(path):
            pass
        assert path.exists()
    path.write_text("mine")
    with pytest.raises(CannotListen), listen_unix(path):
        pass

    assert path.read_text() == "mine"


# --- options


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["--forwarded-allow-ips", "*"], "172.16.0.0/12"),
        (["--root-path", "practice"], "--root-path"),
        (["--root-path", "/python-basics"], "python-basics"),
        (["--uds", "/no/such/folder/x.sock"], "--uds"),
    ],
)
def test_invalid_options_end_it(tmp_path: Path, arguments: list[str], named: str) -> None:
    """With exit code 2 and a message that says what to write. A course may not have the name of the root path."""
    serve = [sys.executable, "-m", "practicum", "serve", str(COURSE), "--no-open", "--data", str(tmp_path), "--port=0"]
    ended = subprocess.run([*serve, *arguments], capture_output=True, text=True, timeout=60, check=False)

    assert ended.returncode == 2
    assert named in ended.stderr
    assert "Traceback" not in ended.stderr


def test_listening_beyond_this_machine_is_explained(tmp_path: Path) -> None:
    """Once, on standard error; not for a loopback address."""
    open_to_all = Service(tmp_path / "a", "--host", "0.0.0.0")
    local = Service(tmp_path / "b")

    assert "HTTPS" in open_to_all.end()[1]
    assert local.end()[1] == ""
