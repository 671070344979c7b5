"""Real proxies in front of a service, with the configurations of the documentation, and a certificate for them."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import ssl
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.documents import DOCS
from tests.waiting import eventually
from tests.web.serving import free_port

GUIDE = DOCS / "run-a-service.md"
DOCUMENTED_HOST = "practice.example.org"
NGINX = """
worker_processes 1;
daemon off;
{user}
pid {folder}/nginx.pid;
error_log stderr;
events {{ worker_connections 256; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    {server}
}}
"""
"""What Debian's nginx.conf has around a server, without the paths of the system."""
CADDY = "{{\n  admin off\n  auto_https disable_redirects\n  skip_install_trust\n}}\n{server}"


@dataclass(frozen=True)
class Certificate:
    """A certificate for 127.0.0.1 and localhost, signed by itself."""

    public: Path
    private: Path

    @property
    def context(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=str(self.public))


@dataclass(frozen=True)
class Proxy:
    """A running proxy."""

    url: str
    certificate: Certificate


def make_certificate(folder: Path) -> Certificate:
    """Make a certificate with OpenSSL."""
    made = Certificate(folder / "cert.pem", folder / "key.pem")
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    command += ["-keyout", str(made.private), "-out", str(made.public), "-days", "2", "-subj", "/CN=localhost"]
    command += ["-addext", "subjectAltName=IP:127.0.0.1,DNS:localhost"]
    subprocess.run(command, check=True, capture_output=True)
    return made


def documented(language: str) -> list[str]:
    """The configurations in the guide for operators."""
    return re.findall(rf"^ *```{language}\n(.*?)^ *```", GUIDE.read_text(), re.S | re.M)


def of_this_test(configuration: str, certificate: Certificate, upstream: str, port: int) -> str:
    """A documented configuration with the certificate, the service and the port of a test."""
    changes = {
        r"/etc/ssl/certs/practice\.pem": str(certificate.public),
        r"/etc/ssl/private/practice\.key": str(certificate.private),
        r"http://127\.0\.0\.1:8000": upstream if upstream.startswith("http://unix:") else upstream.rstrip("/"),
        r"(?<=reverse_proxy )127\.0\.0\.1:8000": upstream.removeprefix("http://"),
        r"listen 443": f"listen 127.0.0.1:{port}",
        rf"server_name {DOCUMENTED_HOST}": "server_name 127.0.0.1",
        rf"^{DOCUMENTED_HOST}": f"https://127.0.0.1:{port}",
    }
    for pattern, text in changes.items():
        configuration = re.sub(pattern, text, configuration, flags=re.M)
    return configuration


@contextmanager
def nginx(folder: Path, certificate: Certificate, upstream: str, location: str = "") -> Iterator[Proxy]:
    """Run nginx with the documented server, or with another location in it. Skips the test where nginx is missing."""
    server = documented("nginx")[0]
    if location:
        server = re.sub(r"    location / \{.*?\n    \}\n", lambda _: location, server, flags=re.S)
    port = free_port()
    server = of_this_test(server, certificate, upstream, port)
    configuration = folder / "nginx.conf"
    user = "user root;" if os.geteuid() == 0 else ""
    configuration.write_text(NGINX.format(folder=folder, server=server, user=user))
    with running(["nginx", "-p", str(folder), "-c", str(configuration), "-e", "stderr"], port):
        yield Proxy(f"https://127.0.0.1:{port}", certificate)


@contextmanager
def caddy(folder: Path, certificate: Certificate, upstream: str) -> Iterator[Proxy]:
    """Run Caddy with the documented site. Skips the test where Caddy is missing."""
    port = free_port()
    configuration = folder / "Caddyfile"
    configuration.write_text(CADDY.format(server=of_this_test(documented("caddy")[0], certificate, upstream, port)))
    command = ["caddy", "run", "--config", str(configuration), "--adapter", "caddyfile"]
    with running(command, port, HOME=str(folder), XDG_DATA_HOME=str(folder), XDG_CONFIG_HOME=str(folder)):
        yield Proxy(f"https://127.0.0.1:{port}", certificate)


PROXIES = {"nginx": nginx, "caddy": caddy}


@contextmanager
def running(command: list[str], port: int, **environment: str) -> Iterator[None]:
    """Run a program until the end of `with`, once it accepts connections. Skips the test where it is missing."""
    program = shutil.which(command[0], path=f"{os.environ['PATH']}:/usr/sbin")
    if program is None:
        pytest.skip(f"{command[0]} is not installed")
    settings = {**os.environ, **environment}
    process = subprocess.Popen(
        [program, *command[1:]], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=settings
    )
    try:
        assert eventually(lambda: process.poll() is not None or _accepts(port))
        assert process.poll() is None, process.communicate(timeout=10)[0]
        yield
    finally:
        with suppress(ProcessLookupError):
            process.send_signal(signal.SIGTERM)
        process.communicate(timeout=60)


def _accepts(port: int) -> bool:
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
        return True
    return False
