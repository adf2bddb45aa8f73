"""Waste: into which bin, who watched, and what was destroyed with a certificate."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from formulary import clock
from formulary.accounts import Actor
from formulary.accounts.models import Signature
from formulary.db import db, transaction
from formulary.rules.findings import Refused
from formulary.stock import actions as stock
from formulary.stock import queries
from formulary.stock.labels import REASONS_FOR
from formulary.stock.labels.words import METHODS, REASONS, RETURN_REASONS, TRANSFER_REASONS
from formulary.stock.models import Disposal, Lot, Movement, Vial, Wasted, WasteStream
from formulary.stock.queries import proof
from tests.stock.doing import (
    drawn,
    opened,
    posted,
    reconstituted,
    refused_codes,
    somebody,
    undone,
)
from tests.support.builders import a_lot, a_policy, a_powder, act, the_place, the_site
from tests.support.builders.accounts import PASSWORD
from tests.support.client import Client
from tests.support.world import Cast

As = Callable[[str], Client]
ONE = 5_000_000
KNOWN = REASONS | TRANSFER_REASONS | RETURN_REASONS | METHODS


def the_bin(name: str = "Sharps") -> WasteStream:
    return db.session.scalars(db.select(WasteStream).filter_by(site_id=the_site().id, name=name)).one()


def wasted(lot: Lot, containers: int = 1, **more: Any) -> Lot:
    given = {"reason": "broken", "stream_id": the_bin().id, "at": clock.now(), "by": somebody()} | more
    with transaction():
        row = queries.lot(lot.id)
        return stock.waste_lot(row, place=the_place(), quantity=containers * ONE, **given)


def wasted_vial(vial: Vial, **more: Any) -> Vial:
    given = {"reason": "left_over", "stream_id": the_bin().id, "at": clock.now(), "by": somebody()} | more
    with transaction():
        return stock.waste_vial(queries.vial(vial.id), **given)


def destroyed(**more: Any) -> Disposal:
    given = {"stream_id": the_bin().id, "method": "handed_over", "at": clock.now(), "by": somebody()} | more
    with transaction():
        return stock.dispose(the_site().id, **given)


def waiting() -> list[tuple[str, str, int]]:
    return [(t.container, t.reason, t.quantity) for t in queries.waiting_waste(the_site().id)]


def asks_for_a_witness() -> None:
    a_policy(the_site(), "waste_witness", {"required": True})


def test_open_and_closed_wastage_and_preparations_are_kept_apart(cast: Cast) -> None:
    lot = a_lot()
    wasted(lot)
    vial = opened(lot)
    drawn(vial, "1 mL")
    posted(lot, "preparation", "waste", 1_000_000, reason="not_given")
    wasted_vial(vial)
    assert waiting() == [
        ("closed", "broken", ONE),
        ("open", "left_over", 4_000_000),
        ("prepared", "not_given", 1_000_000),
    ]


def test_what_is_destroyed_leaves_the_waste_with_the_reason_for_which_it_was_wasted(cast: Cast) -> None:
    lot, other = a_lot(), a_lot()
    wasted(lot)
    wasted(lot, reason="contaminated")
    wasted(other, stream_id=the_bin("Pharmaceutical waste").id)
    made = destroyed(taken_by="Collecte Verte", reference="B-77")
    sheet = queries.balance_sheet(lot.id)
    assert (made.code, sheet.destroyed, dict(sheet.wasted), sheet.balances) == ("DC-1", 2 * ONE, {}, True)
    assert queries.balance_sheet(other.id).wasted == {"broken": ONE}
    assert [(t.reason, t.quantity) for t in queries.destroyed_with(made.id)] == [
        ("broken", ONE),
        ("contaminated", ONE),
    ]
    assert list(proof.ledger_faults()) == []


def test_a_mixture_is_destroyed_with_its_diluent(cast: Cast) -> None:
    vial = reconstituted(opened(a_lot(a_powder()), opened_for_id=7), a_lot())
    wasted_vial(vial)
    destroyed()
    assert [queries.balance_sheet(n).destroyed for n in (vial.lot_id, vial.diluent_lot_id)] == [
        600_000_000, 4_000_000,
    ]  # fmt: skip


def test_what_was_undone_is_not_destroyed(cast: Cast) -> None:
    wasted(a_lot())
    undone(db.session.scalars(db.select(Movement).filter_by(reason="broken")).one())
    assert waiting() == []
    with pytest.raises(Refused) as refusal:
        destroyed()
    assert refused_codes(refusal) == ["disposal.nothing_waits"]


def test_what_was_destroyed_comes_back_by_no_undoing(cast: Cast) -> None:
    wasted(a_lot())
    row = db.session.scalars(db.select(Movement).filter_by(reason="broken")).one()
    destroyed()
    with pytest.raises(Refused) as refusal:
        undone(row)
    assert refused_codes(refusal) == ["waste.destroyed_already"]


@pytest.mark.parametrize(
    "waste", [lambda **w: wasted(a_lot(), **w), lambda **w: wasted_vial(opened(a_lot()), **w)]
)
def test_where_the_policy_asks_for_a_witness_another_person_signs(
    cast: Cast, waste: Callable[..., object]
) -> None:
    asks_for_a_witness()
    with pytest.raises(Refused) as refusal:
        waste()
    assert refused_codes(refusal) == ["waste.witness_missing"]
    waste(witness=cast.actor("technician"))
    [row] = db.session.scalars(db.select(Wasted)).all()
    [signature] = db.session.scalars(db.select(Signature).filter_by(meaning="witness waste")).all()
    assert (row.witness_id, signature.person_name, signature.object_id) == (
        cast.actor("technician").person_id, "Tom Girard", row.id,
    )  # fmt: skip


def an_auditor(cast: Cast) -> Actor:
    return cast.actor("auditor")


def oneself(_: Cast) -> Actor:
    return somebody()


@pytest.mark.parametrize("who", [oneself, an_auditor])
def test_whoever_wastes_and_whoever_may_not_is_no_witness(cast: Cast, who: Callable[[Cast], Actor]) -> None:
    with pytest.raises(Refused) as refusal:
        wasted(a_lot(), witness=who(cast))
    assert refused_codes(refusal) == ["waste.not_a_witness"]
    assert "Tom Girard" in refusal.value.findings[0].remedy


def test_who_works_alone_writes_what_was_seen_and_it_is_marked(cast: Cast) -> None:
    asks_for_a_witness()
    with act():
        the_site().solo = True
    with pytest.raises(Refused) as refusal:
        wasted(a_lot())
    assert refused_codes(refusal) == ["waste.remark_missing"]
    wasted(a_lot(), remark="fell from the shelf, glass in the bin")
    assert db.session.scalars(db.select(Wasted.self_checked)).all() == [True]


def test_what_a_session_leaves_over_asks_for_no_witness_of_its_own(cast: Cast) -> None:
    asks_for_a_witness()
    assert wasted_vial(opened(a_lot()), is_part=True, stream_id=None).state == "wasted"


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"method": "broken"}, "disposal.method_missing"),
        ({"method": "other_method"}, "disposal.remark_missing"),
        ({"stream_id": None}, "disposal.nothing_waits"),
    ],
)
def test_what_is_no_disposal_is_refused(cast: Cast, more: dict[str, Any], code: str) -> None:
    wasted(a_lot())
    with pytest.raises(Refused) as refusal:
        destroyed(**more)
    assert (refused_codes(refusal), len(waiting())) == ([code], 1)


def test_a_bin_of_another_site_and_a_closed_one_take_nothing(cast: Cast) -> None:
    elsewhere = queries.streams(cast.other_site.id)[0].id
    with act():
        the_bin().is_active = False
    for stream_id in (elsewhere, the_bin().id):
        with pytest.raises(Refused) as refusal:
            wasted(a_lot(), stream_id=stream_id)
        assert refused_codes(refusal) == ["waste.stream_unknown"]


def test_each_act_has_reasons_of_its_own_and_each_reason_has_words() -> None:
    offered = [reason for reasons in REASONS_FOR.values() for reason in reasons]
    assert len(offered) == len(set(offered))
    assert set(offered) - KNOWN.keys() == set()


@pytest.mark.parametrize("reason", ["defect", "needed_there", "received"])
def test_a_reason_of_another_act_is_none_of_waste(cast: Cast, reason: str) -> None:
    with pytest.raises(Refused) as refusal:
        wasted(a_lot(containers=0), reason=reason)
    assert refused_codes(refusal) == ["waste.reason_missing"]


SIGNED = {"signer-username": "technician", "signer-secret": PASSWORD}


def test_wasted_with_a_witness_and_destroyed_with_a_certificate_on_the_pages(clients: As) -> None:
    asks_for_a_witness()
    pharmacist, lot = clients("pharmacist"), a_lot(number="L2231")
    told = {"containers": "1", "reason": "broken", "stream_id": str(the_bin().id)}
    refused = pharmacist.post_refused(f"/stock/lots/{lot.id}/waste", told)
    assert "nobody signed as witness" in refused.errors[0]
    pharmacist.post_ok(f"/stock/lots/{lot.id}/waste", told | SIGNED)
    page = pharmacist.get_ok("/stock/waste")
    assert "what the rule for it says is not on record" in page.text
    url = page.links["Hand over or destroy: Sharps"]
    wrong = pharmacist.post_refused(url, {"method": "handed_over"} | SIGNED | {"signer-secret": "wrong"})
    assert "do not belong together" in wrong.errors[0]
    page = pharmacist.post_ok(url, {"method": "handed_over", "taken_by": "Collecte Verte"} | SIGNED)
    assert ("DC-1" in page.h1, "Tom Girard" in page.text) == (True, True)
    assert pharmacist.get("/stock/waste/1/certificate.pdf").data[:5] == b"%PDF-"


def test_the_administrator_enters_what_the_rule_says(clients: As) -> None:
    admin = clients("admin")
    admin.post_ok("/stock/streams/add", {"name": "Cytotoxic", "goes_in": "What the house document lists."})
    row = the_bin("Cytotoxic")
    told = {"rule": "Collected within 72 h.", "source": "House document 7, 2026"}
    page = admin.post_ok(f"/stock/streams/{row.id}", told)
    assert "House document 7, 2026" in page.text
    refused = admin.post_refused("/stock/streams/add", {"name": "Sharps"})
    assert "Choose another name." in refused.errors[0]


def test_what_is_left_in_a_vial_goes_into_a_bin_on_its_page(clients: As) -> None:
    vial = opened(a_lot())
    told = {"reason": "left_over", "stream_id": str(the_bin().id)}
    clients("technician").post_ok(f"/stock/vials/{vial.id}/waste", told)
    assert waiting() == [("open", "left_over", ONE)]


@pytest.mark.parametrize("number", ["99999999999999999999", "2147483648", "abc", "-1", "0", "1.0"])
def test_a_bin_of_a_number_that_none_can_have_is_no_page(cast: Cast, clients: As, number: str) -> None:
    assert clients("technician").get(f"/stock/waste/dispose?stream={number}").status_code == 404


def test_what_was_thrown_in_after_the_page_was_read_does_not_go(clients: As) -> None:
    lot = wasted(a_lot())
    pharmacist, url = clients("pharmacist"), f"/stock/waste/dispose?stream={the_bin().id}"
    read = pharmacist.get_ok(url)
    wasted(lot)
    answer = pharmacist.submit(read, {"method": "handed_over"}, press="Record it")
    page = pharmacist.read(answer, read.url, 422)
    assert page.errors[0].startswith("What lies in the bin has changed since you opened this page.")
    assert waiting() == [("closed", "broken", 2 * ONE)]
    assert pharmacist.submit(page, press="Record it").status_code == 302
    assert waiting() == []


def test_what_was_thrown_in_after_the_bin_was_read_empty_does_not_go(clients: As) -> None:
    pharmacist, url = clients("pharmacist"), f"/stock/waste/dispose?stream={the_bin().id}"
    read = pharmacist.get_ok(url)
    wasted(a_lot())
    answer = pharmacist.submit(read, {"method": "handed_over"}, press="Record it")
    assert pharmacist.read(answer, read.url, 422).errors[0].startswith("What lies in the bin has changed")
    assert waiting() == [("closed", "broken", ONE)]
