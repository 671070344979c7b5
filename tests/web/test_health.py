"""Whether the service is alive and ready, also while it stops."""

from __future__ import annotations

import json
import signal
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import httpx2
import pytest

from practicum.application.site import Site
from practicum.prove.catalogue import Catalogue
from practicum.runner import Pool
from practicum.store import Store
from practicum.web.app import create_app
from tests.html import STREAM, refusal_code
from tests.waiting import eventually
from tests.web.making import TOPIC, Learner
from tests.web.serving import Service, browser

PAD = f"{TOPIC}/scratch"


def test_a_service_answers_probes_under_any_name(learner: Learner) -> None:
    """A load balancer asks by address; and the answers set no cookie."""
    for path in ("/healthz", "/readyz"):
        response = learner.http.get(path, headers={"host": "10.0.0.7:8000"})

        assert response.status_code == 200
        assert "set-cookie" not in response.headers


@pytest.mark.slow
def test_a_service_whose_runner_is_closed_is_alive_but_not_ready(catalogue: Catalogue, store: Store) -> None:
    with Pool(1) as pool:
        probe = Learner(create_app(Site([catalogue], store, pool)))
        before = probe.get("/readyz").status_code
    after = probe.get("/readyz")

    assert before == 200
    assert (after.status_code, after.json()["code"]) == (503, "runner-closed")
    assert probe.get("/healthz").status_code == 200


@pytest.fixture
def draining(tmp_path: Path) -> Iterator[Service]:
    """A service that has an hour to stop; a second signal ends the wait."""
    service = Service(tmp_path, "--drain", "3600")
    yield service
    with suppress(ProcessLookupError):
        service.process.send_signal(signal.SIGINT)
    service.end(signal.SIGINT)


@pytest.mark.slow
def test_a_draining_service_ends_runs_and_begins_none(draining: Service) -> None:
    """It is alive, answers pages, and is not ready. A run in progress ends by itself."""
    code = "import sys, time\nprint('begun', flush=True)\ntime.sleep(3)\nprint('ended')"
    with browser(draining.url) as http, browser(draining.url) as other:
        http.get(PAD)
        with http.stream("POST", PAD, data={"code": code}, headers={"accept": STREAM}) as response:
            lines = response.iter_lines()
            assert any("begun" in line for line in lines)
            draining.process.send_signal(signal.SIGTERM)
            assert eventually(lambda: other.get("/readyz").status_code == 503)
            ready, alive, page = (other.get(path) for path in ("/readyz", "/healthz", TOPIC))
            refused = other.post(PAD, data={"code": "1"})
            rest = "\n".join(lines)

    assert ready.json() == {"ready": False, "code": "stopping"}
    assert (alive.status_code, page.status_code) == (200, 200)
    assert (refused.status_code, refusal_code(refused)) == (503, "service-stopping")
    result = json.loads(rest.rpartition("data: ")[2].partition("\n")[0])
    assert 'data-ending="done"' in result


@pytest.mark.slow
def test_a_second_signal_ends_a_drain(draining: Service) -> None:
    draining.process.send_signal(signal.SIGTERM)
    assert eventually(lambda: httpx2.get(f"{draining.url}/readyz").status_code == 503)
    draining.end(signal.SIGINT)

    assert draining.process.returncode == 0
