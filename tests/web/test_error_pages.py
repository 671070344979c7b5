"""What pages show of faults: that there is one, and nothing of the server, such as its paths."""

from __future__ import annotations

from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from practicum.application.site import Site
from practicum.prove.catalogue import Catalogue
from practicum.runner import IsolationMode, Pool
from practicum.runner.job import ZygoteGone
from practicum.runner.warm_pool import WarmPool
from practicum.store import Store
from practicum.web.app import create_app
from tests.html import refusal_code
from tests.web.making import HERE, TOPIC, Learner

SECRET = "/srv/secret-folder"


@pytest.fixture
def broken(catalogue: Catalogue, store: Store, monkeypatch: pytest.MonkeyPatch) -> Learner:
    """A learner of a service on which no interpreter starts."""

    def start(*_: object) -> object:
        raise ZygoteGone("cannot-start", f"bwrap: execvp {SECRET}/python: No such file or directory")

    monkeypatch.setattr(WarmPool, "child", start)
    return Learner(create_app(Site([catalogue], store, Pool(1, IsolationMode.BARE))))


@pytest.mark.slow
def test_why_a_run_cannot_start_is_for_the_operator(broken: Learner, caplog: pytest.LogCaptureFixture) -> None:
    """On the scratch pad and when a proof is run again: the page lacks what the log has."""
    page = broken.begin() + "/1"
    broken.send(page, "skip")
    shown = [
        broken.post(f"{TOPIC}/scratch", {"code": "print(1)"}),
        broken.send(page, "again"),
    ]

    for response in shown:
        assert response.status_code == 200
        assert "was not started" in response.text
        assert SECRET not in response.text
    assert SECRET in caplog.text


@pytest.mark.slow
def test_a_fault_while_a_proof_is_run_again_is_for_the_operator(
    broken: Learner, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied", SECRET)

    monkeypatch.setattr("practicum.prove.rerun.rerun_variant", fail)
    page = broken.begin() + "/1"
    broken.send(page, "skip")
    response = broken.send(page, "again")

    assert response.status_code == 200
    assert SECRET not in response.text
    assert SECRET in caplog.text


def test_a_fault_has_a_page_without_its_cause(app: Starlette, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither its message nor its traceback."""

    def fail(*_: object) -> None:
        raise PermissionError(13, "Permission denied", SECRET)

    monkeypatch.setattr(Site, "topic", fail)
    response = TestClient(app, base_url=HERE, raise_server_exceptions=False).get(TOPIC)

    assert (response.status_code, refusal_code(response)) == (500, "fault")
    for text in (SECRET, "PermissionError", str(Path(__file__).parents[2])):
        assert text not in response.text
