"""A folder of wheels that pip finds without a network, and two environments built from it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from practicum import settings
from practicum.environments.build import build
from practicum.environments.cache import BuiltEnvironment
from practicum.model import Requirements
from tests.environments.making import NAME, wheel


@pytest.fixture(scope="package")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Versions 1.0 and 2.0 of a package, the second with a dependency. pip looks only in this folder."""
    folder = tmp_path_factory.mktemp("wheels")
    wheel(folder, "1.0")
    wheel(folder, "2.0", requires=["practicum-sand>=0.5"])
    wheel(folder, "0.7", "practicum-sand")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PIP_NO_INDEX", "1")
        patch.setenv("PIP_FIND_LINKS", str(folder))
        patch.setenv("PIP_CONFIG_FILE", os.devnull)
        yield folder


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache of environments."""
    folder = tmp_path / "environments"
    monkeypatch.setenv(settings.ENVIRONMENTS, str(folder))
    return folder


@pytest.fixture(scope="package")
def both(wheels: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[BuiltEnvironment, BuiltEnvironment]:
    """Two environments with two versions of one package."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(settings.ENVIRONMENTS, str(tmp_path_factory.mktemp("both")))
        one, two = (build(Requirements((f"{NAME}=={version}",))).built for version in ("1.0", "2.0"))
    return one, two
