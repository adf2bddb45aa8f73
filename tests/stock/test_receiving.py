"""Receiving: what enters, what is asked about, what is refused, and where it lands."""

from __future__ import annotations

from datetime import date

import pytest

from formulary import clock
from formulary.accounts import Forbidden, Role
from formulary.audit.models import AuditEntry
from formulary.catalogue.models import ProductCode
from formulary.db import Missing, db, transaction
from formulary.rules.findings import Refused
from formulary.stock import actions as stock
from formulary.stock import queries
from formulary.stock.models import Delivery, Lot
from tests.stock.doing import EXPIRES, lies, received, refused_codes, somebody
from tests.support.builders import a_code, a_lot, a_policy, a_product, gtin_of, the_place, the_site
from tests.support.builders.accounts import an_actor
from tests.support.watch import Watch
from tests.support.world import Cast

pytestmark = pytest.mark.usefixtures("cast")


@pytest.fixture
def trusting(app: object) -> None:
    """A house that puts first receipts on the shelf."""
    a_policy(the_site(), "first_receipt_quarantine", {"required": False, "source": "house policy"})


@pytest.mark.usefixtures("trusting")
def test_containers_lie_on_the_shelf_under_their_lot() -> None:
    lot = received(a_product().id, containers=20)
    assert lies(lot, "storage") == 100_000_000
    assert (lot.number, lot.normalised, lot.near, lot.status) == ("L2231", "L2231", "12231", "available")


@pytest.mark.usefixtures("trusting")
def test_the_entry_tells_what_came_and_the_delivery_keeps_supplier_and_note() -> None:
    lot = received(a_product().id, supplier="Medisud", note_number="DN-88120", raw="]d201…")
    delivery = db.session.scalars(db.select(Delivery).filter_by(supplier="Medisud")).one()
    entry = db.session.scalars(db.select(AuditEntry).filter_by(object_kind="lot", object_id=lot.id)).one()
    assert (delivery.note_number, delivery.received_by_id) == ("DN-88120", somebody().person_id)
    assert (entry.new["containers"], entry.new["scan"], entry.new["lot"]) == (3, "]d201…", "L2231")


@pytest.mark.usefixtures("trusting")
def test_more_of_the_same_lot_is_the_same_lot() -> None:
    product = a_product()
    assert received(product.id).id == received(product.id).id
    assert lies(received(product.id), "storage") == 45_000_000


@pytest.mark.usefixtures("trusting")
def test_the_same_delivery_posted_twice_is_booked_once() -> None:
    product = a_product()
    assert received(product.id, key="a").id == received(product.id, key="a").id
    assert lies(received(product.id, key="a"), "storage") == 15_000_000


@pytest.mark.usefixtures("trusting")
def test_the_same_number_of_another_product_is_another_lot() -> None:
    assert received(a_product().id).id != received(a_product().id).id


def test_a_first_receipt_lands_in_quarantine() -> None:
    lot = received(a_product().id)
    assert (lot.status, lies(lot, "quarantine"), lies(lot, "storage")) == ("quarantined", 15_000_000, 0)


def test_the_next_one_does_too_until_somebody_has_released_one(cast: Cast) -> None:
    product = a_product()
    first = received(product.id, supplier="Medisud")
    assert received(product.id, "L2260", supplier="medisud").status == "quarantined"
    released(first, by=cast.actor("pharmacist2"))
    lot = received(product.id, "L2261", supplier="medisud")
    assert (lot.status, lies(lot, "storage")) == ("available", 15_000_000)


def test_a_new_supplier_of_a_known_product_is_looked_at_and_the_lot_on_the_shelf_stays() -> None:
    product = a_product()
    a_lot(product, number="L2231")
    lot = received(product.id, supplier="Somebody new")
    assert (lot.status, lies(lot, "storage"), lies(lot, "quarantine")) == (
        "available",
        15_000_000,
        15_000_000,
    )


def test_a_second_pharmacist_releases_it_and_not_the_one_who_received_it(cast: Cast) -> None:
    lot = received(a_product().id)
    with pytest.raises(Refused) as refusal:
        released(lot, by=somebody())
    assert refused_codes(refusal) == ["release.same_person"]
    assert "Hugo Petit" in refusal.value.findings[0].remedy
    released(lot, by=cast.actor("pharmacist2"))
    assert (lot.status, lies(lot, "storage"), lies(lot, "quarantine")) == ("available", 15_000_000, 0)


def released(lot: Lot, **more: object) -> Lot:
    given = {"place": the_place(), "at": clock.now(), "by": somebody()} | more
    with transaction():
        return stock.release_lot(queries.lot(lot.id), **given)


