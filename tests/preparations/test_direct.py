"""Given as supplied: one line, never mixed, on the same road; a powder takes its own diluent and no other."""

import pytest

from formulary import clock
from formulary.administrations import actions as administrations
from formulary.catalogue import queries as catalogue
from formulary.cocktails import actions as cocktails
from formulary.cocktails import queries as cocktail_queries
from formulary.cocktails.actions.signing import TOTAL, asked_lines
from formulary.cocktails.facts import Content, TypedLine
from formulary.db import db, transaction
from formulary.preparations import actions, queries
from formulary.recalls import queries as recalls
from formulary.rules.findings import Refused, Stage
from formulary.rules.formulation import solve_cocktail
from formulary.stock import queries as shelf
from formulary.stock.models import Reservation
from tests.preparations.doing import draw, finish, mix, ml, release, scan, step, steps_of, technician
from tests.support.builders import a_code, a_lot, a_policy

KYBELLA = "deoxycholic acid (Kybella)"
DYSPORT = "abobotulinumtoxinA"
BOTOX = "onabotulinumtoxinA (Botox Cosmetic)"
UNITS = 10**9


def product(name):
    return next(p for p in catalogue.products() if p.name == name)


def drafted(road, name, route, **line):
    """One line of a product as supplied, for a patient whom the site does not test on the skin."""
    clinic = road.ready()
    a_policy(clinic.site, kind="patch_test", value={"required": False})
    lines = (TypedLine(1, product(name).id, **line),)
    content = Content(road.patient.id, lines, route=route, is_direct=True)
    by = clinic.actor("practitioner")
    with transaction():
        draft = cocktails.create_draft(road.patient.id, at=clock.now(), by=by)
        cocktails.save_draft(draft.id, content, version=None, at=clock.now(), by=by)
    return draft


def verified(road, draft):
    """Signed, a second clinician answering for the limit that nobody knows, and verified blind."""
    signed(road, draft)
    by = road.clinic.actor("pharmacist")
    checked = cocktails.check(cocktail_queries.cocktail(draft.id, by), Stage.VERIFY, at=clock.now())
    solution = solve_cocktail(checked.gathered.cocktail)
    blind = {TOTAL: solution.total} | {n.number: solution.line(n.number).dose for n in asked_lines(checked)}
    with transaction():
        assert cocktails.verify(draft.id, answers=blind, at=clock.now(), by=by).agreed
    return draft


def claimed(road, name, route, number, **line):
    draft = verified_with_stock(road, name, route, number, **line)
    with transaction():
        return actions.claim(draft.id, at=clock.now(), by=technician())


def verified_with_stock(road, name, route, number, **line):
    draft = drafted(road, name, route, **line)
    a_code(product(name))
    a_lot(product(name), number=number)
    return verified(road, draft)


def signed(road, draft):
    """Signed, a second clinician answering for all that nobody knows of it."""
    doctor = road.clinic.actor("practitioner")
    report = cocktails.check(draft, Stage.SIGN, at=clock.now(), by=doctor).report
    said = {"words": "As the label says.", "cosigner": road.clinic.actor("practitioner2")}
    answers = [cocktails.Answer(f.key, "Benefit outweighs the risk", **said) for f in report.open]
    told = {"seen_hash": report.inputs_hash, "answers": answers}
    with transaction():
        return cocktails.sign(draft.id, **told, at=clock.now(), by=doctor)


def given(road, attempt, points, left):
    """Started with its label, so many points of 0.05 mL, closed."""
    by, patient, [syringe] = road.clinic.actor("practitioner"), road.patient, queries.syringes(attempt.id)
    told = {"patient_code": patient.code, "born_on": patient.born_on, "anything_new": False}
    with transaction():
        session = administrations.start(syringe.code, **told, at=clock.now(), by=by)
    with transaction():
        administrations.add_site(
            session.id, area="Chin", points=points, per_point=ml("0.05"), at=clock.now(), by=by
        )
    with transaction():
        return administrations.close(session.id, outcome="given", leftover=ml(left), at=clock.now(), by=by)


