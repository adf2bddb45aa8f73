"""What a powder is mixed with: what its label names, and nothing that the patient must not have."""

from datetime import timedelta

import pytest

from formulary import clock
from formulary.catalogue import queries as catalogue
from formulary.db import db, transaction
from formulary.preparations import actions, facts, queries
from formulary.rules.findings import Refused
from formulary.rules.lot_status import usable
from formulary.stock import actions as stock
from formulary.stock import facts as stock_facts
from formulary.stock import queries as shelf
from tests.preparations.doing import draw, lot_of, mix, ml, scan, shown, step, technician
from tests.support.builders import a_code, a_lot, act, an_allergy
from tests.support.world import Cast

POWDER = 3
BACTERIOSTATIC = "bacteriostatic water for injection"
ALLERGY = "The patient is allergic to benzyl alcohol (excipient) (moderate), and "


def product(name):
    return next(p for p in catalogue.products() if p.name == name)


@act()
def label_names_none(name="glutathione (reduced) lyophilised 600 mg"):
    product(name).diluent = "unknown"


def allergic(patient):
    """As the patient of the demonstration is: benzyl alcohol, moderate."""
    alcohol = next(e.ingredient for e in product(BACTERIOSTATIC).excipients)
    return an_allergy(patient, alcohol, severity="moderate")


def of_the_diluent(refusal):
    """What was refused of the diluent; the lines, whose labels leave much open, are asked about too."""
    return [f for f in refusal.value.findings if f.subject == BACTERIOSTATIC]


@pytest.fixture
def opened(road):
    """The powder's vial in hand, and another diluent on the shelf beside the one its label names."""
    attempt = road.claimed()
    a_lot(product(BACTERIOSTATIC), number="BAC-1")
    a_code(product(BACTERIOSTATIC))
    scan(attempt, POWDER)
    return attempt


def test_only_what_the_label_names_is_offered(opened):
    powder = lot_of(step(opened, POWDER)).product
    assert [lot.number for lot in queries.diluents(powder, opened.site_id)] == ["WFI-1"]


def test_where_the_label_names_none_every_diluent_is_offered(opened):
    label_names_none()
    powder = lot_of(step(opened, POWDER)).product
    offered = [lot.number for lot in queries.diluents(powder, opened.site_id)]
    assert sorted(offered) == ["BAC-1", "NACL-1", "WFI-1"]


def test_another_is_refused_in_words(opened):
    with pytest.raises(Refused) as refusal:
        mix(opened, POWDER, lot="BAC-1")
    [finding] = refusal.value.findings
    assert (finding.code, finding.reason, finding.remedy) == (
        "diluent.not_its_own",
        f"glutathione (reduced) lyophilised 600 mg has a label that does not name {BACTERIOSTATIC}.",
        "Take what the label names: water for injections.",
    )


def test_another_that_is_scanned_is_the_wrong_one(opened):
    [lot] = shelf.lots_with_number("BAC-1")
    with pytest.raises(Refused, match=r"scan\.wrong_diluent"):
        actions.diluent_scanned(opened.id, step(opened, POWDER).position, shown(lot), technician())


def test_what_the_patient_is_allergic_to_is_not_mixed_in(opened, road):
    label_names_none()
    allergic(road.patient)
    with pytest.raises(Refused) as refusal:
        mix(opened, POWDER, lot="BAC-1")
    assert [(f.code, f.line, f.reason) for f in of_the_diluent(refusal)] == [
        (
            "allergy.excipient",
            POWDER,
            f"{ALLERGY}{BACTERIOSTATIC} contains benzyl alcohol (excipient).",
        )
    ]
    assert queries.vial(step(opened, POWDER).vial_id).mixed_volume is None


def test_an_allergy_noted_after_the_mixing_stops_the_draw(opened, road):
    label_names_none()
    mix(opened, POWDER, lot="BAC-1")
    allergic(road.patient)
    with pytest.raises(Refused) as refusal:
        draw(opened, POWDER)
    assert [f.code for f in of_the_diluent(refusal)] == ["allergy.excipient"]


def test_what_was_drawn_is_told_with_its_diluent(opened):
    mix(opened, POWDER)
    draw(opened, POWDER)
    [water] = shelf.lots_with_number("WFI-1")
    told = facts.gather_attempt(queries.attempt(opened.id, technician()), at=clock.now()).cocktail
    [drawn] = [d.stock.diluent for d in told.draws]
    assert (drawn.lot, drawn.lot_id, drawn.expires_on) == ("WFI-1", water.id, water.expires_on)
    assert [p.name for p in told.diluents] == ["water for injections"]


