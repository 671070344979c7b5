"""What the pages are dressed in: files of this package, at addresses that change with their content."""

from __future__ import annotations

import gzip
import hashlib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

_TYPES = {"css": "text/css; charset=utf-8", "js": "text/javascript; charset=utf-8", "svg": "image/svg+xml"}
_FOREVER = "public, max-age=31536000, immutable"


@dataclass(frozen=True)
class Asset:
    """One file. `address` holds a hash of its bytes, so it may be kept forever."""

    address: str
    type: str
    plain: bytes
    packed: bytes


@cache
def _all() -> dict[str, Asset]:
    """Every asset by its name, read and packed once."""
    folder = files("practicum.web") / "static"
    return {file.name: _read(file.name, file.read_bytes()) for file in folder.iterdir() if "." in file.name}


def _read(name: str, content: bytes) -> Asset:
    stem, _, ending = name.rpartition(".")
    address = f"/static/{stem}.{hashlib.sha256(content).hexdigest()[:12]}.{ending}"
    return Asset(address, _TYPES[ending], content, gzip.compress(content, mtime=0))


def address(name: str) -> str:
    """Where the asset of that file name is served. Raises KeyError if there is none."""
    return _all()[name].address


@cache
def _by_address() -> dict[str, Asset]:
    return {asset.address: asset for asset in _all().values()}


def serve(request: Request) -> Response:
    """The asset at this address, packed if the browser can unpack it."""
    asset = _by_address().get(request.url.path)
    if asset is None:
        raise HTTPException(404)
    headers = {"cache-control": _FOREVER, "vary": "accept-encoding"}
    if "gzip" in request.headers.get("accept-encoding", ""):
        return Response(asset.packed, media_type=asset.type, headers={**headers, "content-encoding": "gzip"})
    return Response(asset.plain, media_type=asset.type, headers=headers)


def icon(request: Request) -> Response:
    """The icon where browsers look for it unasked."""
    return Response(_all()["icon.svg"].plain, media_type=_TYPES["svg"], headers={"cache-control": "max-age=86400"})
