"""Applying a test: what goes on the skin leaves the stock, now or as a late entry."""

from datetime import date, timedelta

import pytest

from formulary.audit.models import AuditEntry
from formulary.db import db
from formulary.patch_tests.models import PatchTest, PatchTestItem
from formulary.stock import queries as stock
from formulary.stock.models import Discrepancy, Movement, Vial
from tests.stock.doing import drawn, opened, reconstituted
from tests.support.builders import (
    a_lot,
    a_patient,
    a_powder,
    a_product,
    a_test,
    an_allergy,
    an_ingredient,
    gtin_of,
    on_hand,
    steps,
    the_place,
)


@pytest.fixture
def patient(app):
    """Somebody in the care of Paris."""
    return a_patient()


@pytest.fixture
def lot(app):
    """Three vials of 5 mL of tranexamic acid on the shelf."""
    return a_lot(a_product(an_ingredient("tranexamic acid"), name="Tranexamic acid 100"), number="L2231")


def url(patient):
    """The page on which a test is applied."""
    return f"/patch-tests/of/{patient.id}/apply"


def spot(lot, volume="0.05", number=0, **more):
    """The answers for one spot."""
    told = {"source": f"lot:{lot.id}", "volume": volume, **more}
    return {f"spots-{number}-{name}": value for name, value in told.items()}


def used(lot):
    """What of a lot the ledger says was used for patch tests."""
    place = the_place("patch_test").id
    rows = db.session.scalars(db.select(Movement).filter_by(lot_id=lot.id))
    return sum((r.to_place_id == place) * r.quantity - (r.from_place_id == place) * r.quantity for r in rows)


def the_item():
    """The only spot on record."""
    return db.session.scalars(db.select(PatchTestItem)).one()


def test_what_goes_on_the_skin_leaves_a_vial_opened_for_it(clients, patient, lot, watch):
    page = clients("practitioner").post_ok(url(patient), {**spot(lot), "body_site": "left forearm"})
    item = the_item()
    assert (item.volume, item.quantity, used(lot)) == (50_000, 50_000, 50_000)
    vial = db.session.get(Vial, item.vial_id)
    assert (vial.state, vial.opened_for_id, vial.opened_at) == ("open", patient.id, watch.now())
    assert on_hand(lot) == steps("10 mL")
    assert "Tranexamic acid 100, lot L2231" in page.text
    assert "left forearm" in page.text
    assert "48 h reading from 26\xa0Nov\xa02026" in page.text or "24 h reading from" in page.text


def test_the_trail_carries_the_movements(clients, patient, lot):
    clients("practitioner").post_ok(url(patient), spot(lot))
    entry = db.session.scalars(db.select(AuditEntry).filter_by(action="patch_tests.apply")).one()
    moved = db.session.scalars(db.select(Movement).filter_by(document_kind="patch_test")).all()
    assert [pair[0] for pair in entry.movements] == [row.id for row in moved]
    assert (moved[0].reason, moved[0].document_id) == ("tested", entry.object_id)


def test_several_products_go_on_several_spots(clients, patient, lot):
    other = a_lot()
    told = {**spot(lot), **spot(other, "0.02", number=2, dilution="1 in 10", vehicle="water")}
    page = clients("practitioner").post_ok(url(patient), told)
    assert (used(lot), used(other)) == (50_000, 20_000)
    assert "1 in 10 in water" in page.text
    test = db.session.scalars(db.select(PatchTest)).one()
    assert [item.number for item in test.items] == [1, 2]


def test_an_open_vial_is_drawn_from(clients, patient, lot):
    first = a_test(a_patient(), lot)
    vial = db.session.get(Vial, first.items[0].vial_id)
    told = {"spots-0-source": f"vial:{vial.id}", "spots-0-volume": "0.1"}
    clients("practitioner").post_ok(url(patient), told)
    assert stock.volume_left(vial) == steps("4.85 mL")


def test_a_double_click_applies_once(clients, patient, lot):
    client = clients("practitioner")
    page = client.get_ok(url(patient))
    first, second = (client.submit(page, spot(lot), press="Record the test") for _ in range(2))
    assert first.location == second.location
    assert used(lot) == 50_000


