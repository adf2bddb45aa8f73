"""The pages across the rooms as a person reads them, and a day with something for everybody in it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from xml.etree.ElementTree import Element

from formulary import clock
from formulary.accounts import Role
from formulary.audit.models import AccessEntry
from formulary.db import db, transaction
from formulary.patients.models import BreakGlass, Patient
from formulary.preparations.models import Attempt
from formulary.stock import actions as stock
from formulary.stock.models import Hold, Lot
from tests.recalls.doing import a_cocktail, an_attempt, opened
from tests.support.builders import a_lot, a_patient, a_product, a_test, an_ingredient, saved, the_site
from tests.support.builders.accounts import an_actor
from tests.support.client import Client
from tests.support.pages import Page, text_of

NBSP = "\N{NO-BREAK SPACE}"
NAME = "Anna Kovac"


def words(found: Page | Element) -> str:
    """All words with ordinary spaces."""
    text = found.text if isinstance(found, Page) else text_of(found)
    return (text or "").replace(NBSP, " ")


def lines(page: Page) -> list[Element]:
    """The things to do, in their order."""
    return [line for panel in page.all("ol", class_="todo") for line in panel.iter("li")]


def titles(page: Page) -> list[str]:
    """What is to do, in its order."""
    return [(line.find(".//h3").text or "").strip().replace(NBSP, " ") for line in lines(page)]  # type: ignore[union-attr]


def of_cocktails(page: Page) -> list[str]:
    """What is to do about cocktails, in its order."""
    return [title for title in titles(page) if "C-0" in title]


def said(page: Page, title: str) -> str:
    """Everything that one line says."""
    [line] = [line for line, other in zip(lines(page), titles(page), strict=True) if other == title]
    return words(line)


def hours(page: Page) -> list[str]:
    """Until when each thing is possible, in its order."""
    return [words(line.find("time")).strip() for line in lines(page)]  # type: ignore[arg-type]


def leads_to(page: Page) -> dict[str, str]:
    """Where the button of each thing leads, by its title."""
    found = zip(titles(page), lines(page), strict=True)
    return {title: button.get("href", "") for title, line in found for button in line.iter("a")}


def panels(page: Page) -> dict[str, str]:
    """The words of each panel, by its heading."""
    found = {section: section.find(".//h2") for section in page.all("section", class_="panel")}
    return {words(head): words(section) for section, head in found.items() if head is not None}


def today(client: Client) -> Page:
    """The first page of whoever is signed in."""
    return client.get_ok("/")


def tallied(page: Page) -> dict[str, str]:
    """The figures of the rail, by the page they stand at."""
    rail = page.all("nav")[0]
    found = {a.get("href", ""): "".join(c for c in text_of(a) if c.isdigit()) for a in rail.iter("a")}
    return {href: figure for href, figure in found.items() if figure}


def accesses(*columns: str) -> list[tuple[Any, ...]]:
    """The access log, oldest first, by these columns."""
    named = [getattr(AccessEntry, name) for name in columns]
    return [tuple(row) for row in db.session.execute(db.select(*named).order_by(AccessEntry.id))]


def a_product_named(name: str) -> Any:
    """A multi-dose product with this name, of an ingredient of its own."""
    return a_product(an_ingredient(f"{name} acid"), name=name)


def held(lot: Lot, source: str = "recall R-7") -> Hold:
    """A hold on a lot."""
    by = an_actor(the_site(), Role.PHARMACIST)
    with transaction():
        return stock.place_hold("lot", lot.id, reason="a crack", source=source, at=clock.now(), by=by)


def an_emergency(patient: Patient, person_id: int, **columns: Any) -> BreakGlass:
    """Somebody opened a patient of another site with a reason."""
    row = {"reason": "swelling", "at": clock.now(), "until": clock.now() + timedelta(hours=4)}
    return saved(BreakGlass(patient_id=patient.id, person_id=person_id, **row | columns))


def attempted(patient: Patient, state: str, **more: Any) -> Attempt:
    """Somebody's attempt at a cocktail of the patient, in this state."""
    return an_attempt(a_cocktail(patient, state), state, **more)


def a_day() -> Patient:
    """One of everything: a cocktail in every state, a reading due, an open vial, an old lot, a hold."""
    patient = a_patient(name=NAME)
    for state in ("draft", "prescribed", "verified"):
        a_cocktail(patient, state)
    until = clock.now() + timedelta(hours=12)
    attempted(patient, "in_preparation")
    for state in ("prepared", "released"):
        attempted(patient, state, beyond_use_at=until)
    a_test(patient, a_lot(a_product_named("Tested"), number="T1"), ago=timedelta(hours=45))
    opened(a_lot(a_product_named("Opened"), number="O1"))
    held(a_lot(a_product_named("Late"), number="L1", expires_on=date(2026, 12, 1)))
    return patient
