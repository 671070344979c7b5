"""Pages when what is stored was restored, or is gone."""

from __future__ import annotations

from pathlib import Path

from starlette.applications import Starlette

from practicum.store import Store
from practicum.store.backup import open_source, restore_backup, write_backup
from tests.html import refusal_code
from tests.web.making import TOPIC, Learner


def test_a_learner_goes_on_after_a_restore(learner: Learner, store: Store, tmp_path: Path) -> None:
    """The service need not be restarted: a learner who is not in the backup is a new one, with the same cookie."""
    Store.open(tmp_path / "empty").close()
    with open_source(tmp_path / "empty") as source:
        write_backup(source, tmp_path / "backup.sqlite3")
    lost = learner.begin()
    learner.get(f"{lost}/1")
    restore_backup(tmp_path / "backup.sqlite3", store, replace=True)

    gone = learner.get(f"{lost}/1")
    again = learner.begin()

    assert gone.status_code == 404
    assert learner.get(f"{again}/1").status_code == 200


def test_a_deleted_database_is_an_error_without_its_path(
    app: Starlette, learner: Learner, store: Store, tmp_path: Path
) -> None:
    """On every page that needs it, and for the load balancer."""
    page = f"{learner.begin()}/1"
    form = learner.form(page)
    before = learner.get("/readyz")
    (tmp_path / "data" / "practicum.sqlite3").unlink()

    failed = [learner.get(page), learner.post(f"{page}/answer", {**form, "answer": "1"}), Learner(app).get(TOPIC)]
    ready = learner.get("/readyz")

    assert (before.status_code, before.json()["ready"]) == (200, True)
    assert (ready.status_code, ready.json()) == (503, {"ready": False, "code": "file-replaced"})
    assert [reply.status_code for reply in failed[:2]] == [503, 503]
    assert refusal_code(failed[0]) == refusal_code(failed[1]) == "file-replaced"
    for reply in failed:
        assert str(tmp_path) not in reply.text
        assert "practicum.sqlite3" not in reply.text
