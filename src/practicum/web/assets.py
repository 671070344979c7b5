"""Styles, scripts and icons of this package, of modes and of kinds, at addresses that change with their content."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import product

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from practicum import kinds, modes
from practicum.application.preferences import CHOICES
from practicum.web.root_path import path_of

_TYPES = {"css": "text/css; charset=utf-8", "js": "text/javascript; charset=utf-8", "svg": "image/svg+xml"}
FOREVER = "public, max-age=31536000, immutable"
STYLE, SCRIPT = "style.css", "script.js"
"""The asset files that the folder of a mode, an activity or a kind may hold."""


@dataclass(frozen=True)
class Asset:
    """One file. `address` holds a hash of its bytes, so it may be cached forever."""

    address: str
    type: str
    plain: bytes
    packed: bytes


@cache
def _assets() -> dict[str, Asset]:
    """Every asset by its name, read and compressed once."""
    return {name: _asset(name, content) for name, content in [*_own_files(), *_package_files()]}


def _own_files() -> Iterator[tuple[str, bytes]]:
    for file in (files("practicum.web") / "static").iterdir():
        if "." in file.name:
            yield file.name, file.read_bytes()


def _package_files() -> Iterator[tuple[str, bytes]]:
    of_modes = [package for mode in modes.registered().values() for package in mode.packages]
    of_kinds = [kind.package for kind in kinds.registered().values()]
    for package in dict.fromkeys(["practicum.charts", "practicum.figures", *of_modes, *of_kinds]):
        for name in (STYLE, SCRIPT):
            file = files(package) / name
            if file.is_file():
                yield f"{package}/{name}", file.read_bytes()


def _asset(name: str, content: bytes) -> Asset:
    stem, _, ending = name.rpartition(".")
    stem = stem.rpartition(".")[2].replace("/", "-")
    address = f"/static/{stem}.{hashlib.sha256(content).hexdigest()[:12]}.{ending}"
    return Asset(address, _TYPES[ending], content, gzip.compress(content, mtime=0))


def address(name: str) -> str:
    """Return the address of a file in `web/static`, or of `PACKAGE/style.css`. Raises KeyError if there is none."""
    return _assets()[name].address


def package_addresses(packages: tuple[str, ...], name: str) -> list[str]:
    """Return the addresses of `style.css` or `script.js` of those packages that have one."""
    return [
        _assets()[key].address for key in (f"{package}/{name}" for package in reversed(packages)) if key in _assets()
    ]


@dataclass(frozen=True)
class FormAssets:
    """What a page needs to show the forms of some kinds."""

    styles: list[str]
    scripts: list[str]
    """The addresses of both."""
    has_editor: bool
    """Whether one of the forms contains a code editor."""


def form_assets(kind_names: Iterable[str]) -> FormAssets:
    """Return what a page needs to show forms of the kinds with these names."""
    shown = [kinds.get(name) for name in dict.fromkeys(kind_names)]
    packages = tuple(kind.package for kind in shown)
    styles, scripts = package_addresses(packages, STYLE), package_addresses(packages, SCRIPT)
    return FormAssets(styles, scripts, any(kind.has_editor for kind in shown))


_ALWAYS, _NEVER = "(min-width: 0)", "(max-width: 0)"
_OTHER = {"dark": "light", "light": "dark"}


def for_preferences(html: str, theme: str, motion: str) -> str:
    """Return a page with the styles for a theme (`system`, `light`, `dark`) and motion (`system`, `reduced`).

    They are the styles of the system's settings with these media queries decided, so that no style knows of the choice.
    """
    for address, asset in _decided(theme, motion).items():
        html = html.replace(address, asset.address)
    return html


@cache
def _decided(theme: str, motion: str) -> dict[str, Asset]:
    """The styles that such a choice changes, by the addresses that they replace."""
    rules: dict[str, str] = {}
    if theme in _OTHER:
        rules |= {
            f"(prefers-color-scheme: {theme})": _ALWAYS,
            f"(prefers-color-scheme: {_OTHER[theme]})": _NEVER,
            "color-scheme: light dark": f"color-scheme: {theme}",
        }
    if motion == "reduced":
        rules |= {"(prefers-reduced-motion: reduce)": _ALWAYS, "(prefers-reduced-motion: no-preference)": _NEVER}
    styles = {name: asset for name, asset in _assets().items() if name.endswith(".css")}
    decided = ((asset, _asset(name, _replaced(asset.plain, rules))) for name, asset in styles.items())
    return {before.address: after for before, after in decided if after != before}


def _replaced(content: bytes, rules: Mapping[str, str]) -> bytes:
    for before, after in rules.items():
        content = content.replace(before.encode(), after.encode())
    return content


@cache
def _by_address() -> dict[str, Asset]:
    choices = product(CHOICES["theme"], CHOICES["motion"])
    decided = (asset for choice in choices for asset in _decided(*choice).values())
    return {asset.address: asset for asset in [*_assets().values(), *decided]}


def serve(request: Request) -> Response:
    """The asset at this address, compressed if the browser accepts that."""
    asset = _by_address().get(path_of(request))
    if asset is None:
        raise HTTPException(404)
    headers = {"cache-control": FOREVER, "vary": "accept-encoding"}
    if "gzip" in request.headers.get("accept-encoding", ""):
        return Response(asset.packed, media_type=asset.type, headers={**headers, "content-encoding": "gzip"})
    return Response(asset.plain, media_type=asset.type, headers=headers)


def icon(request: Request) -> Response:
    """The icon at the address where browsers look for it by themselves."""
    return Response(_assets()["icon.svg"].plain, media_type=_TYPES["svg"], headers={"cache-control": "max-age=86400"})
