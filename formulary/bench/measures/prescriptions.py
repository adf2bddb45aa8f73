"""Verified cocktails for the bench to prepare: composed, signed and verified through the rooms' own doors."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from formulary import clock
from formulary.bench.clinic import Clinic
from formulary.catalogue import queries as catalogue
from formulary.cocktails import actions as cocktails
from formulary.cocktails import queries as cocktail_queries
from formulary.cocktails.actions.signing import TOTAL, Checked, asked_lines
from formulary.cocktails.facts import Content, content_of
from formulary.cocktails.labels import OVERRIDE_REASONS
from formulary.cocktails.models import Cocktail, CocktailLine, Revision
from formulary.db import db, transaction
from formulary.rules.findings import Level, Stage
from formulary.rules.formulation import solve_cocktail
from formulary.stock import actions as stock
from formulary.stock import queries as shelf
from formulary.web.gs1.gtin import check_digit

LINES = 5
LOTS = "BENCH"
CONTAINERS = 5_000
KEEPS = timedelta(days=700)


@dataclass(frozen=True)
class Example:
    """A cocktail of the history that is composed again: whose, and what is in it."""

    patient_id: int
    content: Content

    @property
    def product_ids(self) -> list[int]:
        """What is in it."""
        return [line.product_id for line in self.content.lines]


def example() -> Example:
    """The newest cocktail that was given and has five lines, none of them a powder."""
    lines = db.select(CocktailLine.revision_id).group_by(CocktailLine.revision_id)
    query = db.select(Cocktail, Revision).join(Revision, Revision.cocktail_id == Cocktail.id)
    query = query.where(
        Cocktail.state == "administered", Revision.id.in_(lines.having(db.func.count() == LINES))
    )
    cocktail, revision = db.session.execute(query.order_by(Cocktail.id.desc()).limit(1)).one()
    content = content_of(cocktail, revision)
    return Example(cocktail.patient_id, replace(content, planned_for=None))


def stock_up(clinic: Clinic, product_ids: Sequence[int]) -> None:
    """Enough full containers of each product, with a code that can be scanned."""
    by, at = clinic.actor("pharmacist"), clock.now()
    place = shelf.place(by.site_id, "storage")
    for product_id in product_ids:
        with transaction():
            stock.receive_lot(
                by.site_id,
                product_id=product_id,
                number=f"{LOTS}{product_id:04d}",
                expires_on=(at + KEEPS).date(),
                containers=CONTAINERS,
                place_id=place.id,
                gtin=gtin_of(product_id),
                grade="scanned",
                at=at,
                by=by,
            )


def gtin_of(product_id: int) -> str:
    """The code on the product's pack, or one of the range for demonstrations."""
    codes = catalogue.product(product_id).codes
    if codes:
        return min(codes, key=lambda code: code.id).gtin
    digits = f"0952{product_id:09d}"
    return digits + check_digit(digits)


def prescribed(clinic: Clinic, wanted: Example, count: int) -> Iterator[int]:
    """So many verified cocktails; their keys."""
    for _ in range(count):
        yield _verified(clinic, wanted, clock.now())


def _verified(clinic: Clinic, wanted: Example, at: datetime) -> int:
    doctor, pharmacist = clinic.actor("practitioner"), clinic.actor("pharmacist")
    with transaction():
        key = cocktails.create_draft(wanted.patient_id, at=at, by=doctor).id
    version = _revision(key, doctor).row_version
    with transaction():
        cocktails.save_draft(key, wanted.content, version=version, at=at, by=doctor)
    seen = _checked(key, Stage.SIGN, at, doctor)
    answers = [
        cocktails.Answer(finding.key, OVERRIDE_REASONS[0], "Measured only.", clinic.actor("practitioner2"))
        for finding in seen.report.at_least(Level.WARN)
    ]
    with transaction():
        cocktails.sign(key, seen_hash=seen.report.inputs_hash, answers=answers, at=at, by=doctor)
    entered = _answers(_checked(key, Stage.VERIFY, at, pharmacist))
    with transaction():
        cocktails.verify(key, answers=entered, at=at, by=pharmacist)
    return key


def _revision(key: int, by: object) -> Revision:
    return cocktail_queries.revision(cocktail_queries.cocktail(key, by))  # type: ignore[arg-type]


def _checked(key: int, stage: Stage, at: datetime, by: object) -> Checked:
    return cocktails.check(cocktail_queries.cocktail(key, by), stage, at=at, by=by)  # type: ignore[arg-type]


def _answers(checked: Checked) -> dict[int, object]:
    """What a verifier who works it out right enters."""
    solution = solve_cocktail(checked.gathered.cocktail)
    asked = {line.number: solution.line(line.number) for line in asked_lines(checked)}
    doses = {number: line.volume if line.dose is None else line.dose for number, line in asked.items()}
    return {TOTAL: solution.target, **doses}
