"""A lot's own strength: entered by one pharmacist, confirmed by another, and computed with from then on."""

import pytest

from formulary import clock
from formulary.accounts import Forbidden
from formulary.accounts import queries as accounts
from formulary.db import db, transaction
from formulary.rules.facts import Strength
from formulary.rules.findings import Refused
from formulary.stock import actions as stock
from formulary.stock import facts, queries
from tests.stock.doing import opened, q
from tests.support.builders import a_lot, a_powder, a_product
from tests.support.builders.accounts import PASSWORD


def assay(cast, lot, amount="98 mg", *, by="pharmacist", second="pharmacist2", volume="1 mL"):
    with transaction():
        return stock.assay_lot(
            queries.lot(lot.id),
            amount=q(amount),
            volume=q(volume),
            source="certificate 7/2026",
            second=second and cast.actor(second),
            at=clock.now(),
            by=cast.actor(by),
        )


def strengths(cast, lot):
    return {s.strength for s in facts.candidates(cast.site.id, [lot.product_id], clock.now())}


def test_what_lies_of_an_assayed_lot_is_told_with_its_own_strength(cast):
    lot = a_lot()
    vial = opened(lot)
    assert strengths(cast, lot) == {None}
    assay(cast, lot)
    assert strengths(cast, lot) == {Strength(q("98 mg"), q("1 mL"))}
    assert facts.of_vials([vial.id], clock.now())[vial.id].strength.amount == q("98 mg")
    assert queries.lot(lot.id).active(1_000_000) == q("98 mg")


def test_the_second_person_signs_it(cast):
    lot = a_lot()
    assay(cast, lot)
    (signed,) = accounts.signatures_on("lot", lot.id)
    second = cast.actor("pharmacist2").person_id
    assert (signed.meaning, signed.person_id, signed.self_checked) == ("assay", second, False)


REFUSED = [
    ({"second": None}, "assay.same_person"),
    ({"second": "pharmacist"}, "assay.same_person"),
    ({"second": "technician"}, "assay.same_person"),
    ({"amount": "1000 mg"}, "assay.ten_times"),
    ({"amount": "10 mg"}, "assay.ten_times"),
    ({"amount": "0 mg"}, "assay.nothing"),
]


# What the rule makes of it does not depend on the database.
@pytest.mark.databases("sqlite")
@pytest.mark.parametrize(("more", "code"), REFUSED, ids=lambda x: x if isinstance(x, str) else str(x))
def test_one_person_alone_or_a_slip_of_the_unit_changes_no_strength(cast, more, code):
    lot = a_lot(a_product(strength="100 mg/1 mL"))
    with pytest.raises(Refused) as refusal:
        assay(cast, lot, **more)
    assert [finding.code for finding in refusal.value.findings] == [code]
    assert strengths(cast, lot) == {None}


def test_on_a_solo_site_one_person_does_and_it_says_so(cast):
    lot = a_lot()
    with transaction():
        cast.site.solo = True
        db.session.info["audited"] = True
    assay(cast, lot, second=None)
    assert [s.self_checked for s in accounts.signatures_on("lot", lot.id)] == [True]


def test_a_powder_has_no_strength_before_it_is_mixed(cast):
    with pytest.raises(Refused) as refusal:
        assay(cast, a_lot(a_powder()))
    assert [finding.code for finding in refusal.value.findings] == ["assay.no_solution"]


@pytest.mark.parametrize("by", ["technician", "practitioner", "auditor", "admin"])
def test_only_a_pharmacist_records_an_assay(cast, by):
    with pytest.raises(Forbidden):
        assay(cast, a_lot(), by=by)


def test_it_is_recorded_on_the_page_of_the_lot_by_two_people(clients, cast):
    lot = a_lot()
    here = f"/stock/lots/{lot.id}/assay"
    told = {"amount": "98", "volume": "1", "source": "certificate 7/2026"}
    page = clients("pharmacist").post_refused(here, told)
    assert page.errors[0].startswith("Another pharmacist confirms what the certificate says.")
    signed = {"signer-username": "pharmacist2", "signer-secret": PASSWORD}
    page = clients("pharmacist").post_ok(here, told | signed)
    shown = page.text.replace("\u00a0", " ")
    assert ("98 mg/mL" in shown, "certificate 7/2026" in shown, "confirmed by" in shown) == (True,) * 3
