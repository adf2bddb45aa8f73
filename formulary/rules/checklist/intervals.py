"""P2 X1: how long since the last session, how many there were, and what else is ordered for the patient.

A top-up belongs to the session before it, and asks a reason in the place of an interval (P2). How long after
a session that holds is the site's to say: beyond it, and where it has not said, a top-up is asked what any
session is asked, and counts as one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime

from formulary.rules.checklist.rule import CO_SIGN, NO_PATIENT, Case, not_applicable, passed, unknown
from formulary.rules.facts import Course, Ingredient, Line, Order, Schedule
from formulary.rules.findings import Finding, Level, Result, capital, joined
from formulary.rules.lot_status import day_of, day_words
from formulary.rules.schedule import plus

SESSIONS, ORDERS = "sessions", "other orders"


def interval(case: Case) -> Sequence[Finding]:
    """P2: long enough after the last session with each ingredient, and not more sessions than its label has.

    A top-up within the site's time is one more reason to look, and no session of its own. Asked only of
    ingredients with a schedule; days are those of the site's calendar.
    """
    if case.patient is None:
        return [not_applicable("interval.no_patient", SESSIONS, NO_PATIENT)]
    schedules = {schedule.ingredient_id: schedule for schedule in case.cocktail.precautions.schedules}
    lines = {line.product.ingredient.id: line for line in reversed(case.lines)}
    asked = [(line, schedules[key]) for key, line in lines.items() if key in schedules]
    if not asked:
        return [not_applicable("interval.none_stated", SESSIONS, "Nothing in it has a schedule on record.")]
    found = [finding for line, schedule in asked for finding in _of(case, line, schedule)]
    return found or [passed("interval.kept", SESSIONS, "Long enough after the last session.")]


def _of(case: Case, line: Line, schedule: Schedule) -> Iterator[Finding]:
    course = case.cocktail.course
    given = _given(course, line.product.ingredient.id, case.cocktail.at)
    sessions = _sessions(case, given)
    if case.cocktail.is_top_up and sessions:
        if _in_time(case, sessions[0], case.due):
            yield _top_up(case, line, schedule, sessions[0])
            return
        yield _no_top_up(case, line, schedule, sessions[0])
    yield from _unknown(case, line, schedule)
    yield from _too_soon(case, line, schedule, given)
    yield from _too_many(line, schedule, sessions)


def _given(course: Course | None, ingredient_id: int, at: datetime) -> list[Order]:
    """What was given with this ingredient by now, emergencies too, the newest first."""
    orders = course.orders if course else ()
    own = [o for o in orders if ingredient_id in o.ingredients and o.given_at and o.given_at <= at]
    return sorted(own, key=_begun, reverse=True)


def _sessions(case: Case, given: Sequence[Order]) -> list[Order]:
    """Those that are sessions, the newest first: a top-up is one where nothing before it had time for it, and
    what was given in an emergency is none.
    """
    found: list[Order] = []
    for order in (one for one in reversed(given) if not one.is_emergency):
        if not (order.is_top_up and found and _in_time(case, found[-1], _begun(order))):
            found.append(order)
    return found[::-1]


def _in_time(case: Case, session: Order, due: datetime) -> bool:
    """Whether the site takes something given then as a top-up of the session; never where it has not said."""
    within, zone = case.policies.top_up_within, case.policies.zone
    return within is not None and day_of(due, zone) - day_of(_begun(session), zone) <= within


def _begun(order: Order) -> datetime:
    if order.given_at is None:
        raise ValueError(f"{order.code} was not given")
    return order.given_at


def _unknown(case: Case, line: Line, schedule: Schedule) -> Iterator[Finding]:
    """What may have been given that is not on record here."""
    course, name = case.cocktail.course, line.product.ingredient.name
    if course is not None and course.elsewhere is False and not course.truncated:
        return
    if course is None:
        why = "nobody looked up what was given before"
    elif course.truncated:
        why = "more sessions are on record than were read"
    elif course.elsewhere is None:
        why = "nobody asked lately, or the patient does not know, whether it was given elsewhere"
    else:
        detail = course.elsewhere_detail or "with what and when is not noted"
        why = f"the patient was treated elsewhere ({detail})"
    answer = unknown(
        "interval.history_unknown",
        name,
        f"When {name} was last given is not known: {why}. {_asks(schedule)}",
        f"Ask when it was last given, {CO_SIGN}",
        line=line.number,
        source=schedule.source,
    )
    yield replace(answer, rests_on=(("why", why), ("schedule", _asks(schedule))))


def _too_soon(case: Case, line: Line, schedule: Schedule, given: Sequence[Order]) -> Iterator[Finding]:
    if not given or (schedule.days is None and schedule.months is None):
        return
    zone, name = case.policies.zone, line.product.ingredient.name
    last = day_of(_begun(given[0]), zone)
    due, planned = after(last, schedule), day_of(case.due, zone)
    if planned < due:
        yield Finding(
            "interval.too_soon",
            name,
            f"{capital(name)} was last given on {day_words(last)} ({given[0].code}). {_asks(schedule)} "
            f"That is {day_words(due)}, and this one is for {day_words(planned)}.",
            f"Plan it for {day_words(due)} or later, {_or_top_up(case)}{CO_SIGN}",
            line=line.number,
            source=schedule.source,
            inputs=(("last", day_words(last)), ("due", day_words(due)), ("planned", day_words(planned))),
            rests_on=(("last", last.isoformat()), ("due", due.isoformat()), ("planned", planned.isoformat())),
        )


def _or_top_up(case: Case) -> str:
    return "" if case.cocktail.is_top_up else "say that it is a top-up, "


def _too_many(line: Line, schedule: Schedule, sessions: Sequence[Order]) -> Iterator[Finding]:
    had, name = len(sessions), line.product.ingredient.name
    if schedule.most_sessions is not None and had >= schedule.most_sessions:
        yield Finding(
            "interval.course_complete",
            name,
            f"{capital(name)} was given in {had} sessions, and {schedule.most_sessions} are the most.",
            f"Leave it out, {CO_SIGN}",
            line=line.number,
            source=schedule.source,
            inputs=(("sessions", str(had)), ("most", str(schedule.most_sessions))),
        )


def _top_up(case: Case, line: Line, schedule: Schedule, last: Order) -> Finding:
    name, day = line.product.ingredient.name, day_words(day_of(_begun(last), case.policies.zone))
    return Finding(
        "interval.top_up",
        name,
        f"A top-up of {last.code}, given on {day}: {_asks(schedule)}",
        "Say why it is right for this patient.",
        level=Level.WARN,
        line=line.number,
        source=schedule.source,
        rests_on=(("top-up of", last.code),),
    )


def _no_top_up(case: Case, line: Line, schedule: Schedule, last: Order) -> Finding:
    """It is called one after the site's time for it, or where the site has said no time: a reason to look."""
    within, day = case.policies.top_up_within, day_words(day_of(_begun(last), case.policies.zone))
    if within is None:
        why = "the site has not said for how long after a session that holds"
    else:
        why = f"the site takes nothing as a top-up more than {within.days} days after its session"
    return Finding(
        "interval.top_up_unknown" if within is None else "interval.top_up_late",
        line.product.ingredient.name,
        f"It is called a top-up of {last.code}, given on {day}, and {why}: all is asked that a session is.",
        "Say why it is a top-up and no session of its own.",
        level=Level.WARN,
        result=Result.UNKNOWN if within is None else Result.FINDING,
        line=line.number,
        source=schedule.source,
        rests_on=(("top-up of", last.code), ("why", why)),
    )