def test_a_technician_releases_nothing(cast: Cast) -> None:
    with pytest.raises(Forbidden):
        released(received(a_product().id), by=cast.actor("technician"))


def test_on_a_solo_site_the_same_person_says_what_was_looked_at(cast: Cast) -> None:
    with transaction() as session:
        session.info["audited"] = True
        the_site().solo = True
    lot = received(a_product().id)
    with pytest.raises(Refused) as refusal:
        released(lot)
    assert refused_codes(refusal) == ["release.reason_missing"]
    released(lot, remark="seals and leaflet looked at")
    entry = db.session.scalars(db.select(AuditEntry).order_by(AuditEntry.id.desc())).first()
    assert entry is not None and entry.new["self_checked"] is True


def test_what_lies_on_the_shelf_is_not_released_from_quarantine(cast: Cast) -> None:
    with pytest.raises(Refused) as refusal:
        released(a_lot(), by=cast.actor("pharmacist2"))
    assert refused_codes(refusal) == ["lot.not_quarantined"]


def test_expired_goods_for_return_are_not_released(cast: Cast) -> None:
    lot = received(a_product().id, expires_on=date(2026, 11, 23), place_id=the_place("quarantine").id)
    with pytest.raises(Refused) as refusal:
        released(lot, by=cast.actor("pharmacist2"))
    assert refused_codes(refusal) == ["lot.expired"]


# What cannot be read is refused before any table is asked.
@pytest.mark.databases("sqlite")
@pytest.mark.parametrize(
    ("expires_on", "codes"),
    [
        (date(2026, 11, 23), ["lot.expired"]),
        (date(2026, 11, 24), ["lot.expired"]),
        (date(1999, 1, 1), ["lot.expired"]),
        (date(1899, 12, 31), ["lot.expiry_absurd"]),
        (date(2199, 1, 1), ["lot.expiry_absurd"]),
        (date(2037, 1, 1), ["lot.expiry_far"]),
    ],
)
def test_an_expiry_that_cannot_be_is_refused(expires_on: date, codes: list[str]) -> None:
    product = a_product()
    with pytest.raises(Refused) as refusal:
        received(product.id, expires_on=expires_on)
    assert refused_codes(refusal) == codes
    assert queries.lots_of([product.id]) == []


def test_tomorrow_is_soon_enough() -> None:
    assert received(a_product().id, expires_on=date(2026, 11, 25)).expires_on == date(2026, 11, 25)


def test_the_day_is_the_sites_own(watch: Watch) -> None:
    watch.set(clock.now().replace(hour=23, minute=30))
    with pytest.raises(Refused) as refusal:
        received(a_product().id, expires_on=date(2026, 11, 25))
    assert refused_codes(refusal) == ["lot.expired"]


def test_an_expiry_far_away_enters_with_a_reason() -> None:
    with pytest.raises(Refused) as refusal:
        received(a_product().id, expires_on=date(2037, 1, 1))
    reasons = {refusal.value.findings[0].key: "printed so, seen by two"}
    lot = received(a_product().id, expires_on=date(2037, 1, 1), overrides=reasons)
    entry = db.session.scalars(db.select(AuditEntry).filter_by(object_kind="lot", object_id=lot.id)).one()
    assert entry.new["reasons"] == {"lot.expiry_far": "printed so, seen by two"}


# What cannot be read is refused before any table is asked.
@pytest.mark.databases("sqlite")
@pytest.mark.parametrize(
    ("number", "code"),
    [
        ("", "lot.number_missing"),
        ("---", "lot.number_missing"),
        ("A" * 21, "lot.number_too_long"),
        ("L٢٢٣١", "lot.number_characters"),
        ("L 2231", "lot.number_characters"),
        ("L2231\u200b", "lot.number_characters"),
    ],
)
def test_a_number_that_no_pack_prints_is_refused(number: str, code: str) -> None:
    with pytest.raises(Refused) as refusal:
        received(a_product().id, number)
    assert refused_codes(refusal) == [code]


def test_twenty_characters_are_a_lot_number() -> None:
    assert received(a_product().id, "A" * 20).number == "A" * 20


@pytest.mark.parametrize("number", ["L223121SER99", "L2231" + "17271130", "l223121X"])
def test_a_number_that_swallowed_another_field_is_asked_about(number: str) -> None:
    product = a_product()
    a_lot(product, number="L2231")
    with pytest.raises(Refused) as refusal:
        received(product.id, number)
    assert refused_codes(refusal) == ["lot.swallowed"]


