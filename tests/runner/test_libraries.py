"""Libraries that are loaded before a job, because its text imports them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from practicum.runner import Job, Pool, Preload, warm_pool
from practicum.runner.environment import Environment
from practicum.runner.required_imports import choose_libraries, choose_preload

pytestmark = pytest.mark.slow

PYPLOT = "matplotlib.pyplot"


def _libraries(pool: Pool) -> list[tuple[str, ...]]:
    """The libraries of the interpreters that are running."""
    return [key.libraries for key, kept in pool.warm_pool.interpreters.items() if kept.zygote is not None]


@pytest.mark.parametrize(
    ("code", "libraries"),
    [
        ("import numpy as np", ()),
        ("import pandas as pd", ("pandas",)),
        ("from pandas import DataFrame", ("pandas",)),
        ("import numpy, pandas", ("pandas",)),
        (f"import {PYPLOT} as plt", ("matplotlib", PYPLOT)),
        ("from matplotlib import pyplot as plt", ("matplotlib", PYPLOT)),
        ("import matplotlib", ("matplotlib",)),
        ("from matplotlib import cm", ("matplotlib",)),
        ("from PIL import Image", ("PIL", "PIL.Image")),
        ("from scipy.stats import norm", ("scipy", "scipy.stats")),
        ("from sklearn.svm import SVC", ("sklearn",)),
        (f"import pandas as pd, {PYPLOT} as plt", ("matplotlib", PYPLOT, "pandas")),
        ("pandas = 1", ()),
        ("import pandasql", ()),
        ("from , import pandas", ()),
        ("import keras, pandas", ()),
    ],
)
def test_only_what_is_imported_is_loaded(code: str, libraries: tuple[str, ...]) -> None:
    """The text's imports decide; TensorFlow's interpreter has no others."""
    job = Job(code=code)

    assert choose_libraries(job, choose_preload(job)) == libraries


def test_a_jobs_own_module_is_not_replaced(pool: Pool) -> None:
    """A file of the job that has a library's name is what the job imports."""
    job = Job(code="import pandas", files={"pandas.py": "mine = 5\n"}, values={"mine": "pandas.mine"})
    also = Job(code="import pandas", files={"dateutil.py": ""})

    assert pool.run(job).values == {"mine": 5}
    assert pool.run(also).failure is not None  # pandas needs the installed one


def test_a_forgotten_import_fails() -> None:
    """`matplotlib.pyplot` exists only for code that imports it, whatever other jobs have imported."""
    with Pool(size=1) as pool:
        assert pool.run(Job(code=f"import {PYPLOT}\n{PYPLOT}.plot([1])")).ok

        failed = pool.run(Job(code=f"import matplotlib\n{PYPLOT}.plot([1])"))

    assert failed.failure is not None
    assert failed.failure.type == "AttributeError"


def test_nothing_is_importable_that_was_not_imported(pool: Pool) -> None:
    """SciPy has modules that import `concurrent.futures`; only code that imports these, or it, has the attribute."""
    result = pool.run(Job(code="import scipy, concurrent\nconcurrent.futures"))

    assert result.failure is not None
    assert result.failure.type == "AttributeError"


@pytest.mark.parametrize("code", ["import pandas as library", "from sklearn import linear_model as library"])
def test_jobs_share_nothing(code: str) -> None:
    """What one job changes in a library, the next one does not see, though both have the same interpreter."""
    with Pool(size=1) as pool:
        assert pool.run(Job(code=f"{code}\nlibrary.changed = True")).ok
        after = pool.run(Job(code=code, values={"changed": "hasattr(library, 'changed')"}))

        assert after.values == {"changed": False}
        assert len(_libraries(pool)) == 1


def test_the_least_recently_used_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    """No more interpreters with libraries stay warm than memory allows; those without are not counted."""
    monkeypatch.setattr(warm_pool, "MAX_LIBRARY_ZYGOTES", 1)
    with Pool(size=1) as pool:
        for code in ("import numpy", "import pandas", "from PIL import Image"):
            assert pool.run(Job(code=code)).ok

        assert sorted(_libraries(pool)) == [(), ("PIL", "PIL.Image")]


def test_a_library_that_starts_a_thread_is_left_to_the_job(tmp_path: Path) -> None:
    """An interpreter with more than one thread cannot be forked, so the job imports the library itself."""
    (tmp_path / "pandas.py").write_text(
        "import threading\nthreading.Thread(target=threading.Event().wait, daemon=True).start()\nhere = True\n"
    )
    tmp_path.chmod(0o755)  # runs are of another user
    own = Environment.current()
    interpreter = replace(own.interpreter, packages=(str(tmp_path), *own.interpreter.packages))
    job = Job(code="import pandas", values={"here": "pandas.here"}, environment=replace(own, interpreter=interpreter))
    with Pool(size=1) as pool:
        assert choose_libraries(job, Preload.NUMPY) == ("pandas",)
        assert [pool.run(job).values for _ in range(2)] == [{"here": True}] * 2
        assert _libraries(pool) == [()]
