"""The number of a lot is corrected: the one it had finds it for ever, and two lots are never made one."""

import pytest

from formulary import clock
from formulary.accounts import Forbidden
from formulary.accounts import queries as accounts
from formulary.audit.models import AuditEntry
from formulary.db import db, transaction
from formulary.rules.findings import Refused
from formulary.stock import actions as stock
from formulary.stock import queries
from tests.support.builders import a_lot, a_product
from tests.support.builders.accounts import PASSWORD

TYPED, PRINTED = "L2231", "L223I"


def correct(cast, lot, number=PRINTED, *, by="pharmacist", second="pharmacist2", reason="the pack says so"):
    with transaction():
        told = {"second": second and cast.actor(second), "at": clock.now(), "by": cast.actor(by)}
        return stock.correct_number(queries.lot(lot.id), number=number, reason=reason, **told)


def test_a_corrected_lot_is_found_by_either_number_and_the_trail_tells_both(cast):
    lot = a_lot(number=TYPED)
    correct(cast, lot)
    assert queries.lot(lot.id).number == PRINTED
    assert [queries.lots_with_number(number) for number in (TYPED, "l-223i", "OTHER")] == [[lot], [lot], []]
    assert queries.similar_lots("l223l") == [lot]
    entry = db.session.scalars(db.select(AuditEntry).filter_by(action="stock.correct_number")).one()
    second = cast.actor("pharmacist2").person_id
    assert (entry.old, entry.new) == ({"lot": TYPED}, {"lot": PRINTED, "second": second})
    (signed,) = accounts.signatures_on("lot", lot.id)
    assert (signed.meaning, signed.person_id, signed.self_checked) == ("lot_number", second, False)


# What is refused before anything is written does not depend on the database.
@pytest.mark.databases("sqlite")
@pytest.mark.parametrize(
    ("told", "code"),
    [
        ({"second": None}, "lot.same_person"),
        ({"second": "pharmacist"}, "lot.same_person"),
        ({"second": "technician"}, "lot.same_person"),
        ({"number": TYPED}, "lot.same_number"),
        ({"reason": " "}, "lot.no_reason"),
        ({"number": "TAKEN-1"}, "lot.number_taken"),
        ({"number": "taken-1"}, "lot.number_taken"),
    ],
)
def test_a_correction_that_is_none_is_refused(cast, told, code):
    lot = a_lot(number=TYPED)
    a_lot(lot.product, number="TAKEN-1")
    with pytest.raises(Refused) as refused:
        correct(cast, lot, **told)
    assert [finding.code for finding in refused.value.findings] == [code]


# The words of a refusal do not depend on the database.
@pytest.mark.databases("sqlite")
def test_a_number_that_another_lot_had_is_refused_with_the_way_out(cast):
    product = a_product()
    first, lot = a_lot(product, number="TAKEN-1"), a_lot(product, number=TYPED)
    correct(cast, first, "TAKEN-2")
    with pytest.raises(Refused) as refused:
        correct(cast, lot, "TAKEN-1")
    [finding] = refused.value.findings
    assert (
        finding.remedy == "If what lies here is of that lot, count it: less of L2231, and found as TAKEN-2."
    )
    correct(cast, a_lot(number="ELSEWHERE"), "TAKEN-1")


# Who may does not depend on the database.
@pytest.mark.databases("sqlite")
def test_only_a_pharmacist_corrects_a_lot(cast):
    with pytest.raises(Forbidden):
        correct(cast, a_lot(number=TYPED), by="technician")


# What a page shows does not depend on the database.
@pytest.mark.databases("sqlite")
def test_it_is_corrected_on_a_page_and_the_lots_page_tells_what_it_was(cast, clients):
    lot, client = a_lot(number=TYPED), clients("pharmacist")
    page = client.get_ok(client.get_ok(f"/stock/lots/{lot.id}").links["Correct its number"])
    told = {"number": PRINTED, "reason": "the pack says so"}
    told |= {"signer-username": "pharmacist2", "signer-secret": PASSWORD}
    page = client.post_ok(page.url, told)
    assert page.flashes == [f"Lot {TYPED} is lot {PRINTED} from now on, and is found by either number."]
    assert f"corrected it to {PRINTED}, confirmed by" in page.text
    assert PRINTED in client.get_ok(f"/stock/?q={TYPED}").text
