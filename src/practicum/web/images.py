"""The images of courses, at addresses that change with their content."""

from __future__ import annotations

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from practicum.application.site import Site
from practicum.web.assets import FOREVER
from practicum.web.root_path import path_of

_TYPES = {"png": "image/png", "jpg": "image/jpeg", "jpeg": "image/jpeg", "webp": "image/webp"}


def serve(request: Request) -> Response:
    """The image at this address. One that only unproved texts have is not served."""
    site: Site = request.app.state.site
    image = site.image(path_of(request))
    if image is None:
        raise HTTPException(404)
    ending = image.address.rpartition(".")[2]
    return Response(image.content, media_type=_TYPES[ending], headers={"cache-control": FOREVER})
