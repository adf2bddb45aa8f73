"""The check while a cocktail is composed: ten lines, what is known of them gathered, every rule asked."""

import time
from dataclasses import dataclass

from formulary import clock
from formulary.accounts import queries as accounts
from formulary.accounts.models import Site
from formulary.bench.clinic import Clinic
from formulary.bench.history.wares import actives, read_wares
from formulary.bench.queries import bare, statements_of
from formulary.bench.timing import Effort, alone
from formulary.cocktails.facts import Content, TypedLine, gather
from formulary.cocktails.models import Cocktail
from formulary.db import db
from formulary.rules import checklist
from formulary.rules.findings import Report, Stage

LINES = 10
EACH, TARGET = 400_000, 5_000_000


@dataclass(frozen=True)
class Checks:
    """Seconds of process time: everything from the rows to the findings, the rules alone, the statements
    alone.
    """

    whole: float
    rules: float
    statements: float


def measure(clinic: Clinic, effort: Effort) -> Checks:
    """What one keystroke of the compose page costs the process."""
    content, site = ten_lines(), accounts.site(clinic.actor("practitioner").site_id)
    cocktail = gather(content, site=site, at=clock.now()).cocktail
    with statements_of() as sent:
        check(content, site)
    with bare(clinic.url) as floor:
        return Checks(
            alone(lambda: check(content, site), effort, time.process_time),
            alone(lambda: checklist.run(cocktail, Stage.DRAFT), effort, time.process_time),
            alone(lambda: floor.again(sent), effort, time.process_time),
        )


def check(content: Content, site: Site) -> Report:
    """Gather and ask, as each change of the draft does."""
    return checklist.run(gather(content, site=site, at=clock.now()).cocktail, Stage.DRAFT)


def ten_lines() -> Content:
    """Nine solutions, filled up with a diluent, for a patient of the history."""
    wares = read_wares()
    diluent = next(ware for ware in wares if ware.is_diluent and ware.strength)
    lines = [
        TypedLine(number, ware.id, "volume", volume=EACH, unit="mL")
        for number, ware in enumerate(actives(wares)[: LINES - 1], 1)
    ]
    patient = db.session.scalar(db.select(db.func.max(Cocktail.patient_id)))
    return Content(patient, (*lines, TypedLine(LINES, diluent.id, "qs")), TARGET)