@pytest.fixture
def acid(road):
    """1.6 mL of deoxycholic acid in the technician's hands."""
    return claimed(road, KYBELLA, "SC", "KYB-0001", pin="volume", volume=1_600_000)


@pytest.fixture
def toxin(road):
    """20 units of botulinum toxin in the technician's hands."""
    return claimed(road, BOTOX, "IM", "BTX-0001", pin="dose", amount=20 * UNITS)


def test_deoxycholic_acid_is_one_step_and_nothing_makes_up(acid):
    [only] = steps_of(acid)
    assert (only.volume, only.is_qs) == (1_600_000, False)


def test_deoxycholic_acid_goes_from_its_vial_to_the_patient(road, acid):
    scan(acid, 1)
    draw(acid, 1)
    session = given(road, release(finish(acid)), points=32, left="0")
    [lot] = shelf.lots_with_number("KYB-0001")
    [drawn] = queries.draws(acid.id)
    assert (drawn.via, drawn.quantity) == ("supplied", 1_600_000)
    assert (session.given, session.difference) == (1_600_000, 0)
    assert shelf.balance_sheet(lot.id).administered == 1_600_000


def test_its_vial_is_checked_as_any_other(acid):
    with pytest.raises(Refused, match=r"scan\.wrong_lot"):
        scan(acid, 1, lot="KYB-9999")


def test_botulinum_toxin_is_mixed_with_its_own_diluent(toxin):
    scan(toxin, 1)
    mix(toxin, 1, "2.5", lot="NACL-1")
    assert step(toxin, 1).volume == 500_000


def test_botulinum_toxin_takes_no_other_diluent(toxin):
    scan(toxin, 1)
    with pytest.raises(Refused) as refusal:
        mix(toxin, 1, "2.5", lot="WFI-1")
    [finding] = refusal.value.findings
    assert (
        finding.reason == f"{BOTOX} is given as supplied, and its label does not name water for injections."
    )


def test_botulinum_toxin_reaches_the_patient_in_its_own_units(road, toxin):
    scan(toxin, 1)
    mix(toxin, 1, "2.5", lot="NACL-1")
    draw(toxin, 1)
    given(road, release(finish(toxin)), points=8, left="0.1")
    [lot] = shelf.lots_with_number("BTX-0001")
    sheet = shelf.balance_sheet(lot.id)
    assert (sheet.administered, sheet.wasted["left_over"]) == (16 * UNITS, 4 * UNITS)
    assert sheet.balances


def test_a_recall_of_the_diluent_finds_who_got_the_toxin(road, toxin):
    scan(toxin, 1)
    mix(toxin, 1, "2.5", lot="NACL-1")
    draw(toxin, 1)
    given(road, release(finish(toxin)), points=10, left="0")
    found = recalls.look_up("NACL-1", at=clock.now(), by=road.clinic.actor("recall"))
    assert found.counts["A"] == 1
    assert {(queries.lot(d.lot_id).number, d.via) for d in queries.draws(toxin.id)} == {
        ("BTX-0001", "supplied"),
        ("NACL-1", "diluent"),
    }


def test_a_powder_of_unknown_strength_is_signed_and_no_stock_is_kept_for_it(road):
    draft = signed(road, drafted(road, DYSPORT, "IM", pin="volume", volume=500_000))
    kept = db.session.scalar(db.select(db.func.count()).select_from(Reservation))
    assert (draft.state, kept) == ("prescribed", 0)


def test_nobody_takes_a_powder_of_unknown_strength_in_hand(road):
    draft = drafted(road, DYSPORT, "IM", pin="volume", volume=500_000)
    signed(road, draft)
    by = road.clinic.actor("pharmacist")
    entered = {TOTAL: ml("0.5"), 1: ml("0.5")}
    with transaction():
        assert cocktails.verify(draft.id, answers=entered, at=clock.now(), by=by).agreed
    with pytest.raises(Refused) as refusal, transaction():
        actions.claim(draft.id, at=clock.now(), by=technician())
    assert [f.code for f in refusal.value.findings] == ["stock.short"]
