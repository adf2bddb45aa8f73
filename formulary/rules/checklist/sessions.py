"""What counts as one session: what was given within a day, and what a top-up adds to, however late.

A second cocktail of the day does not begin anew, and a top-up is no session of its own: it counts into the
total of the session that it tops up, the latest one with the ingredient that was none itself. An ingredient
that only top-ups brought has its session in the earliest of them, as P2 counts. The day (SAME_SESSION) is a
rule of this program, and of no label.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime, timedelta

from formulary.rules.checklist.rule import Case
from formulary.rules.facts import Exposure

SAME_SESSION = timedelta(hours=24)
UNDER_WAY = frozenset({"released", "administering"})


def exposures(case: Case, ingredient_ids: Collection[int]) -> list[Exposure]:
    """What is on the patient's account of these ingredients by now."""
    history, at = case.cocktail.history, case.cocktail.at
    rows = () if history is None else history.exposures
    return [x for x in rows if x.ingredient_id in ingredient_ids and x.at <= at]


def sessions_of(rows: Iterable[Exposure]) -> Iterator[list[Exposure]]:
    """What each session brought, of which anything is left; a patch test alone is no session."""
    by_time: dict[datetime, list[Exposure]] = {}
    for each in (x for x in rows if x.what == "session"):
        by_time.setdefault(each.at, []).append(each)
    return (rows for rows in by_time.values() if _came(rows))


def _came(rows: Sequence[Exposure]) -> bool:
    """Whether anything is left of what one time brought, once what was taken back is counted."""
    known = [x.amount.steps for x in rows if x.amount is not None]
    return len(known) < len(rows) or sum(known) > 0


def session_topped_up(case: Case, ingredient_ids: Collection[int]) -> datetime | None:
    """When the session with one of these was that this one tops up; None where it tops up none on record.

    The latest that was no top-up itself, else the earliest top-up: what brought them to the session.
    """
    if not case.cocktail.is_top_up:
        return None
    found = [rows[0].at for rows in sessions_of(exposures(case, ingredient_ids))]
    return plain_session(case, ingredient_ids) or min(found, default=None)


def plain_session(case: Case, ingredient_ids: Collection[int]) -> datetime | None:
    """When the latest session with one of these was that is on record and was no top-up."""
    found = sessions_of(exposures(case, ingredient_ids))
    return max((rows[0].at for rows in found if not any(x.is_top_up for x in rows)), default=None)


def counts_after(case: Case, ingredient_ids: Collection[int]) -> datetime:
    """After when what was given counts as the same session: a day before it, or before the one it tops up."""
    return (session_topped_up(case, ingredient_ids) or case.due) - SAME_SESSION


def under_way(case: Case, ingredient_ids: Collection[int]) -> list[str]:
    """Other cocktails with them that may be in the body by now, and of which nothing is counted yet."""
    orders = case.cocktail.course.orders if case.cocktail.course is not None else ()
    return [x.code for x in orders if x.state in UNDER_WAY and not x.ingredients.isdisjoint(ingredient_ids)]
