"""The fixtures of the web tests, for the pages of activities."""

from tests.web.conftest import another, app, catalogue, learner, opened, store

__all__ = ["another", "app", "catalogue", "learner", "opened", "store"]
