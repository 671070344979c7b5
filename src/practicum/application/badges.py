"""Badges: those that a learner has earned."""

from __future__ import annotations

from practicum import modes
from practicum.application.context import topic_path
from practicum.application.refusals import Link, Reason, Refused
from practicum.application.site import Site, first_set
from practicum.store import BadgeRecord


def earned_badges(site: Site, token: str) -> tuple[BadgeRecord, ...]:
    """Return the learner's badges."""
    learner = site.learner(token)
    return site.store.badges(learner) if learner else ()


def earned_badge(site: Site, token: str, course: str, topic: str) -> BadgeRecord:
    """Return the learner's badge of a topic. Raises Refused (not found)."""
    for badge in earned_badges(site, token):
        if (badge.course, badge.topic) == (course, topic):
            return badge
    raise Refused(
        Reason.NOT_FOUND,
        "no-such-badge",
        "There is no such badge here",
        "Either it has not been earned yet, or it was earned in another browser.",
        Link("/badges", "Your badges"),
    )


def segment_count(site: Site, badge: BadgeRecord) -> int:
    """Return how many problems the challenge of a badge has today; five if the course is gone."""
    try:
        catalogue, topic = site.topic(badge.course, badge.topic)
    except Refused:
        return 5
    counts = (
        len(first_set(site.entries(catalogue, topic, mode.name)))
        for mode in modes.registered().values()
        if mode.awards_badge
    )
    return next(filter(None, counts), 5)


def topic_title(site: Site, badge: BadgeRecord) -> str:
    """Return the title of a badge's topic; its slug if the course is gone."""
    try:
        return site.topic(badge.course, badge.topic)[1].title
    except Refused:
        return badge.topic


def path_of_topic(site: Site, badge: BadgeRecord) -> str:
    """Return the path of a badge's topic; empty if the course is gone."""
    try:
        return topic_path(*site.topic(badge.course, badge.topic))
    except Refused:
        return ""
