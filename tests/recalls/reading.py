"""A recall page as a person reads it, and a lot that touched somebody in every way."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from xml.etree.ElementTree import Element

from flask import Flask

from formulary import clock
from formulary.accounts.models import Site
from formulary.audit.models import AccessEntry
from formulary.db import db
from formulary.patch_tests import actions as patch_tests
from formulary.patients.models import Patient
from formulary.stock.models import Lot
from tests.recalls.doing import a_cocktail, a_session, an_attempt, drawn, opened, q, somebody
from tests.support.builders import a_lot, a_patient, a_product, a_test, act, an_ingredient
from tests.support.client import Client
from tests.support.databases import Database
from tests.support.pages import Page, text_of
from tests.support.snapshots import Ids, reach

NUMBER = "TX-2231"
NOBODY_MAY = "Your role sees counts; a recall officer sees who they are."


def words(found: Page | Element) -> str:
    """All words with ordinary spaces."""
    text = found.text if isinstance(found, Page) else text_of(found)
    return (text or "").replace("\N{NO-BREAK SPACE}", " ")


def url_of(*lots: Lot) -> str:
    """The address of the answer about these lots."""
    return "/recalls/answer?" + "&".join(f"lot={lot.id}" for lot in lots)


def answer(client: Client, *lots: Lot) -> Page:
    """The answer about these lots."""
    return client.get_ok(url_of(*lots))


def bucket(page: Page, letter: str) -> Element:
    """The list of a bucket, open or folded."""
    [found] = [s for s in page.all("section") if s.get("aria-labelledby") == f"bucket-{letter}"]
    return found


def letters(page: Page) -> list[str]:
    """The buckets that have a list, in their order."""
    named = [section.get("aria-labelledby", "") for section in page.all("section")]
    return [name.removeprefix("bucket-") for name in named if name.startswith("bucket-")]


def rows(page: Page, letter: str) -> list[str]:
    """The words of each row of a bucket's list."""
    return [words(row) for body in bucket(page, letter).iter("tbody") for row in body.iter("tr")]


def firsts(page: Page, letter: str) -> list[str]:
    """The head of each row of a bucket's list: whom or where it is about."""
    return [words(head) for head in bucket(page, letter).iter("th") if head.get("scope") == "row"]


def figures(page: Page) -> dict[str, str]:
    """The figure of each of the ten buckets."""
    tiles = page.all("li", class_="bucket")
    found = {words(tile.find("span"))[0]: words(tile.find("b")) for tile in tiles}  # type: ignore[arg-type]
    return dict(sorted(found.items()))


def accesses() -> list[tuple[Any, ...]]:
    """The access log, oldest first: what, who, how many patients, which lots."""
    named = (AccessEntry.what, AccessEntry.person_name, AccessEntry.patients, AccessEntry.detail)
    return [tuple(row) for row in db.session.execute(db.select(*named).order_by(AccessEntry.id))]


@dataclass(frozen=True)
class Story:
    """A lot, and the patient whom each bucket holds; `lyon` is the one of another site, in A as well."""

    lot: Lot
    patients: dict[str, Patient]

    def codes(self, letters: str) -> set[str]:
        """The codes of the patients of these buckets."""
        return {self.patients[letter].code for letter in letters}


def the_story(app: Flask, database: Database, elsewhere: Site) -> Story:
    """The lot in every bucket, told once and put back for each test after."""

    def tell() -> Ids:
        told = a_story(elsewhere)
        return {"lot": told.lot.id} | {letter: patient.id for letter, patient in told.patients.items()}

    ids = reach(app, database, "a lot in every bucket", tell)
    patients = {key: db.session.get_one(Patient, ids[key]) for key in ids if key != "lot"}
    return Story(db.session.get_one(Lot, ids["lot"]), patients)


def a_story(elsewhere: Site) -> Story:
    """A lot in every bucket: ten patients, one of them of another site."""
    product = a_product(an_ingredient("tranexamic acid"), name="Tranexamic acid 100 mg/mL")
    lot = a_lot(product, number=NUMBER, containers=10)
    vial = opened(lot)
    who = {letter: a_patient(name=f"{letter}nna Kovac") for letter in "ABCDEFJ"}
    who["L"] = a_patient(name="Lnna Kovac", site=elsewhere)
    a_session(who["A"], (vial, "0.5 mL"))
    a_session(who["L"], (vial, "0.5 mL"))
    a_test(who["B"], lot)
    for letter, state in (("C", "administering"), ("D", "released"), ("E", "in_preparation")):
        drawn(an_attempt(a_cocktail(who[letter], state), state), vial, "0.2 mL")
    a_cocktail(who["F"], "prescribed", lines=(lot,))
    with act():
        spot = patch_tests.Spot(product.id, volume=q("0.05 mL"))
        told = {"late_reason": "no label was kept", "at": clock.now(), "by": somebody()}
        patch_tests.apply_test(
            who["J"].id, spots=[spot], applied_at=clock.now() - timedelta(seconds=0), **told
        )
    return Story(lot, who)
