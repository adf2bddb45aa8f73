"""Reconstituting a powder: the diluent goes along with every draw, in proportion, to the last step."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from formulary import clock
from formulary.audit.models import AuditEntry
from formulary.db import db
from formulary.rules.findings import Refused
from formulary.stock import facts, queries
from formulary.stock.actions import where_is
from formulary.stock.actions.taking import share
from formulary.stock.models import Lot, Movement, Vial
from tests.stock.doing import (
    drawn,
    held,
    lies,
    opened,
    posted,
    q,
    reason_of,
    reconstituted,
    refused_codes,
    undone,
)
from tests.support.builders import a_lot, a_powder, a_product, an_ingredient, the_site
from tests.support.watch import Watch

pytestmark = pytest.mark.usefixtures("cast")


def a_diluent() -> Lot:
    return a_lot(a_product(container="ampoule", after_puncture_h=0, content="10 mL"))


def a_mixture(**more: object) -> Vial:
    return reconstituted(opened(a_lot(a_powder()), opened_for_id=7), a_diluent(), **more)


def test_the_diluent_lies_under_the_powders_vial_and_its_container_stays_open() -> None:
    diluent = a_diluent()
    vial = reconstituted(opened(a_lot(a_powder()), opened_for_id=7), diluent)
    inside = {c.lot_id: c.quantity for c in queries.contents(vial_id=vial.id)}
    assert inside == {vial.lot_id: 600_000_000, diluent.id: 4_000_000}
    [other] = queries.open_vials(the_site().id, diluent.id)
    assert (queries.volume_left(other), other.opened_for_id) == (6_000_000, 7)
    assert lies(diluent, "preparation") == 0


def test_the_strength_is_content_in_the_volume_of_diluent_and_displacement() -> None:
    vial = a_mixture(displacement=q("0.3 mL"))
    assert (vial.mixed_volume, vial.mixed_content) == (4_300_000, 600_000_000)
    stock = facts.stock_of(vial.lot, vial, where_is(vial), clock.now())
    assert stock is not None and stock.strength is not None
    assert (stock.strength.amount, stock.strength.volume) == (q("600 mg"), q("4.3 mL"))


def test_it_keeps_for_the_time_after_reconstitution(watch: Watch) -> None:
    vial = a_mixture()
    assert vial.beyond_use_at == watch.now() + timedelta(hours=6)
    assert vial.beyond_use_limit == "time after reconstitution"


def test_reconstituting_never_lengthens(watch: Watch) -> None:
    vial = opened(a_lot(a_powder(after_puncture_h=2, container="multi_dose")))
    watch.move(hours=1)
    before = vial.beyond_use_at
    assert reconstituted(vial, a_diluent()).beyond_use_at == before


def test_an_unknown_time_after_reconstitution_stays_unknown() -> None:
    vial = opened(a_lot(a_powder(after_reconstitution_h=None)), opened_for_id=7)
    vial = reconstituted(vial, a_diluent())
    assert vial.beyond_use_at is None
    with pytest.raises(Refused) as refusal:
        drawn(vial, "1 mL", for_patient=7)
    assert refused_codes(refusal) == ["vial.beyond_use_unknown"]


def test_a_draw_takes_both_lots_in_proportion() -> None:
    taken = drawn(a_mixture(), "1 mL", for_patient=7)
    assert [(t.quantity, t.via) for t in taken] == [(150_000_000, "direct"), (1_000_000, "diluent")]


def test_the_last_draw_takes_the_remainder_so_that_nothing_is_left_over() -> None:
    vial = a_mixture(displacement=q("0.3 mL"))
    parts = [
        t.quantity for volume in ("1.1 mL", "1.1 mL", "2.1 mL") for t in drawn(vial, volume, for_patient=7)
    ]
    assert sum(parts[::2]) == 600_000_000
    assert sum(parts[1::2]) == 4_000_000
    assert vial.state == "empty"
    assert queries.contents(vial_id=vial.id) == []


def test_more_than_the_mixture_holds_is_refused_in_its_volume() -> None:
    vial = a_mixture()
    drawn(vial, "3.7 mL", for_patient=7)
    with pytest.raises(Refused) as refusal:
        drawn(vial, "0.51 mL", for_patient=7)
    assert reason_of(refusal) == f"Vial {vial.code} has 0.3 mL left and 0.51 mL is needed."


def test_an_undone_draw_puts_mixture_and_both_lots_back() -> None:
    vial = a_mixture()
    for taken in drawn(vial, "4 mL", for_patient=7):
        undone(taken.movement)
    assert queries.volume_left(vial) == 4_000_000
    assert vial.state == "open"
    assert [t.quantity for t in drawn(vial, "4 mL", for_patient=7)] == [600_000_000, 4_000_000]


def test_diluent_is_taken_from_as_many_containers_as_it_needs() -> None:
    diluent = a_lot(a_product(container="ampoule", after_puncture_h=0, content="2 mL"), containers=3)
    vial = reconstituted(opened(a_lot(a_powder()), opened_for_id=7), diluent, "5 mL")
    assert vial.mixed_volume == 5_000_000
    assert lies(diluent, "storage") == 0


def test_too_little_diluent_leaves_everything_as_it_was() -> None:
    diluent = a_lot(a_product(container="ampoule", after_puncture_h=0, content="2 mL"), containers=2)
    vial = opened(a_lot(a_powder()), opened_for_id=7)
    with pytest.raises(Refused) as refusal:
        reconstituted(vial, diluent, "5 mL")
    assert refused_codes(refusal) == ["lot.exhausted"]
    assert lies(diluent, "storage") == 4_000_000
    assert queries.vial(vial.id).mixed_volume is None


def test_an_open_vial_of_diluent_can_be_named() -> None:
    diluent = a_lot(a_product(content="10 mL"))
    source = opened(diluent)
    vial = opened(a_lot(a_powder()), opened_for_id=7)
    reconstituted(vial, diluent, diluent_vial=source)
    assert queries.volume_left(source) == 6_000_000


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (lambda: (a_mixture(), a_diluent()), "vial.reconstituted_already"),
        (lambda: (opened(a_lot()), a_diluent()), "vial.not_a_powder"),
        (lambda: (opened(a_lot(a_powder()), opened_for_id=7), a_lot(a_powder())), "diluent.not_a_fluid"),
    ],
)
def test_what_cannot_be_reconstituted_is_refused(make, code: str) -> None:  # type: ignore[no-untyped-def]
    vial, diluent = make()
    with pytest.raises(Refused) as refusal:
        reconstituted(vial, diluent)
    assert refused_codes(refusal) == [code]


def test_a_powder_of_which_something_is_gone_is_not_reconstituted() -> None:
    vial = opened(a_lot(a_powder()), opened_for_id=7)
    posted(vial.lot, "in_use", "waste", 1, reason="broken", vial=vial)
    with pytest.raises(Refused) as refusal:
        reconstituted(vial, a_diluent())
    assert refused_codes(refusal) == ["vial.not_full"]


def test_a_held_diluent_stops_it() -> None:
    diluent = a_diluent()
    held("lot", diluent.id)
    with pytest.raises(Refused) as refusal:
        reconstituted(opened(a_lot(a_powder()), opened_for_id=7), diluent)
    assert refused_codes(refusal) == ["lot.held"]


def test_a_hold_on_the_product_of_the_diluent_stops_what_was_mixed_with_it() -> None:
    diluent = a_diluent()
    vial = reconstituted(opened(a_lot(a_powder()), opened_for_id=7), diluent)
    held("product", diluent.product_id, source="recall R-7")
    with pytest.raises(Refused) as refusal:
        drawn(vial, "1 mL", for_patient=7)
    assert refused_codes(refusal) == ["lot.held"]
    assert reason_of(refusal) == f"Vial {vial.code} is on hold: its diluent, recall R-7."


def test_the_expiry_of_the_diluent_limits_the_mixture(watch: Watch) -> None:
    diluent = a_lot(a_product(container="ampoule", after_puncture_h=0), expires_on=watch.now().date())
    powder = a_powder(after_reconstitution_h=24)
    vial = reconstituted(opened(a_lot(powder), opened_for_id=7), diluent)
    assert vial.beyond_use_at == datetime(2026, 11, 24, 23, tzinfo=UTC)
    assert vial.beyond_use_limit == f"expiry of its diluent, lot {diluent.number}"


def water(name: str = "water for injections", **columns: Any) -> Lot:
    return a_lot(a_product(an_ingredient(name), container="ampoule", after_puncture_h=0, **columns))


def a_powder_for(label: str) -> Vial:
    return opened(a_lot(a_powder(diluent=label)), opened_for_id=7)


def test_what_the_label_names_dissolves_it() -> None:
    vial = reconstituted(a_powder_for("Water for injections"), water())
    assert vial.mixed_volume == 4_000_000


def test_what_the_label_does_not_name_is_refused_in_words() -> None:
    other = water("bacteriostatic water for injection")
    with pytest.raises(Refused) as refusal:
        reconstituted(vial := a_powder_for("water for injections"), other)
    assert refused_codes(refusal) == ["diluent.not_named"]
    powder = vial.lot.product.name
    assert reason_of(refusal) == f"The label of {powder} does not name {other.product.name}."
    assert refusal.value.findings[0].remedy == "Take what the label names: water for injections."


def test_what_holds_a_preservative_is_not_what_a_label_without_one_names() -> None:
    alcohol = an_ingredient("benzyl alcohol", groups=("preservative",))
    other = water("sodium chloride 0.9%", excipients=(alcohol,))
    with pytest.raises(Refused) as refusal:
        reconstituted(a_powder_for("sodium chloride 0.9% preservative-free"), other)
    assert refused_codes(refusal) == ["diluent.not_named"]


@pytest.mark.parametrize("label", ["", "unknown", "per label"])
def test_a_label_that_names_none_leaves_the_choice(label: str) -> None:
    assert reconstituted(a_powder_for(label), water("saline")).mixed_volume == 4_000_000


def test_what_was_mixed_with_another_is_recorded_late_all_the_same(watch: Watch) -> None:
    vial = a_powder_for("water for injections")
    watch.move(hours=1)
    done = reconstituted(vial, water("saline"), **late(watch))
    assert (done.mixed_volume, done.late_reason) == (4_000_000, "found on the worksheet")


def late(watch: Watch) -> dict[str, object]:
    return {"reconstituted_at": watch.now() - timedelta(minutes=30), "late_reason": "found on the worksheet"}


def test_a_time_before_this_minute_says_why_it_is_late(watch: Watch) -> None:
    vial = opened(a_lot(a_powder()), opened_for_id=7)
    watch.move(hours=1)
    with pytest.raises(Refused) as refusal:
        reconstituted(vial, a_diluent(), reconstituted_at=watch.now() - timedelta(minutes=1))
    assert refused_codes(refusal) == ["vial.late_without_reason"]


def test_this_minute_is_now_and_everything_is_asked(watch: Watch) -> None:
    lot = a_lot(a_powder())
    vial = opened(lot, opened_for_id=7)
    watch.move(minutes=5, seconds=30)
    held("lot", lot.id)
    with pytest.raises(Refused) as refusal:
        reconstituted(vial, a_diluent(), reconstituted_at=watch.now().replace(second=0))
    assert refused_codes(refusal) == ["lot.held"]


def test_what_spoke_against_a_late_entry_is_kept_with_it(watch: Watch) -> None:
    lot = a_lot(a_powder())
    vial = opened(lot, opened_for_id=7)
    held("lot", lot.id)
    watch.move(hours=1)
    reconstituted(vial, a_diluent(), **late(watch))
    entry = db.session.scalars(db.select(AuditEntry).filter_by(action="stock.reconstitute")).one()
    assert [words.partition(":")[0] for words in entry.new["spoke_against_it"]] == ["lot.held"]
    assert entry.reason == "found on the worksheet"


def test_the_rest_of_a_diluent_serves_no_other_powder() -> None:
    diluent = a_diluent()
    reconstituted(opened(a_lot(a_powder()), opened_for_id=7), diluent)
    [rest] = queries.open_vials(the_site().id, diluent.id)
    with pytest.raises(Refused) as refusal:
        reconstituted(opened(a_lot(a_powder()), opened_for_id=7), diluent, diluent_vial=rest)
    assert refused_codes(refusal) == ["vial.not_kept"]


@pytest.mark.parametrize(("hours", "code"), [(1, "time.in_future"), (-48, "time.before_opening")])
def test_its_time_lies_between_opening_and_now(hours: int, code: str) -> None:
    vial = opened(a_lot(a_powder()), opened_for_id=7)
    with pytest.raises(Refused) as refusal:
        when = clock.now() + timedelta(hours=hours)
        reconstituted(vial, a_diluent(), reconstituted_at=when, late_reason="the worksheet was found")
    assert refused_codes(refusal) == [code]


def test_the_ledger_tells_which_diluent_went_where() -> None:
    vial = a_mixture()
    rows = db.session.scalars(
        db.select(Movement)
        .filter_by(document_kind="reconstitution", document_id=vial.id)
        .order_by(Movement.id)
    ).all()
    assert [(row.lot_id, row.vial_id == vial.id) for row in rows] == [
        (vial.diluent_lot_id, False),
        (vial.diluent_lot_id, True),
    ]
    assert vial.reconstituted_at == datetime(2026, 11, 24, 12, tzinfo=UTC)


@given(
    held=st.integers(1, 10**12),
    volume=st.integers(1, 10**8),
    cuts=st.lists(st.integers(1, 10**8), max_size=12),
)
def test_whatever_is_cut_off_the_parts_sum_to_what_was_there(held: int, volume: int, cuts: list[int]) -> None:
    left, remaining, out = volume, held, 0
    for cut in [*cuts, volume]:
        wanted = min(cut, left)
        if wanted == 0:
            break
        part = share(remaining, wanted, left)
        assert 0 <= part <= remaining
        left, remaining, out = left - wanted, remaining - part, out + part
    if left:
        out += share(remaining, left, left)
    assert out == held
