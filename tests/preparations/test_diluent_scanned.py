"""The code in the field of the diluent counts, whichever button is pressed: it is never passed over."""

from datetime import date

import pytest

from formulary.audit.models import AuditEntry
from formulary.db import db
from formulary.preparations import queries
from formulary.stock import queries as shelf
from tests.preparations.doing import a_scan, do_step, lot_of, scan, step
from tests.preparations.test_pages import page_of, step_of
from tests.support.builders import a_lot

POWDER = 3
MIXED = "It is mixed"
pytestmark = pytest.mark.databases("sqlite")
both = pytest.mark.databases("sqlite", "postgresql")


@pytest.fixture
def opened(road):
    """The powder's vial in hand, two lots of its diluent on the shelf."""
    attempt = road.claimed()
    a_lot(the_lot("WFI-1").product, number="WFI-2")
    do_step(attempt, 1)
    do_step(attempt, 2)
    scan(attempt, POWDER)
    return attempt


def the_lot(number):
    [lot] = shelf.lots_with_number(number)
    return lot


def sent(code, *, chosen="", volume="4"):
    """What the form of the mixing sends with a code in its field."""
    told = {"scan": code, "scan-captured": "1", "volume": volume, "volume-unit": "mL"}
    return told | {"diluent_lot_id": str(the_lot(chosen).id) if chosen else ""}


def mixed_with(attempt):
    db.session.rollback()
    lot_id = queries.vial(step(attempt, POWDER).vial_id).diluent_lot_id
    return None if lot_id is None else queries.lot(lot_id).number


def close_calls(attempt):
    db.session.rollback()
    return [call.code for call, _ in queries.close_calls_at(attempt.site_id, 5)]


def refused(clients, attempt, told):
    to, here = step_of(attempt, POWDER, "mix"), page_of(attempt)
    return clients("technician").post_refused(to, told, at=here, press=MIXED)


@both
@pytest.mark.parametrize("chosen", ["", "WFI-2"])
def test_the_lot_that_was_scanned_is_what_it_is_mixed_with(opened, clients, chosen):
    told = sent(a_scan(the_lot("WFI-2")), chosen=chosen)
    clients("technician").post_ok(step_of(opened, POWDER, "mix"), told, at=page_of(opened), press=MIXED)
    assert mixed_with(opened) == "WFI-2"


def test_another_lot_scanned_than_chosen_is_refused_in_words_and_is_kept_in_the_form(opened, clients):
    code = a_scan(the_lot("WFI-2"))
    page = refused(clients, opened, sent(code, chosen="WFI-1"))
    assert page.errors == [
        "Water for injections, lot WFI-2 was scanned, and water for injections, lot WFI-1 is chosen. "
        "Nothing was recorded. Look at what was added. Choose the lot that was scanned, or clear its code."
    ]
    kept = page.form(to="/mix").fields
    assert (kept["scan"], kept["volume"]) == ([code], ["4"])
    assert "diluent chosen" not in page.text
    assert (mixed_with(opened), close_calls(opened)) == (None, [])


@pytest.mark.parametrize("chosen", ["", "WFI-1"])
def test_what_is_no_diluent_of_it_is_mixed_with_nothing_and_is_a_close_call(opened, clients, chosen):
    page = refused(clients, opened, sent(a_scan(lot_of(step(opened, 1))), chosen=chosen))
    assert "Wrong diluent: scanned tranexamic acid, lot TXA-2231. Nothing was mixed." in page.text
    assert (mixed_with(opened), close_calls(opened)) == (None, ["scan.wrong_diluent"])
    db.session.rollback()
    last = db.session.scalars(db.select(AuditEntry).order_by(AuditEntry.id.desc()).limit(2)).all()
    assert [entry.action for entry in last if entry.outcome == "refused"] == ["preparations.close_call"]


def test_what_cannot_be_read_is_mixed_with_nothing(opened, clients):
    page = refused(clients, opened, sent("WFI-1 or so", chosen="WFI-1"))
    assert page.errors
    assert mixed_with(opened) is None


