"""What nobody read and what nobody decided: unknown is never fine, and stays to be decided however old."""

from __future__ import annotations

import pytest

from formulary import clock
from formulary.audit.models import AuditEntry
from formulary.bench.queries import plans_of
from formulary.db import db, transaction
from formulary.rules.findings import Refused
from formulary.rules.storage import Clocks
from formulary.stock import actions as stock
from formulary.stock import queries
from formulary.stock.models import TemperatureEvent
from tests.stock.doing import posted, refused_codes
from tests.stock.test_excursions import decided, inside, looked_into
from tests.stock.test_temperature import ago, corrected, ranged, read
from tests.support.builders import a_lot, the_place
from tests.support.client import Client
from tests.support.watch import Watch
from tests.support.world import Cast


def watched(cast: Cast) -> list[tuple[str, int]]:
    """What Today tells of: what it is, and how many minutes ago it began."""
    found = queries.watched_places(cast.site.id, clock.now())
    return [(row.what, (clock.now() - row.since).seconds // 60) for row in found if row.since]


def opened() -> list[tuple[str, str, int, int]]:
    """Every event on record: code, side, and from how many to how many minutes ago."""
    rows = db.session.scalars(db.select(TemperatureEvent).order_by(TemperatureEvent.id))
    return [
        (row.code, row.side, *((clock.now() - at).seconds // 60 for at in (row.started_at, row.ended_at)))
        for row in rows
    ]


def after_a_gap(cast: Cast, watch: Watch) -> TemperatureEvent:
    """Five hours in which nobody read a fridge that is read every hour; fine before, fine after."""
    ranged(cast)
    watch.move(minutes=1)
    read(cast, 50)
    watch.move(minutes=300)
    read(cast, 51)
    return db.session.scalars(db.select(TemperatureEvent)).one()


def words(page) -> str:  # type: ignore[no-untyped-def]
    return page.text.replace("\xa0", " ")


def test_a_stretch_without_readings_is_unknown_everywhere_until_it_is_decided(
    cast: Cast, watch: Watch, clients
) -> None:  # type: ignore[no-untyped-def]
    lot, gone = a_lot(number="STAYS"), a_lot(number="LEAVES")
    event = after_a_gap(cast, watch)
    watch.move(minutes=10)
    assert watched(cast) == [("gap", 310)]
    posted(gone, "storage", "waste", 15_000_000)
    pharmacist: Client = clients("pharmacist")
    url = f"/stock/places/{the_place().id}/temperature"
    assert "gap in the readings to be decided" in words(pharmacist.get_ok(url))
    assert "gap in the readings to be decided" in words(pharmacist.get_ok("/stock/temperature"))
    assert "Decide on the gap in the readings of Shelf" in words(pharmacist.get_ok("/"))
    page = pharmacist.get_ok(pharmacist.get_ok(url).links[f"Open {event.code}"])
    assert [said in words(page) for said in ("nobody knows how warm", lot.number, gone.number)] == [True] * 3
    pharmacist.post_ok(page.links["Decide"], {"decision": "kept_in_use", "reason": "the door stayed shut"})
    db.session.expire_all()
    assert watched(cast) == []
    assert "within the range" in words(pharmacist.get_ok(url))


def test_a_hold_after_a_gap_says_that_nobody_read(cast: Cast, watch: Watch, clients) -> None:  # type: ignore[no-untyped-def]
    a_lot(number="STAYS")
    event = after_a_gap(cast, watch)
    page = clients("pharmacist").get_ok(f"/stock/excursions/{event.id}/hold")
    assert f"Excursion {event.code}: nobody read how warm Shelf was for 5 h." in page.html.replace(
        "\xa0", " "
    )


@pytest.mark.parametrize(
    ("minutes", "left"),
    [
        ((60,), [("X-1", "unread", 300, 60)]),
        ((150,), [("X-1", "unread", 300, 150), ("X-2", "unread", 150, 0)]),
        ((240, 180, 120, 60), []),
    ],
)
def test_late_readings_part_a_gap_or_fill_it(
    cast: Cast, watch: Watch, minutes: tuple[int, ...], left: list[object]
) -> None:
    after_a_gap(cast, watch)
    for ago_ in minutes:
        read(cast, 50, ago_)
    shown = [("gap", left[0][2])] if left else []  # type: ignore[index]
    assert (watched(cast), [row for row in opened() if row in left]) == (shown, left)


def test_a_decided_gap_stays_decided_when_it_is_read_in_between(cast: Cast, watch: Watch) -> None:
    decided(cast, after_a_gap(cast, watch))
    read(cast, 50, 150)
    assert (watched(cast), [row[0] for row in opened()]) == ([], ["X-1"])


def test_a_stretch_beside_a_reading_outside_belongs_to_its_excursion(cast: Cast, watch: Watch) -> None:
    ranged(cast)
    read(cast, 50, 600)
    wrong = read(cast, 120, 300)
    read(cast, 50)
    assert (opened(), watched(cast)) == ([], [("excursion", 300)])
    corrected(cast, wrong, 50)
    assert watched(cast) == [("gap", 600)]
    assert [row[2:] for row in opened()] == [(600, 300), (300, 0)]


def test_the_file_of_a_logger_tells_of_its_gaps(cast: Cast, watch: Watch) -> None:
    ranged(cast)
    rows = "2026-11-24 08:00;5.0\n2026-11-24 08:30;5.0\n2026-11-24 11:30;5.0\n"
    with transaction():
        stock.record_file(
            the_place().id, raw=rows.encode(), clocks=Clocks.SITE, at=clock.now(), by=cast.actor("technician")
        )
    assert [row[:2] for row in opened()] == [("X-1", "unread")]
    entry = db.session.scalars(db.select(AuditEntry).filter_by(action="stock.temperature_file")).one()
    assert entry.new["gaps"] == "X-1"


@pytest.mark.parametrize("days", [31, 400])
def test_what_nobody_decided_stays_on_today_however_old_it_is(cast: Cast, watch: Watch, days: int) -> None:
    ranged(cast, reading_every=None)
    watch.move(minutes=1)
    read(cast, 120)
    watch.move(minutes=10)
    looked_into(cast, 10)
    read(cast, 50)
    watch.move(days=days)
    found = queries.watched_places(cast.site.id, clock.now())
    assert [(row.what, (clock.now() - row.since).days) for row in found if row.since] == [("excursion", days)]
    ranged(cast, None, None)
    assert [row.what for row in queries.watched_places(cast.site.id, clock.now())] == ["excursion"]


def test_a_decided_excursion_that_grows_is_open_again_everywhere_until_it_is_decided_again(
    cast: Cast, watch: Watch, clients
) -> None:  # type: ignore[no-untyped-def]
    ranged(cast)
    watch.move(minutes=1)
    read(cast, 50)
    for minutes, tenths in ((10, 90), (20, 50)):
        watch.move(minutes=minutes)
        read(cast, tenths)
    event = decided(cast, looked_into(cast, 20))
    assert watched(cast) == []
    read(cast, 140, 10)
    assert watched(cast) == [("excursion", 10)]
    pharmacist = clients("pharmacist")
    page = pharmacist.get_ok(f"/stock/places/{the_place().id}/temperature")
    assert "on fewer readings than there are now: to be decided again" in words(page)
    page = pharmacist.get_ok(page.links[f"Open {event.code}"])
    assert "to be decided again" in page.h1
    pharmacist.post_ok(page.links["Decide"], {"decision": "kept_in_use", "reason": "two hours are allowed"})
    db.session.expire_all()
    assert (watched(cast), db.session.get(TemperatureEvent, event.id).extreme_tenths) == ([], 140)
    entry = db.session.scalars(
        db.select(AuditEntry).filter_by(action="stock.decide_excursion").order_by(AuditEntry.id.desc())
    ).first()
    assert (entry.old["reason"], entry.old["extreme"]) == ("the label allows it", 90)
    with pytest.raises(Refused) as refusal:
        decided(cast, db.session.get(TemperatureEvent, event.id))
    assert refused_codes(refusal) == ["excursion.decided"]


def test_where_no_reading_within_the_range_is_older_it_is_unknown_since_when_and_all_that_lay_there_is_told(
    cast: Cast, watch: Watch, clients
) -> None:  # type: ignore[no-untyped-def]
    early, stays = a_lot(number="EARLY"), a_lot(number="STAYS")
    watch.move(minutes=60)
    posted(early, "storage", "waste", 15_000_000)
    watch.move(minutes=60)
    ranged(cast)
    read(cast, 120)
    event = looked_into(cast, 0)
    assert {row[0] for row in inside(event)} == {early.number, stays.number}
    page = words(clients("pharmacist").get_ok(f"/stock/excursions/{event.id}"))
    assert "no reading within the range is older: since when is unknown" in page
    assert "left before the first reading outside: cannot be excluded" in page


def test_a_late_reading_moves_the_end_of_a_gap_that_waits(cast: Cast, watch: Watch) -> None:
    after_a_gap(cast, watch)
    watch.move(minutes=200)
    read(cast, 50)
    read(cast, 50, 1)
    assert [row[:2] for row in opened()] == [("X-1", "unread"), ("X-2", "unread")]
    assert ago(1) in {row.ended_at for row in db.session.scalars(db.select(TemperatureEvent))}


@pytest.mark.databases("sqlite")  # PostgreSQL reads a table of a few rows as a whole
def test_today_finds_what_lies_outside_by_its_index_and_not_among_all_readings(cast: Cast) -> None:
    ranged(cast)
    read(cast, 120)
    plans = plans_of(lambda: queries.watched_places(cast.site.id, clock.now()))
    [plan] = [plan for plan in plans if "UNION ALL" in plan.statement]
    used = [line for line in plan.lines if "ix_temperature_reading_tenths" in line]
    assert ["tenths<?" in used[0], "tenths>?" in used[1]] == [True, True], plan.lines