def test_a_number_that_holds_the_packs_own_code_is_asked_about() -> None:
    product = a_product()
    with pytest.raises(Refused) as refusal:
        received(product.id, f"A1{gtin_of(product)}")
    assert refused_codes(refusal) == ["lot.swallowed"]


@pytest.mark.parametrize("number", ["l2231", "L-2231", "L22.31"])
def test_the_same_number_written_otherwise_is_a_choice(number: str) -> None:
    product = a_product()
    lot = a_lot(product, number="L2231")
    with pytest.raises(Refused) as refusal:
        received(product.id, number)
    assert refused_codes(refusal) == ["lot.known_otherwise"]
    assert received(product.id, number, second_record=True).id != lot.id


def test_a_known_lot_with_another_expiry_is_shown_side_by_side() -> None:
    product = a_product()
    a_lot(product, number="L2231")
    with pytest.raises(Refused) as refusal:
        received(product.id, expires_on=date(2028, 11, 30))
    assert refusal.value.findings[0].reason == (
        "On record is lot L2231, expires 30 Nov 2027, Maker. You entered lot L2231, expires 30 Nov 2028."
    )
    assert received(product.id, expires_on=date(2028, 11, 30), second_record=True).expires_on.year == 2028


@pytest.mark.parametrize(("on_record", "typed"), [("LO231", "L0231"), ("L223I", "L2231"), ("Ll231", "L1231")])
def test_a_number_that_a_tired_eye_mistakes_is_asked_about(on_record: str, typed: str) -> None:
    product = a_product()
    a_lot(product, number=on_record)
    with pytest.raises(Refused) as refusal:
        received(product.id, typed)
    assert refused_codes(refusal) == ["lot.looks_like"]


@pytest.mark.parametrize("containers", [0, -1, 10_001])
def test_a_count_that_no_delivery_has_is_refused(containers: int) -> None:
    with pytest.raises(Refused) as refusal:
        received(a_product().id, containers=containers)
    assert refused_codes(refusal) == ["quantity.not_a_count"]


def test_an_unknown_code_is_learned_once() -> None:
    product = a_product()
    received(product.id, gtin="09521234543213", per_pack=10)
    code = db.session.scalars(db.select(ProductCode).filter_by(gtin="09521234543213")).one()
    assert (code.product_id, code.containers, code.level) == (product.id, 10, "pack")
    received(product.id, gtin="09521234543213", per_pack=99)
    assert code.containers == 10


def test_a_code_of_another_product_is_refused_by_its_name() -> None:
    other = a_product(name="ascorbic acid 500 mg per mL")
    code = a_code(other)
    with pytest.raises(Refused) as refusal:
        received(a_product().id, gtin=code.gtin)
    assert refused_codes(refusal) == ["code.other_product"]
    assert "ascorbic acid" in refusal.value.findings[0].reason


def test_a_typed_entry_needs_a_second_person_where_the_site_says_so(cast: Cast) -> None:
    a_policy(the_site(), "manual_entry_second_person", True)
    with pytest.raises(Refused) as refusal:
        received(a_product().id)
    assert refused_codes(refusal) == ["entry.second_person_needed"]
    for nobody in (somebody(), cast.actor("auditor")):
        with pytest.raises(Refused):
            received(a_product().id, witness=nobody)
    assert received(a_product().id, witness=cast.actor("technician")).id
    assert received(a_product().id, grade="scanned").id


def test_nothing_is_received_where_nothing_is_kept() -> None:
    with pytest.raises(Refused) as refusal:
        received(a_product().id, place_id=the_place("waste").id)
    assert refused_codes(refusal) == ["place.wrong_kind"]


def test_a_place_of_another_site_and_a_product_that_is_not_there_are_missing(cast: Cast) -> None:
    with pytest.raises(Missing):
        received(a_product().id, place_id=the_place("storage", cast.other_site).id)
    with pytest.raises(Missing):
        received(99_999)


def test_who_may_not_receive_is_told_so() -> None:
    with pytest.raises(Forbidden):
        received(a_product().id, by=an_actor(the_site(), Role.PRACTITIONER))


def test_the_makers_own_number_and_the_repackers_are_two_lots() -> None:
    product = a_product()
    first = received(product.id, maker="Maker")
    with pytest.raises(Refused) as refusal:
        received(product.id, maker="Repacker")
    assert refused_codes(refusal) == ["lot.known_otherwise"]
    assert received(product.id, maker="Repacker", second_record=True).id != first.id
    assert first.expires_on == EXPIRES
