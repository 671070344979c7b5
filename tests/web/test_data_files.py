"""The data files of a course in learners' runs, and as downloads."""

from __future__ import annotations

import re

import pytest
from starlette.applications import Starlette

from practicum.application.site import Site
from practicum.prove.catalogue import Catalogue
from practicum.runner import Pool
from practicum.store import Store
from practicum.web.app import create_app
from tests.course.making import write as write_course
from tests.course.test_data_files import PAGE, TEXT
from tests.web.making import Learner, proved

CODE = """\
+++
kind = "code"
level = "beginner"
data = ["rows.csv"]
+++

# Count

Count the rows of `rows.csv`.

```python start
rows = 0
```

```python solution
rows = len(open("rows.csv").readlines())
```

```python check
assert rows == len(open("rows.csv").readlines()), "Count all rows."
```

```python mutant
rows = 3
```
"""


@pytest.fixture(scope="module")
def catalogue(tmp_path_factory: pytest.TempPathFactory, pool: Pool) -> Catalogue:
    """A course whose challenge, exercise and page open the same file."""
    folder = tmp_path_factory.mktemp("courses")
    root = write_course(
        folder / "rows",
        {
            "topic/challenge/01.md": TEXT,
            "topic/try/01.md": CODE,
            "topic/learn.md": PAGE,
            "topic/data/rows.csv": "a\nb\n",
        },
    )
    return proved(root, pool)


@pytest.fixture
def app(catalogue: Catalogue, store: Store, pool: Pool) -> Starlette:
    return create_app(Site([catalogue], store, pool))


def test_an_answer_is_graded_beside_the_data(app: Starlette) -> None:
    """As the solution was proved."""
    learner, url = Learner(app), "/rows/topic/try/01"

    learner.send(url, "answer", answer="rows = len(list(open('rows.csv'))) + 1")
    assert " · done" not in learner.get(url).text
    learner.send(url, "answer", answer="rows = len(list(open('rows.csv')))")
    assert " · done" in learner.get(url).text


def test_the_scratch_pad_and_cells_can_open_the_data(app: Starlette) -> None:
    """A learner may look into them."""
    learner = Learner(app)

    pad = learner.post("/rows/topic/scratch", {"code": "print(len(open('rows.csv').read()) + 1000)"})
    cell = learner.post("/rows/topic/learn/cell/1", {"code": "print(len(open('rows.csv').read()) + 2000)"})

    assert "1004" in pad.text
    assert "2004" in cell.text


@pytest.mark.parametrize("path", ["/rows/topic/try/01", "/rows/topic/learn"])
def test_a_data_file_can_be_downloaded_where_it_is_used(app: Starlette, path: str) -> None:
    """As a download that no browser shows by itself."""
    learner = Learner(app)
    link = re.search(r'<a href="(/data/[0-9a-f]+/rows\.csv)" download>', learner.get(path).text)
    assert link is not None

    response = learner.http.get(link[1])

    assert response.content == b"a\nb\n"
    assert response.headers["content-disposition"] == 'attachment; filename="rows.csv"'
    assert response.headers["content-type"] == "application/octet-stream"
    assert response.headers["cache-control"] == "public, max-age=31536000, immutable"


def test_a_problem_of_a_challenge_lists_its_data(app: Starlette) -> None:
    """Before and after the answer."""
    learner = Learner(app)
    problem = learner.begin("/rows/topic") + "/1"

    assert "download><code>rows.csv</code></a>" in learner.get(problem).text
    learner.answer(problem, "2")
    verdict = learner.get(problem).text
    assert "download><code>rows.csv</code></a>" in verdict
    assert f"{problem}/scratch" in verdict


def test_no_other_file_is_served(app: Starlette) -> None:
    """An address is looked up, and never a path."""
    for path in ("/data/0123/rows.csv", "/data/x/..%2f..%2fcourse.toml"):
        assert Learner(app).http.get(path).status_code == 404
