"""From a reaction to a hold, in a browser: the checklist, who else got a lot of it, and what stops."""

from pathlib import Path

import pytest

from formulary.catalogue.models import FormulaVersion
from formulary.db import db
from formulary.stock.models import Hold
from tests.reactions.doing import given
from tests.support.browser import Person
from tests.support.road import a_treatable_patient, a_verified_cocktail
from tests.support.stages import Road, road

__all__ = ["road"]
pytestmark = pytest.mark.databases("sqlite")  # what a browser shows does not depend on the database

PICTURE = Path(__file__).parents[2] / "formulary/static/pictures/compose.png"
REASON = "Reaction E-1, redness, itching, severe, after C-0001 of 24 Nov 2026"


def test_a_reaction_leads_to_the_others_and_to_a_hold_that_stops_the_next(road: Road, browse, watch):
    session, other, waiting = treated_and_another_waits(road)
    watch.move(hours=2)
    doctor = browse("practitioner")
    recorded(doctor, session)
    of_the_lot = doctor.page.get_by_role("row", name="TXA-2231")
    of_the_lot.get_by_role("link", name="Who else got it").click()
    doctor.sees(other)
    doctor.follow("Hold this lot").is_accessible().shot("reaction-hold")
    assert doctor.field("Why").input_value() == REASON
    doctor.press("Place the hold").sees("is placed").sees(other)
    doctor.open(f"/preparations/cocktails/{waiting}").press("Start preparing").sees("TXA-2231 is on hold")
    doctor.is_accessible().shot("reaction-stopped")
    db.session.rollback()
    assert list(db.session.scalars(db.select(Hold.reason))) == [REASON]


def treated_and_another_waits(road: Road) -> tuple[int, str, int]:
    """One patient has just been treated; another was tested with the same lots, and a cocktail waits."""
    session = given(road)
    other = a_treatable_patient(road.clinic)
    formula = db.session.get_one(FormulaVersion, road.formula_id)
    return session.id, other.name, a_verified_cocktail(road.clinic, other, formula).id


def recorded(doctor: Person, session: int) -> None:
    """By checklist, with its onset and how bad it was; a photo beside it."""
    doctor.open(f"/administrations/{session}").follow("Record a reaction")
    doctor.tick("Redness").tick("Itching").tick("At about this time").fill("Day and time", "2026-11-24 14:30")
    doctor.tick("Severe").tick("Ongoing").tick("Not serious").tick("The patient")
    doctor.field("Photo of it").set_input_files(PICTURE)
    doctor.is_accessible().shot("reaction-record")
    doctor.press("Record the reaction").sees("E-1 is on record.")
    doctor.sees("1 h 30 min after the treatment began").sees("Photos of it").is_accessible().shot("reaction")