def test_a_single_dose_vial_of_another_patient_is_refused(clients, patient):
    lot = a_lot(a_product(container="single_dose", after_puncture_h=None))
    vial_id = a_test(a_patient(), lot).items[0].vial_id
    told = {"spots-0-source": f"vial:{vial_id}", "spots-0-volume": "0.1"}
    page = clients("practitioner").post_refused(url(patient), told)
    assert page.findings == ["vial.other_patient"]


def test_an_expired_lot_is_refused_now_and_recorded_late(clients, patient):
    lot = a_lot(expires_on=date(2026, 11, 22))
    client = clients("practitioner")
    assert client.post_refused(url(patient), spot(lot)).findings == ["lot.expired"]
    assert (used(lot), on_hand(lot)) == (0, steps("15 mL"))
    late = {"applied_at": "2026-11-20T10:00", "late_reason": "Written on paper"}
    client.post_ok(url(patient), {**spot(lot), **late})
    assert used(lot) == 50_000


def test_a_late_entry_keeps_the_two_times_apart(clients, patient, lot, watch):
    told = {"applied_at": "2026-11-19T10:00", "late_reason": "The screen was down"}
    page = clients("practitioner").post_ok(url(patient), {**spot(lot), **told})
    moved = db.session.scalars(db.select(Movement).filter_by(document_kind="patch_test")).one()
    assert (moved.recorded_at, moved.recorded_at - moved.occurred_at) == (
        watch.now(),
        timedelta(days=5, hours=3),
    )
    assert "entered late" in page.text
    assert "The screen was down" in page.text
    assert "the lot came in later, on 24\xa0Nov\xa02026" in page.text


# What cannot be read is refused before any table is asked.
@pytest.mark.databases("sqlite")
def test_a_late_entry_needs_its_reason(clients, patient, lot):
    page = clients("practitioner").post_refused(url(patient), {**spot(lot), "applied_at": "2026-11-19T10:00"})
    assert page.errors == [
        "The test was applied more than an hour ago, so this is a late entry. Say why it is entered now."
    ]


# What cannot be read is refused before any table is asked.
@pytest.mark.databases("sqlite")
def test_within_the_hour_it_is_no_late_entry(clients, patient, lot):
    clients("practitioner").post_ok(url(patient), {**spot(lot), "applied_at": "2026-11-24T12:01"})
    assert db.session.scalars(db.select(PatchTest)).one().late_reason == ""


# What cannot be read is refused before any table is asked.
@pytest.mark.databases("sqlite")
def test_a_time_that_has_not_come_is_refused(clients, patient, lot):
    page = clients("practitioner").post_refused(url(patient), {**spot(lot), "applied_at": "2026-11-24T13:01"})
    assert page.errors == ["This time has not come yet. Type when it was applied."]


def test_a_lot_that_nobody_noted_stays_unknown(clients, patient, lot):
    told = {"spots-0-source": f"product:{lot.product_id}", "spots-0-volume": "0.05"}
    page = clients("practitioner").post_ok(url(patient), told)
    assert "lot not known" in page.text
    item = the_item()
    assert (item.lot_id, item.quantity, used(lot)) == (None, None, 0)


def test_a_used_up_lot_is_recorded_late_with_a_discrepancy(clients, patient):
    lot = a_lot(containers=0)
    late = {"applied_at": "2026-11-20T10:00", "late_reason": "Written on paper"}
    client = clients("practitioner")
    assert client.post_refused(url(patient), spot(lot)).findings == ["stock.none_here"]
    page = client.post_ok(url(patient), {**spot(lot), **late})
    assert used(lot) == 50_000
    found = db.session.scalars(db.select(Discrepancy).filter_by(lot_id=lot.id)).one()
    assert found.quantity == 50_000
    assert "more than was on record: a discrepancy is open" in page.text


def test_a_powder_is_tested_from_a_reconstituted_vial(clients, patient):
    lot = a_lot(a_powder(an_ingredient("glutathione"), name="Glutathione 600"))
    page = clients("practitioner").post_refused(url(patient), spot(lot))
    assert page.findings == ["test.powder"]


def test_a_powder_entered_late_is_taken_by_the_strength_of_its_label(clients, patient):
    lot = a_lot(a_powder(content="600 mg"))
    late = {"applied_at": "2026-11-20T10:00", "late_reason": "Written on paper"}
    clients("practitioner").post_ok(url(patient), {**spot(lot, "0.1"), **late})
    assert used(lot) == steps("15 mg")