def after(last: date, schedule: Schedule) -> date:
    """The first day on which it may be given again; a month is the calendar's, to its last day at most."""
    if schedule.months is None:
        return plus(last, schedule.days or 0, "days")
    return plus(last, schedule.months, "months")


def _asks(schedule: Schedule) -> str:
    number, unit = (schedule.months, "month") if schedule.months else (schedule.days, "day")
    if not number:
        return f"At most {schedule.most_sessions} sessions are meant."
    return f"At least {number} {unit}{'s' if number > 1 else ''} between sessions are asked for."


def duplicates(case: Case) -> Sequence[Finding]:
    """X1: no other order for the patient has one of its substances: open ones, or near ones by the policy."""
    if case.patient is None:
        return [not_applicable("order.no_patient", ORDERS, NO_PATIENT)]
    course, within = case.cocktail.course, case.policies.duplicate_order_within
    if course is None:
        return [not_applicable("order.not_looked_up", ORDERS, "Nobody looked up what else is ordered.")]
    mine = {x.id: x for x in (line.product.ingredient for line in case.lines) if not x.is_diluent}
    found = [_twice(case, order, mine) for order in course.orders if _clashes(case, order, mine)]
    far = (
        f"given within {within.days} days" if within else "given (the site has not said within how many days)"
    )
    compared = "open orders" if within is None else f"open orders and those {far}"
    reason = f"No other order has any of it; {compared} were looked at."
    if within is None:
        reason = f"No open order of the patient has any of it; what was {far} was not compared."
    return found or [passed("order.no_other", ORDERS, reason)]


def _clashes(case: Case, order: Order, mine: dict[int, Ingredient]) -> bool:
    if not order.ingredients & mine.keys():
        return False
    within, planned = case.policies.duplicate_order_within, case.due
    when = order.given_at or order.planned_for
    if within is None:
        return order.is_open
    return when is None or abs(planned - when) <= within


def _twice(case: Case, order: Order, mine: dict[int, Ingredient]) -> Finding:
    names = sorted(mine[key].name for key in order.ingredients & mine.keys())
    if order.given_at is not None:
        state = f"was given on {day_words(day_of(order.given_at, case.policies.zone))}"
    else:
        state = f"is {order.state.replace('_', ' ')} and not given yet"
    return Finding(
        "order.duplicate",
        ORDERS,
        f"{order.code} for this patient also has {joined(names)}, and {state}.",
        "Call one of them off, or say why both are right for this patient.",
        inputs=(("order", order.code), ("shared", joined(names))),
        rests_on=(("order", order.code), ("shared", joined(names))),
    )
