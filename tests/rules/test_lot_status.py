"""May this source be used now: boundaries of days, nights when clocks change, other zones, hours in use."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from formulary.rules.facts import Container, Stock
from formulary.rules.findings import Level, Result
from formulary.rules.lot_status import (
    bars,
    day_of,
    drawn_until,
    end_of_day,
    free,
    has_lapsed,
    moment_words,
    usable,
)
from tests.rules.builders import AT, a_stock, q, some_policies

DAY = date(2026, 11, 24)
MIDNIGHT = datetime(2026, 11, 24, 23, 0, tzinfo=UTC)
"""The end of that day in Paris."""
SHARING = some_policies(shared_single_dose_h=Fraction(6))


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def an_open_vial(**more) -> Stock:
    facts = {
        "vial_id": 17,
        "vial": "V-0417",
        "opened_at": AT - timedelta(hours=1),
        "beyond_use_at": AT + timedelta(hours=5),
        "opened_for": 7,
        "opened_for_ref": "cocktail:12",
        "after_puncture_h": Fraction(6),
        "remaining": q("4.6 mL"),
        "status": "open",
    }
    return replace(a_stock(), **{**facts, **more})


def codes(stock: Stock, at: datetime = AT, for_patient: int | None = 7, **more) -> list[str]:
    return [f.code for f in usable(stock, at=at, for_patient=for_patient, **more)]


def words(stock: Stock, at: datetime = AT, **more) -> list[str]:
    return [bar.words for bar in bars(stock, at=at, for_patient=7, **more)]


# Expiry: usable through the printed day in the site's zone. Paris is UTC+1 in winter and UTC+2 in summer;
# clocks change on 29 Mar and 25 Oct 2026 at 01:00 UTC. Cairo, Apia and Havana change or skip at midnight.
EXPIRY = [
    ("Europe/Paris", "2026-11-24", "2026-11-23T12:00", True),
    ("Europe/Paris", "2026-11-24", "2026-11-24T00:00", True),
    ("Europe/Paris", "2026-11-24", "2026-11-24T22:59:59", True),
    ("Europe/Paris", "2026-11-24", "2026-11-24T23:00", False),
    ("Europe/Paris", "2026-11-24", "2026-11-25T12:00", False),
    ("Europe/Paris", "2026-07-14", "2026-07-14T21:59:59", True),
    ("Europe/Paris", "2026-07-14", "2026-07-14T22:00", False),
    ("Europe/Paris", "2026-03-28", "2026-03-28T22:59:59", True),
    ("Europe/Paris", "2026-03-28", "2026-03-28T23:00", False),
    ("Europe/Paris", "2026-03-29", "2026-03-29T21:59:59", True),
    ("Europe/Paris", "2026-03-29", "2026-03-29T22:00", False),
    ("Europe/Paris", "2026-10-24", "2026-10-24T22:00", False),
    ("Europe/Paris", "2026-10-25", "2026-10-25T22:59:59", True),
    ("Europe/Paris", "2026-10-25", "2026-10-25T23:00", False),
    ("America/New_York", "2026-11-24", "2026-11-25T04:59:59", True),
    ("America/New_York", "2026-11-24", "2026-11-25T05:00", False),
    ("Pacific/Auckland", "2026-11-24", "2026-11-24T10:59:59", True),
    ("Pacific/Auckland", "2026-11-24", "2026-11-24T11:00", False),
    ("Pacific/Kiritimati", "2026-11-24", "2026-11-24T10:00", False),
    ("Etc/GMT+12", "2026-11-24", "2026-11-25T11:59:59", True),
    ("Asia/Kolkata", "2026-11-24", "2026-11-24T18:29:59", True),
    ("Asia/Kolkata", "2026-11-24", "2026-11-24T18:30", False),
    ("Africa/Cairo", "2026-04-23", "2026-04-23T21:59:59", True),
    ("Africa/Cairo", "2026-04-23", "2026-04-23T22:00", False),
    ("America/Havana", "2026-10-31", "2026-11-01T03:59:59", True),
    ("America/Havana", "2026-10-31", "2026-11-01T04:00", False),
    ("Pacific/Apia", "2011-12-29", "2011-12-30T09:59:59", True),
    ("Pacific/Apia", "2011-12-29", "2011-12-30T10:00", False),
    ("UTC", "2028-02-29", "2028-02-29T23:59:59", True),
    ("UTC", "2028-02-29", "2028-03-01T00:00", False),
]


@pytest.mark.parametrize(("zone", "expires_on", "at", "is_usable"), EXPIRY)
def test_a_lot_is_usable_through_its_printed_day_at_the_site(zone, expires_on, at, is_usable) -> None:
    stock = a_stock(expires_on=date.fromisoformat(expires_on), zone=zone)
    assert codes(stock, utc(at)) == ([] if is_usable else ["lot.expired"])


@given(
    st.integers(min_value=946_684_800, max_value=4_000_000_000).map(lambda s: datetime.fromtimestamp(s, UTC)),
    st.dates(min_value=date(2000, 1, 1), max_value=date(2098, 12, 31)),
    st.sampled_from(
        ["Europe/Paris", "America/New_York", "Pacific/Auckland", "Africa/Cairo", "America/Sao_Paulo", "UTC"]
    ),
)
def test_the_end_of_a_day_is_where_the_calendar_turns(at: datetime, day: date, zone: str) -> None:
    assert (at < end_of_day(day, zone)) == (day_of(at, zone) <= day)


def test_an_instant_without_a_zone_is_a_fault_of_ours() -> None:
    with pytest.raises(ValueError, match="time zone"):
        day_of(AT.replace(tzinfo=None), "UTC")


def test_a_usable_source_has_nothing_against_it() -> None:
    assert usable(a_stock(), at=AT, for_patient=None) == ()
    assert usable(an_open_vial(), at=AT, for_patient=7) == ()


# Beyond use: administration must begin before it.
BEYOND_USE = [
    (timedelta(hours=4) - timedelta(microseconds=1), []),
    (timedelta(hours=4), ["vial.beyond_use"]),
    (timedelta(hours=4, seconds=1), ["vial.beyond_use"]),
    (timedelta(0), []),
]


@pytest.mark.parametrize(("later", "expected"), BEYOND_USE)
def test_an_open_vial_is_usable_until_its_beyond_use_instant(later: timedelta, expected: list[str]) -> None:
    vial = an_open_vial(opened_at=AT, beyond_use_at=AT + timedelta(hours=4), after_puncture_h=Fraction(4))
    assert codes(vial, AT + later) == expected


def test_an_open_vial_over_the_night_of_the_clock_change_counts_hours_not_the_clock() -> None:
    # 25 Oct 2026 has 25 hours in Paris: 4 h after 23:30 UTC is 03:30 UTC, whatever the wall says.
    opened = utc("2026-10-24T23:30")
    vial = an_open_vial(
        container=Container.MULTI_DOSE, opened_at=opened, beyond_use_at=opened + timedelta(hours=4)
    )
    assert codes(vial, utc("2026-10-25T03:29:59")) == []
    assert codes(vial, utc("2026-10-25T03:30")) == ["vial.beyond_use"]


def test_an_open_vial_whose_time_in_use_is_not_known_is_not_usable() -> None:
    (finding,) = usable(an_open_vial(beyond_use_at=None), at=AT, for_patient=7)
    assert (finding.code, finding.result) == ("vial.beyond_use_unknown", Result.UNKNOWN)
    assert (finding.level, finding.rule) == (Level.BLOCK, "L1")


def test_a_labelled_vial_that_is_still_sealed_has_no_time_in_use() -> None:
    assert codes(an_open_vial(opened_at=None, beyond_use_at=None, opened_for=None, status="sealed")) == []


def test_an_open_vial_of_an_expired_lot_is_expired_also_before_its_beyond_use_instant() -> None:
    vial = an_open_vial(expires_on=date(2026, 11, 23))
    assert codes(vial) == ["lot.expired"]


CONTAINERS = [
    # container, what stands against another patient, and under a policy of the site
    (Container.SINGLE_DOSE, ["vial.other_patient"], []),
    (Container.BULK, ["vial.other_patient"], []),
    (Container.AMPOULE, ["vial.other_patient"], ["vial.other_patient"]),
    (Container.UNKNOWN, ["vial.other_patient"], ["vial.other_patient"]),
    (Container.DEVICE, ["vial.other_patient"], ["vial.other_patient"]),
    (Container.MULTI_DOSE, [], []),
]


@pytest.mark.parametrize(("container", "expected", "shared"), CONTAINERS)
def test_only_a_multi_dose_vial_serves_two(container, expected, shared) -> None:
    vial = an_open_vial(container=container, after_puncture_h=Fraction(24))
    own = {"for_ref": "cocktail:12"}
    assert codes(vial, for_patient=8, **own) == expected
    assert codes(vial, for_patient=None, **own) == expected
    assert codes(vial, for_patient=7, **own) == []
    assert codes(vial, for_patient=8, policies=SHARING, **own) == shared
    assert codes(vial, for_patient=8, policies=some_policies(), **own) == expected


SHARED = [
    (timedelta(hours=6) - timedelta(microseconds=1), []),
    (timedelta(hours=6), ["vial.other_patient"]),
    (timedelta(hours=13), ["vial.other_patient"]),
]


@pytest.mark.parametrize(("after", "expected"), SHARED)
def test_a_policy_shares_a_single_dose_vial_for_its_hours_after_opening(after, expected) -> None:
    vial = an_open_vial(opened_at=AT, beyond_use_at=AT + timedelta(hours=24), after_puncture_h=Fraction(24))
    assert codes(vial, AT + after, for_patient=8, policies=SHARING) == expected
    assert codes(vial, AT + after, for_patient=7, policies=SHARING) == []


def test_past_its_hours_the_finding_names_them() -> None:
    vial = an_open_vial(opened_at=AT - timedelta(hours=7), after_puncture_h=Fraction(24))
    (finding,) = usable(vial, at=AT, for_patient=8, policies=SHARING)
    assert finding.reason == (
        "Vial V-0417 was opened for another patient and serves one: the site shares it for 6 h after opening."
    )


def test_a_single_dose_vial_opened_for_nobody_on_record_is_refused_as_unknown() -> None:
    for patient in (7, None):
        (finding,) = usable(an_open_vial(opened_for=None), at=AT, for_patient=patient)
        assert (finding.code, finding.result) == ("vial.other_patient", Result.UNKNOWN)


LAPSED = [
    ({}, False),
    ({"beyond_use_at": AT}, True),
    ({"expires_on": date(2026, 11, 23)}, True),
    ({"container": Container.AMPOULE, "opened_at": AT - timedelta(days=1)}, True),
    ({"container": Container.AMPOULE, "opened_for_ref": ""}, True),
    ({"beyond_use_at": None}, False),
    ({"beyond_use_at": AT, "held": ("recall R-7",)}, False),
    ({"beyond_use_at": AT, "status": "quarantined"}, False),
    ({"remaining": q("0 mL")}, False),
]


@pytest.mark.parametrize(("more", "expected"), LAPSED)
def test_what_time_has_ended_is_to_be_wasted_unless_somebody_asks_for_it(more, expected) -> None:
    assert has_lapsed(an_open_vial(**more), at=AT) is expected


KEPT = [
    # container, hours after puncture, after reconstitution, opened, expected the next morning
    (Container.SINGLE_DOSE, 0, None, ["vial.not_kept"]),
    (Container.SINGLE_DOSE, None, None, ["vial.not_kept"]),
    (Container.UNKNOWN, None, None, ["vial.not_kept"]),
    (Container.AMPOULE, 24, None, ["vial.not_kept"]),
    (Container.DEVICE, 0, None, ["vial.not_kept"]),
    (Container.BULK, 0, None, ["vial.not_kept"]),
    (Container.MULTI_DOSE, 0, None, ["vial.not_kept"]),
    (Container.SINGLE_DOSE, 48, None, []),
    (Container.SINGLE_DOSE, None, 24, []),
    (Container.MULTI_DOSE, 672, None, []),
]


@pytest.mark.parametrize(("container", "puncture", "mixed", "expected"), KEPT)
def test_a_single_dose_vial_is_not_kept_after_its_session(container, puncture, mixed, expected) -> None:
    vial = an_open_vial(
        container=container,
        opened_at=AT - timedelta(days=1),
        reconstituted_at=AT - timedelta(days=1) if mixed else None,
        beyond_use_at=AT + timedelta(days=2),
        after_puncture_h=None if puncture is None else Fraction(puncture),
        after_reconstitution_h=None if mixed is None else Fraction(mixed),
    )
    assert codes(vial, for_ref="cocktail:12") == expected
    assert codes(replace(vial, opened_at=AT - timedelta(hours=2)), for_ref="cocktail:12") == []


def discarded(**more) -> Stock:
    """An ampoule of 5 mL that was drawn from for cocktail 12."""
    facts = {"container": Container.AMPOULE, "after_puncture_h": Fraction(0), "one_container": q("5 mL")}
    return an_open_vial(**facts | {"beyond_use_at": AT + timedelta(days=300)} | more)


ACTS = [
    # drawn for, asked for, left, expected
    ("cocktail:12", "cocktail:12", "4.6 mL", []),
    ("cocktail:12", "cocktail:13", "4.6 mL", ["vial.not_kept"]),
    ("cocktail:12", "test:3", "4.6 mL", ["vial.not_kept"]),
    ("cocktail:12", None, "4.6 mL", ["vial.not_kept"]),
    (None, "cocktail:12", "4.6 mL", ["vial.not_kept"]),
    ("", "cocktail:12", "4.6 mL", ["vial.not_kept"]),
    ("", None, "4.6 mL", ["vial.not_kept"]),
    ("cocktail:12", "cocktail:13", "5 mL", []),
    ("", "cocktail:13", "5 mL", []),
    (None, "cocktail:13", "5 mL", []),
]


@pytest.mark.parametrize(("drawn_for", "asked_for", "left", "expected"), ACTS)
def test_what_is_discarded_is_drawn_within_one_preparation_or_test(
    drawn_for, asked_for, left, expected
) -> None:
    vial = discarded(opened_for_ref=drawn_for, remaining=q(left))
    assert codes(vial, for_ref=asked_for) == expected


# container, hours in use, beyond use in, drawn until
UNTIL = [
    (Container.AMPOULE, 0, timedelta(days=300), MIDNIGHT),
    (Container.SINGLE_DOSE, None, timedelta(days=300), MIDNIGHT),
    (Container.SINGLE_DOSE, 0, timedelta(hours=1), AT + timedelta(hours=1)),
    (Container.SINGLE_DOSE, 6, timedelta(hours=6), AT + timedelta(hours=6)),
    (Container.MULTI_DOSE, 672, timedelta(days=28), AT + timedelta(days=28)),
    (Container.AMPOULE, 0, None, MIDNIGHT),
    (Container.MULTI_DOSE, None, None, None),
]


@pytest.mark.parametrize(("container", "in_use", "beyond_use", "expected"), UNTIL)
def test_what_is_not_kept_is_drawn_from_on_the_day_of_its_opening_alone(
    container, in_use, beyond_use, expected
) -> None:
    vial = an_open_vial(
        container=container,
        opened_at=AT,
        after_puncture_h=None if in_use is None else Fraction(in_use),
        beyond_use_at=None if beyond_use is None else AT + beyond_use,
    )
    assert drawn_until(vial) == expected


def test_what_is_sealed_has_no_day_of_its_opening() -> None:
    assert drawn_until(an_open_vial(opened_at=None, beyond_use_at=None)) is None


def test_the_next_act_is_told_why_it_does_not_get_the_rest() -> None:
    (finding,) = usable(discarded(), at=AT, for_patient=7, for_ref="cocktail:13")
    assert (finding.reason, finding.remedy, finding.rule) == (
        "Vial V-0417 was drawn from for another preparation or test, and is not kept after it.",
        "Waste it, and take another vial.",
        "L1",
    )


def test_what_has_a_time_in_use_serves_its_patient_again() -> None:
    vial = an_open_vial(after_puncture_h=Fraction(4))
    assert codes(vial, for_ref="cocktail:13") == []


def test_what_is_shared_serves_the_next_preparation_within_its_hours() -> None:
    vial = discarded(container=Container.SINGLE_DOSE)
    assert codes(vial, for_patient=8, for_ref="cocktail:13", policies=SHARING) == []
    late = AT + timedelta(hours=6)
    assert codes(vial, late, for_patient=7, for_ref="cocktail:13", policies=SHARING) == ["vial.not_kept"]
    assert codes(vial, late, for_patient=8, for_ref="cocktail:13", policies=SHARING) == ["vial.other_patient"]


def test_held_quarantined_and_spent_stock_is_refused() -> None:
    assert codes(a_stock(held=("recall R-7",))) == ["lot.held"]
    assert codes(a_stock(status="quarantined")) == ["lot.quarantined"]
    assert codes(a_stock(status="exhausted")) == ["lot.exhausted"]
    assert codes(a_stock(remaining="0 mL")) == ["lot.exhausted"]
    assert codes(a_stock(remaining="0.000001 mL")) == []
    assert codes(an_open_vial(remaining=q("0 mL"))) == ["vial.empty"]
    assert codes(an_open_vial(status="empty")) == ["vial.empty"]
    assert codes(an_open_vial(status="wasted")) == ["vial.gone"]
    assert codes(an_open_vial(status="returned")) == ["vial.gone"]


def test_a_state_nobody_knows_is_never_usable() -> None:
    assert codes(a_stock(status="teleported")) == ["vial.gone"]
    assert codes(a_stock(status="")) == ["vial.gone"]


def test_everything_that_stands_against_it_is_said() -> None:
    vial = an_open_vial(
        held=("recall R-7", "cold chain"),
        status="quarantined",
        expires_on=date(2026, 10, 31),
        beyond_use_at=AT - timedelta(hours=1),
        opened_for=8,
        remaining=q("0 mL"),
    )
    expected = [
        "lot.held",
        "lot.quarantined",
        "lot.expired",
        "vial.beyond_use",
        "vial.other_patient",
        "vial.empty",
    ]
    assert codes(vial) == expected
    assert {f.level for f in usable(vial, at=AT, for_patient=7)} == {Level.BLOCK}
    assert [f.rule for f in usable(vial, at=AT, for_patient=7)] == ["L2", "L2", "L1", "L1", "L2", "L6"]


def test_what_is_reserved_for_another_cannot_be_used_and_ones_own_can() -> None:
    stock = a_stock(remaining="5 mL", reserved=q("5 mL"), reserved_for="cocktail:12")
    assert codes(stock) == ["stock.reserved"]
    assert codes(stock, for_ref="cocktail:13") == ["stock.reserved"]
    assert codes(stock, for_ref="cocktail:12") == []
    assert codes(replace(stock, reserved=q("4.9 mL"))) == []
    assert free(replace(stock, reserved=q("4.9 mL"))) == q("0.1 mL")
    assert free(replace(stock, reserved=q("9 mL"))) == q("0 mL")
    assert free(stock, "cocktail:12") == q("5 mL")
    assert free(a_stock(remaining="5 mL")) == q("5 mL")


def test_the_few_words_are_those_of_the_shelf() -> None:
    assert words(a_stock(expires_on=date(2026, 10, 31))) == ["expired 31 Oct"]
    assert words(a_stock(expires_on=date(2025, 11, 30))) == ["expired 30 Nov 2025"]
    assert words(a_stock(held=("recall R-7",))) == ["held: recall R-7"]
    assert words(an_open_vial(beyond_use_at=utc("2026-11-24T08:20"))) == ["beyond use since 09:20"]
    assert words(an_open_vial(beyond_use_at=utc("2026-11-23T13:20"))) == ["beyond use since 23 Nov, 14:20"]
    assert words(a_stock(reserved=q("100 mL"), reserved_for="x")) == ["reserved for another preparation"]


def test_the_finding_names_the_thing_and_says_what_to_do() -> None:
    (finding,) = usable(a_stock(expires_on=date(2026, 10, 31)), at=AT, for_patient=7)
    assert finding.reason == "Lot L1231 expired at the end of 31 Oct 2026."
    assert finding.remedy == "Take another lot."
    (finding,) = usable(an_open_vial(opened_for=8), at=AT, for_patient=7)
    assert finding.reason == "Vial V-0417 was opened for another patient and serves one."


def test_an_instant_is_written_with_its_day_where_it_is_not_today() -> None:
    assert moment_words(utc("2026-11-24T13:10"), "Europe/Paris", AT) == "14:10"
    assert moment_words(utc("2026-11-24T23:30"), "Europe/Paris", AT) == "25 Nov, 00:30"
    assert moment_words(utc("2025-11-24T13:10"), "Europe/Paris", AT) == "24 Nov 2025, 14:10"


def test_an_open_vial_of_which_nobody_wrote_for_whom_is_unknown_once_something_is_gone() -> None:
    vial = an_open_vial(opened_for=None, container=Container.SINGLE_DOSE, one_container=q("10 mL"))
    (found,) = [f for f in usable(vial, at=AT, for_patient=7) if f.code == "vial.other_patient"]
    assert (found.result, found.level) == (Result.UNKNOWN, Level.BLOCK)
    assert codes(replace(vial, remaining=q("10 mL"))) == []