def test_more_than_a_mixed_vial_held_is_recorded_late_with_its_diluent(clients, patient):
    diluent, lot = a_lot(), a_lot(a_powder(content="600 mg"))
    vial = reconstituted(opened(lot, opened_for_id=patient.id), diluent)
    drawn(vial, "3.95 mL", for_patient=patient.id)
    late = {"applied_at": "2026-11-24T10:00", "late_reason": "Written on paper"}
    told = spot(lot, "0.1") | {"spots-0-source": f"vial:{vial.id}"}
    clients("practitioner").post_ok(url(patient), {**told, **late})
    assert (used(lot), used(diluent)) == (steps("15 mg"), 100_000)
    left = {content.lot_id: content.quantity for content in stock.contents(vial_id=vial.id)}
    assert left == {}
    missing = {row.lot_id: row.quantity for row in db.session.scalars(db.select(Discrepancy))}
    assert missing == {lot.id: steps("7.5 mg"), diluent.id: 50_000}


# What a page says does not depend on the database.
@pytest.mark.databases("sqlite")
def test_a_mixture_says_so(clients, patient, lot):
    told = {**spot(lot), **spot(a_lot(), number=1), "is_mixture": "y"}
    page = clients("practitioner").post_ok(url(patient), told)
    assert "mixture on one spot" in page.text
    assert page.text.count("not read yet") == 1


# What cannot be read is refused before any table is asked.
@pytest.mark.databases("sqlite")
def test_a_mixture_of_one_is_refused(clients, patient, lot):
    page = clients("practitioner").post_refused(url(patient), {**spot(lot), "is_mixture": "y"})
    assert page.errors == ["A mixture has two products or more. Add the others, or untick it."]


# What a form refuses is decided before any table is asked.
@pytest.mark.databases("sqlite")
@pytest.mark.parametrize(
    ("answers", "said"),
    [
        ({}, "Nothing was chosen."),
        ({"spots-1-volume": "0.1"}, "A volume without a product."),
        ({"volume": ""}, "How much was drawn is not filled in."),
        ({"volume": "6"}, "more than this field takes"),
        ({"volume": "0,05"}, "comma"),
    ],
)
def test_what_is_missing_or_unreadable_is_said(clients, patient, lot, answers, said):
    told = spot(lot, **answers) if "volume" in answers else answers
    page = clients("practitioner").post_refused(url(patient), told)
    assert said in " ".join(page.errors)


# What cannot be read is refused before any table is asked.
@pytest.mark.databases("sqlite")
def test_the_other_site_types_a_comma(clients, cast):
    patient, lot = a_patient(site=cast.other_site), a_lot(site=cast.other_site)
    page = clients("practitioner3").post_ok(url(patient), spot(lot, "0,05"))
    assert "0,05\xa0mL drawn" in page.text


# What cannot be read is refused before any table is asked.
@pytest.mark.databases("sqlite")
def test_one_more_spot_keeps_what_was_typed(clients, patient, lot):
    client = clients("practitioner")
    page = client.get_ok(url(patient))
    answer = client.submit(page, spot(lot), press="One more spot")
    page = client.read(answer, url(patient), 200)
    assert "spots-3-source" in page.form(button="Record").names
    assert page.form(button="Record").fields["spots-0-volume"] == ["0.05"]


# What a page says does not depend on the database.
@pytest.mark.databases("sqlite")
def test_a_scan_fills_the_next_spot(clients, patient, lot):
    client = clients("practitioner")
    page = client.get_ok(url(patient))
    code = f"(01){gtin_of(lot.product)}(17)271130(10)L2231"
    page = client.read(client.submit(page, {"scan": code}, press="Read"), url(patient), 200)
    assert page.form(button="Record").fields["spots-0-source"] == [f"lot:{lot.id}"]


def test_a_scan_of_our_own_label_takes_that_vial(clients, patient, lot):
    vial = db.session.get(Vial, a_test(a_patient(), lot).items[0].vial_id)
    client = clients("practitioner")
    page = client.get_ok(url(patient))
    page = client.read(client.submit(page, {"scan": f"FML1:{vial.code}"}, press="Read"), url(patient), 200)
    assert page.form(button="Record").fields["spots-0-source"] == [f"vial:{vial.id}"]


