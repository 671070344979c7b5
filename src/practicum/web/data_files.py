"""The data files of courses, for learners who want to look at them or use them elsewhere."""

from __future__ import annotations

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from practicum.application.site import Site
from practicum.web.assets import FOREVER
from practicum.web.root_path import path_of


def serve(request: Request) -> Response:
    """The data file at this address, as a download. One that only unproved texts have is not served."""
    site: Site = request.app.state.site
    file = site.data_file(path_of(request))
    if file is None:
        raise HTTPException(404)
    headers = {"cache-control": FOREVER, "content-disposition": f'attachment; filename="{file.name}"'}
    return Response(file.content, media_type="application/octet-stream", headers=headers)
