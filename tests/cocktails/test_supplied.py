"""`/cocktails/new/<patient>/supplied`: one product as supplied, begun on a page, composed, signed as one."""

import pytest

from formulary import clock
from formulary.audit.models import AuditEntry
from formulary.catalogue import queries as catalogue
from formulary.cocktails import actions as cocktails
from formulary.cocktails.facts import Content, TypedLine, content_of
from formulary.cocktails.models import Cocktail
from formulary.cocktails.queries import revision
from formulary.db import db, transaction
from formulary.rules.findings import Refused, Stage

KYBELLA = "deoxycholic acid (Kybella)"
page_alone = pytest.mark.databases("sqlite")  # what the page says does not depend on the database


def the_product(name):
    return next(p.id for p in catalogue.products() if p.name == name)


def newest():
    db.session.expire_all()
    return db.session.scalars(db.select(Cocktail).order_by(Cocktail.id.desc()).limit(1)).one()


def the_start(road):
    road.ready()
    return f"/cocktails/new/{road.patient.id}"


def begun(road, name=KYBELLA):
    road.ready()
    with transaction():
        by = road.clinic.actor("practitioner")
        return cocktails.give_as_supplied(road.patient.id, the_product(name), at=clock.now(), by=by)


def test_a_product_given_as_supplied_is_begun_on_the_page(road, clients):
    there, person = the_start(road), clients("practitioner")
    person.post_ok(
        f"{there}/supplied", {"product_id": the_product(KYBELLA)}, at=there, press="Give as supplied"
    )
    draft = newest()
    [line] = content_of(draft, revision(draft)).lines
    assert (draft.is_direct, draft.state, revision(draft).route) == (True, "draft", "SC")
    assert (line.product_id, line.pin, line.amount, line.unit) == (the_product(KYBELLA), "dose", None, "mg")
    entry = db.session.scalars(db.select(AuditEntry).order_by(AuditEntry.id.desc()).limit(1)).one()
    assert (entry.action, entry.new["as supplied"]) == ("cocktails.create", KYBELLA)


@page_alone
def test_its_page_asks_for_one_dose_and_offers_no_second_line(road, clients):
    draft = begun(road)
    page = clients("practitioner").get_ok(f"/cocktails/{draft.id}/compose")
    assert page.h1 == "Given as supplied"
    assert {"target", "overfill", "add"} & page.form(button="Save draft").names == set()


@page_alone
def test_its_dose_is_saved_as_typed(road, clients):
    draft = begun(road)
    person, there = clients("practitioner"), f"/cocktails/{draft.id}/compose"
    person.post_ok(there, {"lines-0-value": "1.6", "lines-0-unit": "mL"}, press="Save draft")
    [line] = content_of(newest(), revision(newest())).lines
    assert (newest().is_direct, line.pin, line.volume) == (True, "volume", 1_600_000)


@page_alone
def test_what_only_makes_up_a_volume_is_not_given_by_itself(road, clients):
    there, person = the_start(road), clients("practitioner")
    sent = {"product_id": the_product("sodium chloride 0.9%")}
    page = person.post_refused(f"{there}/supplied", sent, at=there, press="Give as supplied")
    told = "sodium chloride 0.9% makes up a volume; by itself it treats nothing. Choose what is to be given."
    assert page.errors == [told]


def test_two_lines_are_not_signed_as_given_as_supplied(road):
    draft, by = begun(road), road.clinic.actor("practitioner")
    acid = TypedLine(1, the_product(KYBELLA), "volume", volume=1_600_000)
    two = (acid, TypedLine(2, the_product("sodium chloride 0.9%"), "volume", volume=400_000))
    content = Content(road.patient.id, two, route="SC", is_direct=True)
    with transaction():
        cocktails.save_draft(draft.id, content, version=None, at=clock.now(), by=by)
    seen = cocktails.check(draft, Stage.SIGN, at=clock.now(), by=by).report.inputs_hash
    with pytest.raises(Refused, match=r"supplied\.not_one_line"), transaction():
        cocktails.sign(draft.id, seen_hash=seen, at=clock.now(), by=by)


@page_alone
def test_a_stranger_to_composing_does_not_begin_one(road, clients):
    there = the_start(road)
    clients("technician").get_page(there, status=403)