# What a page says does not depend on the database.
@pytest.mark.databases("sqlite")
@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("FML1:V-999999", "V-999999 is no vial of this site"),
        ("(01)09521234000013(17)271130(10)L1", "No product of the catalogue has this code."),
        ("rubbish", ""),
    ],
)
def test_a_scan_that_names_nothing_here_is_said_at_the_field(clients, patient, lot, code, said):
    client = clients("practitioner")
    page = client.get_ok(url(patient))
    page = client.read(client.submit(page, {"scan": code}, press="Read"), url(patient), 422)
    assert said in " ".join(page.errors)


def test_a_lot_that_was_never_received_is_told_apart(clients, patient, lot):
    client = clients("practitioner")
    page = client.get_ok(url(patient))
    code = f"(01){gtin_of(lot.product)}(17)271130(10)L9999"
    page = client.read(client.submit(page, {"scan": code}, press="Read"), url(patient), 422)
    assert "Lot L9999 of this product is not on record." in page.errors[0]


# What the rule makes of it does not depend on the database.
@pytest.mark.databases("sqlite")
def test_toxins_and_deoxycholic_acid_can_be_tested(clients, patient):
    acid = a_lot(a_product(an_ingredient("deoxycholic acid", do_not_mix=True)))
    clients("practitioner").post_ok(url(patient), spot(acid))
    assert used(acid) == 50_000


# What the rule makes of it does not depend on the database.
@pytest.mark.databases("sqlite")
def test_what_the_patient_is_gravely_allergic_to_is_not_tested(clients, patient):
    alcohol = an_ingredient("benzyl alcohol", role="excipient")
    lot = a_lot(a_product(an_ingredient("lidocaine"), name="Lidocaine 2 %", excipients=(alcohol,)))
    an_allergy(patient, alcohol, severity="anaphylaxis")
    page = clients("practitioner").post_refused(url(patient), spot(lot))
    assert page.findings == ["allergy.excipient"]
    assert (
        "allergic to benzyl alcohol (anaphylaxis), and Lidocaine 2 % holds it (benzyl alcohol)." in page.text
    )
    late = {"applied_at": "2026-11-20T10:00", "late_reason": "Written on paper"}
    clients("practitioner").post_ok(url(patient), {**spot(lot), **late})


def test_what_a_vial_was_mixed_with_is_not_tested_either(clients, patient):
    alcohol = an_ingredient("benzyl alcohol", role="excipient")
    water = a_lot(a_product(name="Bacteriostatic water", excipients=(alcohol,)))
    vial = reconstituted(opened(a_lot(a_powder()), opened_for_id=patient.id), water)
    an_allergy(patient, alcohol, severity="anaphylaxis")
    told = {"spots-0-source": f"vial:{vial.id}", "spots-0-volume": "0.1"}
    page = clients("practitioner").post_refused(url(patient), told)
    assert page.findings == ["allergy.excipient"]
    assert "Bacteriostatic water holds it (benzyl alcohol)." in page.text


def test_what_is_discarded_after_a_test_serves_no_second_one(clients, patient):
    lot = a_lot(a_product(container="ampoule", after_puncture_h=0))
    vial_id = a_test(patient, lot).items[0].vial_id
    told = {"spots-0-source": f"vial:{vial_id}", "spots-0-volume": "0.1"}
    assert clients("practitioner").post_refused(url(patient), told).findings == ["vial.not_kept"]


# What the rule makes of it does not depend on the database.
@pytest.mark.databases("sqlite")
def test_a_milder_allergy_does_not_stop_a_test(clients, patient, lot):
    an_allergy(patient, lot.product.ingredient, severity="moderate")
    clients("practitioner").post_ok(url(patient), spot(lot))
    assert (the_item().lot_id, used(lot)) == (lot.id, 50_000)


def test_a_stranger_gets_404_and_a_technician_403(clients, patient):
    clients("practitioner3").get_page(url(patient), status=404)
    clients("technician").get_page(url(patient), status=403)


def test_opening_the_page_writes_no_test(clients, patient):
    clients("practitioner").get_ok(url(patient))
    assert db.session.scalars(db.select(PatchTest)).all() == []
