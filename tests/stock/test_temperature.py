"""How warm places were: ranges, readings that stay as they were written, and the excursions in them."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from formulary import clock
from formulary.accounts import Forbidden
from formulary.audit.models import AuditEntry
from formulary.db import Missing, db, transaction
from formulary.rules.findings import Refused
from formulary.rules.storage import Span
from formulary.stock import actions as stock
from formulary.stock import queries
from formulary.stock.models import TemperatureReading
from tests.stock.doing import refused_codes
from tests.support.builders import the_place, the_site
from tests.support.world import Cast

FRIDGE = Span(20, 80)


def ago(minutes: int) -> datetime:
    return clock.now() - timedelta(minutes=minutes)


def ranged(cast: Cast, low: int | None = 20, high: int | None = 80, **more: object):
    given = {"reading_every": 60, "reason": "the fridge's manual", "by": cast.actor("admin")} | more
    with transaction():
        return stock.set_range(the_place().id, low_tenths=low, high_tenths=high, at=clock.now(), **given)


def read(cast: Cast, tenths: int, minutes: int | None = None, **more: object) -> TemperatureReading:
    """What the thermometer of the shelf showed so many minutes ago (None: now)."""
    late = {} if minutes is None else {"taken_at": ago(minutes), "late_reason": "written on paper"}
    given = {"by": cast.actor("technician")} | late | more
    with transaction():
        return stock.record_reading(the_place().id, tenths=tenths, at=clock.now(), **given)


def corrected(cast: Cast, row: TemperatureReading, tenths: int, reason: str = "a slip", **more: object):
    given = {"by": cast.actor("technician")} | more
    with transaction():
        return stock.correct_reading(row.id, tenths=tenths, reason=reason, at=clock.now(), **given)


def seen(span: Span = FRIDGE) -> list[tuple[str, int]]:
    """The excursions of the shelf in the last day: side and extreme."""
    found = queries.excursions_of(the_place(), span, since=ago(24 * 60))
    return [(one.side, one.extreme) for one in found]


def test_a_range_is_set_with_its_reason_and_stands_in_the_trail(cast: Cast) -> None:
    place = ranged(cast)
    assert (queries.span_of_place(place), queries.every(place)) == (FRIDGE, timedelta(hours=1))
    entry = db.session.scalars(db.select(AuditEntry).filter_by(action="stock.temperature_range")).one()
    assert (entry.old["low"], entry.new["low"], entry.reason) == (None, 20, "the fridge's manual")
    assert queries.span_of_place(ranged(cast, None, None)) is None


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"high": None}, "temperature.half_a_range"), ({"low": 81}, "temperature.half_a_range"),
        ({"reason": " "}, "temperature.no_reason"), ({"high": 801}, "temperature.implausible"),
    ],
)  # fmt: skip
def test_a_range_that_is_none_is_refused(cast: Cast, more: dict[str, object], code: str) -> None:
    with pytest.raises(Refused) as refusal:
        ranged(cast, **more)
    assert refused_codes(refusal) == [code]


def test_who_records_sets_no_range_and_who_sets_ranges_records_nothing(cast: Cast) -> None:
    with pytest.raises(Forbidden):
        ranged(cast, by=cast.actor("pharmacist"))
    for name in ("admin", "practitioner", "recall"):
        with pytest.raises(Forbidden):
            read(cast, 45, by=cast.actor(name))


@pytest.mark.parametrize(
    ("tenths", "more", "code"),
    [
        (45, {"minutes": -1}, "temperature.in_future"),
        (45, {"minutes": 5, "late_reason": ""}, "temperature.late_without_reason"),
        (801, {}, "temperature.implausible"), (-901, {}, "temperature.implausible"),
    ],
)  # fmt: skip
def test_a_reading_that_cannot_be_is_refused(cast: Cast, tenths: int, more: dict, code: str) -> None:
    with pytest.raises(Refused) as refusal:
        read(cast, tenths, **more)
    assert refused_codes(refusal) == [code]


def test_an_instant_has_one_reading_and_another_sites_place_none(cast: Cast) -> None:
    read(cast, 45)
    with pytest.raises(Refused) as refusal:
        read(cast, 46)
    assert refused_codes(refusal) == ["temperature.read_already"]
    with pytest.raises(Missing), transaction():
        elsewhere = the_place("storage", cast.other_site)
        stock.record_reading(elsewhere.id, tenths=45, at=clock.now(), by=cast.actor("technician"))


# What the rule makes of it does not depend on the database.
@pytest.mark.databases("sqlite")
@pytest.mark.parametrize("kind", ["supplier", "patient", "waste", "preparation", "lost_or_found"])
def test_a_place_on_which_no_stock_lies_has_no_temperature(clients, cast: Cast, kind: str) -> None:
    place = the_place(kind)
    with pytest.raises(Refused) as refusal, transaction():
        stock.record_reading(place.id, tenths=45, at=clock.now(), by=cast.actor("technician"))
    assert refused_codes(refusal) == ["temperature.no_place"]
    assert clients("technician").get(f"/stock/places/{place.id}/temperature").status_code == 404


def test_a_wrong_reading_is_superseded_and_stays(cast: Cast) -> None:
    wrong = read(cast, 450)
    assert seen() == [("warm", 450)]
    right = corrected(cast, wrong, 45)
    assert seen() == []
    assert (right.taken_at, right.supersedes_id) == (wrong.taken_at, wrong.id)
    assert queries.said_at(the_place().id, [wrong.taken_at]) == {wrong.taken_at: [450, 45]}
    for row, tenths, reason, code in (
        (wrong, 46, "a slip", "corrected_already"),
        (right, 45, "a slip", "same"),
        (right, 46, "", "no_reason"),
    ):  # fmt: skip
        with pytest.raises(Refused) as refusal:
            corrected(cast, row, tenths, reason)
        assert refused_codes(refusal) == [f"temperature.{code}"]


def test_the_database_gives_what_the_rule_needs_and_a_late_reading_counts(cast: Cast) -> None:
    for minutes, tenths in ((50, 50), (40, 85), (30, 90), (20, 60), (10, 50)):
        read(cast, tenths, minutes)
    [one] = queries.excursions_of(the_place(), FRIDGE, since=ago(60))
    assert (one.since, one.start, one.end, one.extreme) == (ago(50), ago(40), ago(20), 90)
    read(cast, 10, 15)
    assert seen() == [("warm", 90), ("cold", 10)]


def test_an_excursion_that_began_before_the_period_is_seen_whole(cast: Cast) -> None:
    for minutes, tenths in ((90, 50), (80, 95), (70, 85), (10, 85)):
        read(cast, tenths, minutes)
    [one] = queries.excursions_of(the_place(), FRIDGE, since=ago(60))
    assert (one.start, one.extreme, one.end) == (ago(80), 95, None)
    read(cast, 50, 65)
    assert [e.start for e in queries.excursions_of(the_place(), FRIDGE, since=ago(60))] == [ago(10)]


def test_what_needs_a_look_is_an_undecided_excursion_and_a_missing_reading(cast: Cast) -> None:
    def watched() -> list[tuple[str, datetime | None]]:
        return [(w.what, w.since) for w in queries.watched_places(the_site().id, clock.now())]

    assert watched() == []
    ranged(cast)
    assert watched() == [("missing", None)]
    read(cast, 90, 61)
    assert watched() == [("excursion", ago(61)), ("missing", ago(61))]
    read(cast, 95, 60)
    assert watched() == [("excursion", ago(61))]
    ranged(cast, None, None)
    assert watched() == []