def test_a_field_without_a_code_leaves_it_to_what_is_chosen(opened, clients):
    clients("technician").post_ok(
        step_of(opened, POWDER, "mix"), sent("", chosen="WFI-1"), at=page_of(opened), press=MIXED
    )
    assert mixed_with(opened) == "WFI-1"


def test_nothing_read_and_nothing_chosen_asks_for_it(opened, clients):
    page = refused(clients, opened, sent(""))
    assert page.errors == ["No diluent was chosen. Scan it, or choose it with its lot."]


def test_a_button_that_reads_an_empty_field_is_no_close_call(opened, clients):
    to, here = step_of(opened, POWDER, "mix"), page_of(opened)
    clients("technician").post_refused(to, sent(""), at=here, press="Read")
    assert close_calls(opened) == []
    assert step(opened, POWDER).scanned_at is not None


def test_of_one_number_with_two_expiries_the_code_says_which(opened, clients):
    water = the_lot("WFI-2")
    a_lot(water.product, number="WFI-2", expires_on=date(2027, 3, 31))
    told = sent(a_scan(water), volume="4")
    clients("technician").post_ok(step_of(opened, POWDER, "mix"), told, at=page_of(opened), press=MIXED)
    db.session.rollback()
    assert queries.vial(step(opened, POWDER).vial_id).diluent_lot_id == water.id


@pytest.mark.parametrize("expires_on", [date(2025, 3, 31), date(2031, 3, 31)])
@pytest.mark.parametrize(("chosen", "press"), [("", MIXED), ("WFI-2", MIXED), ("", "Read")])
def test_a_pack_that_expires_otherwise_is_mixed_with_nothing(opened, clients, expires_on, chosen, press):
    told = sent(a_scan(the_lot("WFI-2"), expires_on=expires_on), chosen=chosen)
    to, here = step_of(opened, POWDER, "mix"), page_of(opened)
    page = clients("technician").post_refused(to, told, at=here, press=press)
    assert f"The pack says it expires 31 Mar {expires_on.year}, and water for injections" in page.text
    assert (mixed_with(opened), close_calls(opened)) == (None, ["scan.wrong_expiry"])


@pytest.fixture
def twice(opened):
    """A second lot of the same number, whose expiry comes first."""
    water = the_lot("WFI-2")
    return water, a_lot(water.product, number="WFI-2", expires_on=date(2027, 3, 31))


def without_expiry(lot):
    code = a_scan(lot)
    return code[:16] + code[24:]


def test_of_two_lots_a_code_without_expiry_chooses_none(opened, twice, clients):
    told = sent(without_expiry(twice[0]))
    page = refused(clients, opened, told)
    assert "and the code does not tell which. Nothing was recorded." in page.text
    assert (mixed_with(opened), close_calls(opened)) == (None, [])


@pytest.mark.parametrize("number", [0, 1])
def test_of_two_lots_a_code_without_expiry_leaves_it_to_the_choice(opened, twice, clients, number):
    told = sent(without_expiry(twice[0])) | {"diluent_lot_id": str(twice[number].id)}
    clients("technician").post_ok(step_of(opened, POWDER, "mix"), told, at=page_of(opened), press=MIXED)
    db.session.rollback()
    assert queries.vial(step(opened, POWDER).vial_id).diluent_lot_id == twice[number].id


def test_two_lots_of_one_number_are_told_apart_by_their_expiry(opened, twice, clients):
    told = sent(a_scan(twice[0])) | {"diluent_lot_id": str(twice[1].id)}
    page = refused(clients, opened, told)
    assert ", expiry 31 Mar 2027 is chosen. Nothing was recorded." in page.text
    assert mixed_with(opened) is None


@both
def test_a_second_click_answers_with_the_first_though_the_last_of_the_diluent_is_used_up(opened, clients):
    client, last = clients("technician"), a_lot(the_lot("WFI-1").product, number="WFI-3", containers=1)
    page = client.get_ok(page_of(opened))
    answers = [client.submit(page, sent(a_scan(last)), to="/mix", press=MIXED) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [302, 302]
    assert (mixed_with(opened), close_calls(opened)) == ("WFI-3", [])
