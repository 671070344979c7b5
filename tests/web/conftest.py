"""A proved course, a store, the application, and learners."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from starlette.applications import Starlette

from practicum.prove.catalogue import Catalogue
from practicum.store import Store
from practicum.web.app import create_app
from practicum.web.site import Site
from tests.web.making import COURSE, Learner, proved


@pytest.fixture(scope="session")
def catalogue(tmp_path_factory: pytest.TempPathFactory) -> Catalogue:
    """The little course of these tests, proved."""
    root = tmp_path_factory.mktemp("courses") / COURSE.name
    shutil.copytree(COURSE, root)
    return proved(root)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "data") as store:
        yield store


@pytest.fixture
def app(catalogue: Catalogue, store: Store) -> Starlette:
    return create_app(Site([catalogue], store))


@pytest.fixture
def learner(app: Starlette) -> Learner:
    return Learner(app)


@pytest.fixture
def another(app: Starlette) -> Callable[[], Learner]:
    """One more browser, which is somebody else."""
    return lambda: Learner(app)
