"""Opening a vial and taking from it: its code, its clock, its patient, its last drop."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from formulary import clock
from formulary.accounts import Forbidden, Role
from formulary.db import Missing, db, transaction
from formulary.rules.findings import Refused
from formulary.rules.units import MASS, Quantity
from formulary.stock import actions as stock
from formulary.stock import queries
from formulary.stock.models import Vial
from tests.stock.doing import (
    drawn,
    held,
    lies,
    opened,
    posted,
    q,
    reason_of,
    refused_codes,
    somebody,
    undone,
)
from tests.support.builders import a_lot, a_policy, a_powder, a_product, some_stock, the_place, the_site
from tests.support.builders.accounts import an_actor
from tests.support.watch import Watch
from tests.support.world import Cast

LOT_ENDS = datetime(2027, 11, 30, 23, tzinfo=UTC)

pytestmark = pytest.mark.usefixtures("cast")


def test_opening_moves_one_container_and_gives_it_a_code() -> None:
    lot = a_lot()
    vial = opened(lot)
    assert vial.code.startswith("V-")
    assert (lies(lot, "storage"), lies(lot, "in_use")) == (10_000_000, 5_000_000)
    assert vial.state == "open"


def test_each_container_has_a_code_of_its_own() -> None:
    lot = a_lot()
    assert opened(lot).code != opened(lot).code


def test_a_shelf_without_a_full_container_has_none_to_open() -> None:
    lot = a_lot(containers=0)
    some_stock(lot, 4_999_999)
    with pytest.raises(Refused) as refusal:
        opened(lot)
    assert refused_codes(refusal) == ["stock.short"]
    assert db.session.scalar(db.select(db.func.count(Vial.id)).filter_by(lot_id=lot.id)) == 0


def test_a_product_whose_content_is_unknown_is_not_opened() -> None:
    lot = a_lot(a_product(content="5 mL"))
    with transaction() as session:
        session.info["audited"] = True
        queries.lot(lot.id).product.content = None
    with pytest.raises(Refused) as refusal:
        opened(lot)
    assert refused_codes(refusal) == ["product.content_unknown"]


def test_a_place_of_another_site_is_missing() -> None:
    elsewhere = Cast().other_site
    with pytest.raises(Missing):
        opened(a_lot(site=elsewhere), place=the_place("storage", elsewhere))


def test_who_may_not_prepare_may_not_open() -> None:
    with pytest.raises(Forbidden):
        opened(a_lot(), by=an_actor(the_site(), Role.AUDITOR))


# What the rule makes of it does not depend on the database.
@pytest.mark.databases("sqlite")
@pytest.mark.parametrize(
    ("columns", "until", "limit"),
    [
        ({"after_puncture_h": 28 * 24}, datetime(2026, 12, 22, 12, tzinfo=UTC), "time after opening"),
        (
            {"after_puncture_h": 0, "container": "single_dose"},
            LOT_ENDS,
            "expiry of lot",
        ),
        (
            {"after_puncture_h": None, "container": "ampoule"},
            LOT_ENDS,
            "expiry of lot",
        ),
        ({"after_puncture_h": 24, "container": "ampoule"}, LOT_ENDS, "expiry of lot"),
        ({"after_puncture_h": None, "container": "bulk"}, None, "how long it keeps once opened is not known"),
        ({"after_puncture_h": None}, None, "how long it keeps once opened is not known"),
        ({"after_puncture_h": 24 * 1000}, LOT_ENDS, "expiry of lot"),
    ],
)
def test_the_beyond_use_date_is_the_earliest_term_and_never_a_guess(
    columns: dict[str, object], until: datetime | None, limit: str
) -> None:
    vial = opened(a_lot(a_product(**columns)), opened_for_id=1)
    assert vial.beyond_use_at == until
    assert vial.beyond_use_limit.startswith(limit)


def test_a_late_entry_needs_a_reason_and_counts_from_the_opening(watch: Watch) -> None:
    lot, earlier = a_lot(a_product(after_puncture_h=24)), watch.now() - timedelta(hours=5)
    with pytest.raises(Refused) as refusal:
        opened(lot, opened_at=earlier)
    assert refused_codes(refusal) == ["vial.late_without_reason"]
    vial = opened(lot, opened_at=earlier, late_reason="the power was out")
    assert vial.beyond_use_at == earlier + timedelta(hours=24)


def test_an_opening_in_the_future_is_refused(watch: Watch) -> None:
    with pytest.raises(Refused) as refusal:
        opened(a_lot(), opened_at=watch.now() + timedelta(minutes=1), late_reason="x")
    assert refused_codes(refusal) == ["time.in_future"]


def test_an_opening_is_recorded_late_although_the_lot_is_held_since() -> None:
    lot, earlier = a_lot(), clock.now() - timedelta(hours=2)
    held("lot", lot.id)
    assert opened(lot, opened_at=earlier, late_reason="entered after the session").state == "open"


def test_the_same_key_opens_one_vial() -> None:
    lot = a_lot()
    assert opened(lot, key="k1").id == opened(lot, key="k1").id
    assert lies(lot, "in_use") == 5_000_000


def test_a_labelled_vial_keeps_its_code_when_it_is_opened() -> None:
    lot, at, by = a_lot(), clock.now(), somebody()
    with transaction():
        stock.label_vials(queries.lot(lot.id), place=the_place(), count=2, at=at, by=by)
    first = db.session.scalars(db.select(Vial).filter_by(lot_id=lot.id).order_by(Vial.id)).all()[0]
    with transaction():
        vial = stock.open_vial(
            queries.lot(lot.id), place=the_place(), labelled=queries.vial(first.id), at=at, by=by
        )
    assert (vial.id, vial.state) == (first.id, "open")
    with pytest.raises(Refused) as refusal, transaction():
        stock.open_vial(queries.lot(lot.id), place=the_place(), labelled=queries.vial(first.id), at=at, by=by)
    assert refused_codes(refusal) == ["vial.not_sealed"]


def test_no_more_labels_than_sealed_containers() -> None:
    lot, at, by = a_lot(containers=2), clock.now(), somebody()
    for count in (0, 3):
        with pytest.raises(Refused) as refusal, transaction():
            stock.label_vials(queries.lot(lot.id), place=the_place(), count=count, at=at, by=by)
        assert refused_codes(refusal) == ["vial.too_many_labels"]


def test_a_draw_takes_exactly_its_volume() -> None:
    lot = a_lot()
    vial = opened(lot)
    [taken] = drawn(vial, "0.51 mL")
    assert (taken.quantity, taken.via, taken.lot_id) == (510_000, "direct", lot.id)
    assert (queries.volume_left(vial), lies(lot, "preparation")) == (4_490_000, 510_000)


def test_the_smallest_step_can_be_drawn_and_nothing_finer() -> None:
    vial = opened(a_lot())
    assert drawn(vial, "0.000001 mL")[0].quantity == 1
    with pytest.raises(Refused) as refusal:
        drawn(vial, "0.0000001 mL")
    assert refused_codes(refusal) == ["quantity.too_fine"]


@pytest.mark.parametrize("volume", ["0 mL", "-1 mL"])
def test_nothing_and_less_are_not_drawn(volume: str) -> None:
    vial = opened(a_lot())
    with pytest.raises(Refused) as refusal:
        drawn(vial, volume) if volume[0] == "0" else _drawn_negative(vial)
    assert refused_codes(refusal) == ["quantity.not_positive"]


def _drawn_negative(vial: Vial) -> None:
    with transaction():
        stock.take(
            queries.vial(vial.id),
            -q("1 mL"),
            target=the_place("preparation"),
            reason="drawn",
            document=("attempt", 1),
            at=clock.now(),
            by=somebody(),
        )


def test_a_mass_is_not_drawn() -> None:
    vial = opened(a_lot())
    with pytest.raises(Refused) as refusal, transaction():
        stock.take(
            queries.vial(vial.id),
            Quantity(1, MASS),
            target=the_place("preparation"),
            reason="drawn",
            document=("attempt", 1),
            at=clock.now(),
            by=somebody(),
        )
    assert refused_codes(refusal) == ["quantity.not_a_volume"]


def test_more_than_is_left_is_refused_with_both_figures() -> None:
    vial = opened(a_lot())
    drawn(vial, "4.7 mL")
    with pytest.raises(Refused) as refusal:
        drawn(vial, "0.51 mL")
    assert reason_of(refusal) == f"Vial {vial.code} has 0.3 mL left and 0.51 mL is needed."
    assert queries.volume_left(vial) == 300_000


def test_an_emptied_vial_says_so() -> None:
    vial = opened(a_lot())
    drawn(vial, "5 mL")
    assert vial.state == "empty"
    with pytest.raises(Refused) as refusal:
        drawn(vial, "0.1 mL")
    assert refused_codes(refusal) == ["vial.empty"]


def test_a_powder_without_its_diluent_is_not_drawn() -> None:
    vial = opened(a_lot(a_powder()), opened_for_id=1)
    with pytest.raises(Refused) as refusal:
        drawn(vial, "1 mL", for_patient=1)
    assert refused_codes(refusal) == ["vial.not_reconstituted"]


def test_a_single_dose_vial_serves_the_patient_it_was_opened_for() -> None:
    vial = opened(a_lot(a_product(container="single_dose", after_puncture_h=0)), opened_for_id=7)
    drawn(vial, "1 mL", for_patient=7)
    with pytest.raises(Refused) as refusal:
        drawn(vial, "1 mL", for_patient=8)
    assert refused_codes(refusal) == ["vial.other_patient"]


ISO_5 = {"air": "ISO 5", "hours": "6"}


def refused_for_another(container: str, **after: int) -> list[str]:
    """What stands against drawing for patient 8 from a vial opened for patient 7, after so many hours."""
    product = a_product(container=container, after_puncture_h=after.get("keeps", 24))
    vial = opened(
        a_lot(product),
        opened_for_id=7,
        opened_at=clock.now() - timedelta(hours=after["hours"]),
        late_reason="entered late",
    )
    try:
        drawn(vial, "1 mL", for_patient=8, for_ref="cocktail:8")
    except Refused as refusal:
        return [finding.code for finding in refusal.findings]
    return []


# What the rule makes of it does not depend on the database.
@pytest.mark.databases("sqlite")
@pytest.mark.parametrize(
    ("policy", "container", "hours", "codes"),
    [
        (ISO_5, "single_dose", 5, []),
        (ISO_5, "bulk", 5, []),
        (ISO_5, "single_dose", 6, ["vial.other_patient"]),
        (ISO_5, "single_dose", 13, ["vial.other_patient"]),
        (ISO_5, "device", 1, ["vial.other_patient"]),
        (ISO_5, "unknown", 1, ["vial.other_patient"]),
        ({"air": "ordinary room", "hours": "6"}, "single_dose", 1, ["vial.other_patient"]),
        ({"air": "ISO 50", "hours": "6"}, "single_dose", 1, ["vial.other_patient"]),
        ({"hours": "6"}, "single_dose", 1, ["vial.other_patient"]),
        ({"air": "ISO 5"}, "single_dose", 1, ["vial.other_patient"]),
    ],
)
def test_a_signed_policy_shares_a_single_dose_vial_in_iso_5_air_for_its_hours(
    policy: dict[str, str], container: str, hours: int, codes: list[str]
) -> None:
    a_policy(the_site(), "shared_single_dose", policy)
    assert refused_for_another(container, hours=hours) == codes


def test_no_policy_shares_an_ampoule() -> None:
    a_policy(the_site(), "shared_single_dose", ISO_5)
    vial = opened(a_lot(a_product(container="ampoule", after_puncture_h=0)), opened_for_id=7)
    drawn(vial, "1 mL", for_patient=7, for_ref="cocktail:7")
    with pytest.raises(Refused) as refusal:
        drawn(vial, "1 mL", for_patient=8, for_ref="cocktail:8")
    assert refused_codes(refusal) == ["vial.other_patient"]


def an_ampoule() -> Vial:
    """Opened from the shelf for nobody yet."""
    return opened(a_lot(a_product(container="ampoule", after_puncture_h=0)))


def test_what_is_discarded_serves_the_act_of_its_first_draw_and_no_other() -> None:
    vial = an_ampoule()
    for _ in range(2):
        drawn(vial, "1 mL", for_patient=7, for_ref="cocktail:1")
    with pytest.raises(Refused) as refusal:
        drawn(vial, "1 mL", for_patient=7, for_ref="cocktail:2")
    assert refused_codes(refusal) == ["vial.not_kept"]


def test_an_act_that_is_over_gets_nothing_more_either() -> None:
    vial = an_ampoule()
    drawn(vial, "1 mL", for_patient=7, for_ref="cocktail:1")
    with transaction() as session:
        session.info["audited"] = True
        assert stock.end_session(the_site().id, "cocktail:1") == 1
    with pytest.raises(Refused) as refusal:
        drawn(vial, "1 mL", for_patient=7, for_ref="cocktail:1")
    assert refused_codes(refusal) == ["vial.not_kept"]


def test_a_draw_taken_back_leaves_the_vial_to_whoever_draws_next() -> None:
    vial = an_ampoule()
    [taken] = drawn(vial, "1 mL", for_patient=7, for_ref="cocktail:1")
    undone(taken.movement)
    drawn(vial, "1 mL", for_patient=7, for_ref="cocktail:2")
    assert drawn(vial, "1 mL", for_patient=7, for_ref="cocktail:2")[0].quantity == 1_000_000


def test_what_has_a_time_in_use_serves_its_patient_in_the_next_act_too() -> None:
    vial = opened(a_lot(a_product(container="single_dose", after_puncture_h=4)), opened_for_id=7)
    drawn(vial, "1 mL", for_patient=7, for_ref="cocktail:1")
    assert drawn(vial, "1 mL", for_patient=7, for_ref="cocktail:2")[0].quantity == 1_000_000


def test_a_multi_dose_vial_serves_everybody() -> None:
    vial = opened(a_lot())
    drawn(vial, "1 mL", for_patient=7)
    assert drawn(vial, "1 mL", for_patient=8)[0].quantity == 1_000_000


@pytest.mark.parametrize(("minutes", "allowed"), [(-1, True), (0, False), (1, False)])
def test_a_vial_is_used_until_its_beyond_use_date_and_not_at_it(
    watch: Watch, minutes: int, allowed: bool
) -> None:
    vial = opened(a_lot(a_product(after_puncture_h=6)))
    watch.move(hours=6, minutes=minutes)
    if allowed:
        assert drawn(vial, "1 mL")
        return
    with pytest.raises(Refused) as refusal:
        drawn(vial, "1 mL")
    assert refused_codes(refusal) == ["vial.beyond_use"]


def test_what_was_drawn_after_that_is_recorded_all_the_same(watch: Watch) -> None:
    vial = opened(a_lot(a_product(after_puncture_h=6)))
    watch.move(hours=7)
    assert drawn(vial, "1 mL", already_happened=True)[0].quantity == 1_000_000


def test_the_other_rooms_document_is_kept_with_the_row() -> None:
    vial = opened(a_lot())
    movement = drawn(vial, "1 mL", attempt=12)[0].movement
    assert (movement.document_kind, movement.document_id) == ("attempt", 12)


def test_from_the_preparation_to_the_patient_nothing_more_is_asked() -> None:
    lot = a_lot()
    drawn(opened(lot), "1 mL")
    held("lot", lot.id)
    posted(lot, "preparation", "patient", 1_000_000)
    assert lies(lot, "preparation") == 0