def mixed_on_the_shelf(road):
    """A vial of the powder, open for the patient, that was mixed with bacteriostatic water."""
    a_lot(product(BACTERIOSTATIC), number="BAC-1")
    label_names_none()
    [powder], [diluent] = (shelf.lots_with_number(number) for number in ("GSH-0600", "BAC-1"))
    place, by = queries.place_holding(road.clinic.site.id, powder.id), road.clinic.actor("pharmacist")
    with transaction():
        vial = stock.open_vial(powder, place=place, opened_for_id=road.patient.id, at=clock.now(), by=by)
        told = {"diluent_lot": diluent, "diluent_source": place, "volume": ml("4")}
        return stock.reconstitute(vial, **told, at=clock.now(), by=by)


def claimed(cocktail):
    with transaction():
        return actions.claim(cocktail.id, at=clock.now(), by=technician())


def test_a_vial_on_the_shelf_is_drawn_from_by_whom_its_diluent_suits(road):
    cocktail = road.verified()
    vial = mixed_on_the_shelf(road)
    assert step(claimed(cocktail), POWDER).vial_id == vial.id


def test_for_whom_it_does_not_another_is_opened(road):
    cocktail = road.verified()
    mixed_on_the_shelf(road)
    allergic(road.patient)
    assert step(claimed(cocktail), POWDER).vial_id is None


def test_what_is_left_of_a_preparation_that_is_over_serves_no_next_one(road):
    attempt = road.drawn()
    left = {s.vial_id for s in attempt.planned}
    with transaction():
        actions.waste(
            attempt.id,
            reason="volume",
            again=True,
            witness=Cast().actor("pharmacist"),
            at=clock.now(),
            by=technician(),
        )
    again = claimed(attempt.cocktail)
    kept = [queries.lot(s.lot_id).number for s in again.planned if s.vial_id in left]
    assert kept == ["ASC-5007", "GSH-0600"]


def test_what_is_kept_has_a_time_in_use(road):
    """Of those two the labels say 4 h after puncture and 2 h after mixing; the others are discarded."""
    attempt = road.drawn()
    for each in attempt.planned:
        vial = queries.vial(each.vial_id)
        in_use = (vial.lot.product.after_puncture_h, vial.lot.product.after_reconstitution_h)
        is_kept = vial.lot.number in ("ASC-5007", "GSH-0600")
        assert any(in_use) == is_kept


def test_the_sites_limit_counts_from_the_opening_of_a_vial_that_is_not_kept(road, watch):
    cocktail = road.verified()
    [lot] = shelf.lots_with_number("TXA-2231")
    place, by = queries.place_holding(road.clinic.site.id, lot.id), road.clinic.actor("pharmacist")
    with transaction():
        vial = stock.open_vial(lot, place=place, opened_for_id=road.patient.id, at=clock.now(), by=by)
    watch.move(hours=8)
    attempt = claimed(cocktail)
    gathered = facts.gather_attempt(attempt, at=clock.now())
    limit = facts.beyond_use(attempt, gathered, clock.now()).terms[0]
    assert (limit.formula, limit.at) == (
        f"opening of vial {vial.code} + 12 h",
        vial.opened_at + timedelta(hours=12),
    )


def test_a_hold_on_the_product_of_the_diluent_stops_the_draw(opened):
    mix(opened, POWDER)
    water, by = product("water for injections"), technician()
    with transaction():
        stock.place_hold("product", water.id, reason="suspected", source="recall R-7", at=clock.now(), by=by)
    with pytest.raises(Refused) as refusal:
        draw(opened, POWDER)
    assert [f.code for f in refusal.value.findings] == ["lot.held"]


def test_the_rest_of_the_diluent_belongs_to_the_preparation(opened):
    mix(opened, POWDER)
    db.session.expire_all()
    [lot] = shelf.lots_with_number("WFI-1")
    [rest] = shelf.open_vials(opened.site_id, lot.id)
    told = stock_facts.of_vials({rest.id}, clock.now())[rest.id]
    whom = {"at": clock.now(), "for_patient": opened.patient_id}
    ref = f"cocktail:{opened.cocktail_id}"
    assert usable(told, for_ref=ref, **whom) == ()
    assert [f.code for f in usable(told, for_ref="cocktail:0", **whom)] == ["vial.not_kept"]
