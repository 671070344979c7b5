"""A proved course, a store, and the application with learners who use it."""

from tests.web.conftest import another, app, catalogue, learner, store

__all__ = ["another", "app", "catalogue", "learner", "store"]
