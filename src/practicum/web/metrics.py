"""Numbers about the service for Prometheus. None is about a person, and no label has an id."""

from __future__ import annotations

import hmac
import ipaddress
import time
from collections.abc import Iterator

from anyio.to_thread import run_sync as in_thread
from prometheus_client import CollectorRegistry, Counter, Histogram, ProcessCollector
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest
from prometheus_client.registry import Collector
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from practicum.application.refusals import Reason, Refused
from practicum.application.site import Site
from practicum.web.security import LOOPBACK, host_name

_FORWARDED = ("x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip", "forwarded", "via")
"""Headers with which a request comes through a proxy."""
_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
UNMATCHED = "unmatched"
"""The route of a request for an address that does not exist."""


class Metrics:
    """The metrics of one service.

    Args:
        site: What it serves.
        token: With it a monitor may read them; None lets this machine read them.
    """

    def __init__(self, site: Site, token: str | None = None) -> None:
        self.token = token
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        self.registry.register(SiteCollector(site))
        self._requests = Counter(
            "practicum_requests", "Responses that have begun.", ["method", "route", "status"], registry=self.registry
        )
        self._seconds = Histogram(
            "practicum_request_seconds",
            "Time until the response began.",
            ["route"],
            buckets=_SECONDS,
            registry=self.registry,
        )

    def record(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count a response."""
        self._requests.labels(method, route, str(status)).inc()
        self._seconds.labels(route).observe(seconds)


class SiteCollector(Collector):
    """Reads the metrics that the site keeps itself, whenever they are asked for."""

    def __init__(self, site: Site) -> None:
        self._site = site

    def describe(self) -> list[Metric]:
        return []

    def collect(self) -> Iterator[Metric]:
        pool, store = self._site.pool, self._site.store
        if pool is not None:
            runs = GaugeMetricFamily("practicum_runs", "Runs now.", labels=["state"])
            runs.add_metric(["running"], pool.queue.running)
            runs.add_metric(["queued"], pool.queue.waiting)
            yield runs
            yield _counter("practicum_runs_ended", "Runs that have ended.", "outcome", pool.outcomes)
            yield GaugeMetricFamily(
                "practicum_spares", "Interpreters that wait for a run.", pool.warm_pool.ready_spares
            )
        yield _counter("practicum_store_errors", "Failed uses of the database.", "code", store.error_counts)
        connections = GaugeMetricFamily("practicum_database_connections", "Connections now.", labels=["state"])
        for state, number in store.connections.items():
            connections.add_metric([state], number)
        yield connections


def _counter(name: str, text: str, label: str, counts: dict[str, int]) -> Metric:
    family = CounterMetricFamily(name, text, labels=[label])
    for value, number in counts.items():
        family.add_metric([value], number)
    return family


class MetricsMiddleware:
    """Middleware before everything else: counts responses and the time until they begin.

    Args:
        app: The application behind it.
        metrics: Where they are counted.
    """

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self.app = app
        self.metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began = time.perf_counter()

        async def measured(message: Message) -> None:
            if message["type"] == "http.response.start":
                seconds = time.perf_counter() - began
                self.metrics.record(method_of(scope), route_of(scope), message["status"], seconds)
            await send(message)

        await self.app(scope, receive, measured)


def method_of(scope: Scope) -> str:
    """Return the method of a request, or `other` for one that no route has: a client may invent it."""
    method: str = scope["method"]
    return method if method in ("GET", "HEAD", "POST") else "other"


def route_of(scope: Scope) -> str:
    """Return the path of a request's route with names in place of values, such as `/s/{sitting}/{number}`."""
    route = scope.get("route")
    return route.path.replace(":short", "") if route is not None else UNMATCHED


async def page(request: Request) -> Response:
    """The metrics, for a monitor that may read them."""
    metrics: Metrics = request.app.state.metrics
    if not may_read(request, metrics.token):
        message = "They are for a monitor on this machine, or one with the operator's token."
        raise Refused(Reason.FORBIDDEN, "metrics-private", "The metrics are not public", message)
    text = await in_thread(generate_latest, metrics.registry)
    return Response(text, headers={"content-type": CONTENT_TYPE_PLAIN_0_0_4, "cache-control": "no-store"})


def may_read(request: Request, token: str | None) -> bool:
    """Return whether a request has the token; without one, whether it comes from this machine and through no proxy."""
    headers = request.headers
    if token is not None:
        return hmac.compare_digest(headers.get("authorization", "").encode(), f"Bearer {token}".encode())
    return (
        request.client is not None
        and _is_loopback(request.client.host)
        and not any(name in headers for name in _FORWARDED)
        and host_name(headers.get("host", "")) in LOOPBACK
    )


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
