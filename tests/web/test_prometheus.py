"""A real Prometheus reads the metrics, with the configuration of the documentation."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.waiting import eventually
from tests.web.making import TOPIC
from tests.web.proxying import documented, running
from tests.web.serving import Service, free_port

pytestmark = pytest.mark.slow

SECRET = "the-secret-of-the-service"


@pytest.mark.parametrize(("token", "health"), [(SECRET, "up"), ("another secret of the operator", "down")])
def test_prometheus_reads_the_metrics(tmp_path: Path, token: str, health: str) -> None:
    """With the token; with another one it reports that the service refuses it."""
    port = free_port()
    prometheus = f"http://127.0.0.1:{port}/api/v1"
    with Service(tmp_path / "data", settings={"PRACTICUM_METRICS_TOKEN": token}) as service:
        httpx2.get(f"{service.url}{TOPIC}")
        scrape = documented("yaml")[0].replace("127.0.0.1:8000", service.url.removeprefix("http://"))
        assert SECRET in scrape
        configuration = tmp_path / "prometheus.yml"
        configuration.write_text(f"global: {{scrape_interval: 1s, scrape_timeout: 1s}}\n{scrape}")
        command = ["prometheus", f"--config.file={configuration}", f"--storage.tsdb.path={tmp_path / 'tsdb'}"]
        with running([*command, f"--web.listen-address=127.0.0.1:{port}"], port):
            assert eventually(lambda: _target(prometheus).get("health") == health)
            query = 'practicum_requests_total{route="/{course}/{topic}"}'
            found = httpx2.get(f"{prometheus}/query", params={"query": query}).json()["data"]["result"]

    assert [sample["value"][1] for sample in found] == (["1"] if health == "up" else [])


def _target(prometheus: str) -> dict[str, Any]:
    """The state of the only target, once there is one."""
    response = httpx2.get(f"{prometheus}/targets")
    targets = response.json()["data"]["activeTargets"] if response.status_code == 200 else []
    return targets[0] if targets else {}
