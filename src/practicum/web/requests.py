"""What a request is about: the service, the visitor, the topic, the sitting."""

from __future__ import annotations

from starlette.exceptions import HTTPException
from starlette.requests import Request

from practicum.application.context import TopicContext, queue_key
from practicum.application.site import Site
from practicum.application.sittings import Address
from practicum.model import Topic
from practicum.modes import Mode
from practicum.prove.catalogue import Catalogue
from practicum.runner import Client
from practicum.web.client_address import client_address
from practicum.web.security import visitor


def site_of(request: Request) -> Site:
    """Return the site that a request is for."""
    site = request.app.state.site
    assert isinstance(site, Site)
    return site


def token_of(request: Request) -> str:
    """Return the token of the visitor."""
    return visitor(request).token


def queue_key_of(request: Request) -> str:
    """Return the name under which the visitor owns runs."""
    return queue_key(token_of(request))


def client_of(request: Request) -> Client:
    """Return the visitor as one of those who take turns at running code."""
    return Client(queue_key_of(request), client_address(request.scope), visitor(request).newcomer)


def topic_of(request: Request) -> tuple[Catalogue, Topic]:
    """Return the course and topic in the address. Raises Refused (not found)."""
    return site_of(request).topic(request.path_params["course"], request.path_params["topic"])


def context_of(request: Request, mode: Mode) -> TopicContext:
    """Return the topic in the address, in this mode, for this visitor. Raises Refused (not found)."""
    catalogue, topic = topic_of(request)
    return TopicContext(site_of(request), catalogue, topic, mode, token_of(request))


def address_of(request: Request) -> Address:
    """Return the sitting and problem in the address, which need not exist."""
    params = request.path_params
    if "number" not in params:
        raise HTTPException(404)
    return Address(site_of(request), token_of(request), params["sitting"], params["number"])
