"""The trace: every step from a delivery to a patient as a picture, with the same as rows."""

from functools import partial
from zoneinfo import ZoneInfo

from flask import g, url_for

from formulary import clock
from formulary.accounts import Permission, requires
from formulary.db import retried, transaction
from formulary.recalls import actions, labels, queries
from formulary.recalls.views.room import Page, asked_lots, bp, page
from formulary.web import words


@bp.get("/trace")
@requires(Permission.RECALL_LOOKUP)
@retried
def trace() -> Page:
    """Where these lots went, step by step, what was taken back among it."""
    at, lots = clock.now(), asked_lots()
    traced = queries.traced(lots, by=g.actor, at=at)
    with transaction():
        actions.note_trace(traced, at=at, by=g.actor)
    told = labels.graph(traced, partial(words.day, zone=ZoneInfo(g.site.zone)))
    answer = url_for("recalls.answer", lot=lots)
    return page("trace", traced=traced, told=told, answer=answer, most=queries.BOXES)
