"""Drafts: begun from a formula or from nothing, saved as often as one likes, with every finding shown and
none in the way.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime

from formulary.accounts import Actor, Permission
from formulary.accounts.actions import next_code
from formulary.audit import record
from formulary.catalogue import queries as catalogue
from formulary.cocktails import queries
from formulary.cocktails.actions.following import follow
from formulary.cocktails.actions.shown import note_shown
from formulary.cocktails.facts import Content, TypedLine, content_of
from formulary.cocktails.models import Cocktail, CocktailLine, Revision
from formulary.db import db, expect_version, once
from formulary.patients import queries as patients
from formulary.rules.findings import Report, refuse
from formulary.rules.units import Quantity

LONGEST = 40


@once
def create_draft(
    patient_id: int,
    *,
    formula_version_id: int | None = None,
    target: Quantity | None = None,
    at: datetime,
    by: Actor,
) -> Cocktail:
    """Begin a cocktail for a patient whom the asker may see, with the lines of a formula where one is
    named, scaled line by line where `target` is another volume than the formula's.
    """
    if formula_version_id is None:
        content = Content(patient_id, target=None if target is None else target.whole())
        return begin(content, {"formula": ""}, at=at, by=by)
    version = catalogue.formula_version(formula_version_id)
    followed = follow(version, patient_id, target=target, at=at, by=by)
    unscaled = [line.words for line in followed.unscaled]
    told: dict[str, object] = {"formula": str(version)} | ({"did not scale": unscaled} if unscaled else {})
    return begin(followed.content, told, at=at, by=by)


@once
def draft_from_content(content: Content, *, source: str, at: datetime, by: Actor) -> Cocktail:
    """Begin a cocktail with what was composed elsewhere: an earlier session, a file (`source` says which)."""
    return begin(content, {"from": source}, at=at, by=by)


@once
def repeat_last(patient_id: int, *, at: datetime, by: Actor) -> Cocktail:
    """Begin a cocktail with the lines of the patient's last session here; what it was planned for and drawn
    from stays behind. Refused before the first session.
    """
    last = queries.last_given(patient_id, by)
    if last is None:
        raise refuse(
            "session.none_yet",
            "last session",
            "This patient was given nothing here yet.",
            "Begin from a formula, or line by line.",
        )
    content = content_of(last, queries.revision(last))
    lines = tuple(replace(line, lot_id=None) for line in content.lines)
    again = replace(content, patient_id=patient_id, lines=lines, planned_for=None)
    return begin(again, {"from": last.code}, at=at, by=by)


def begin(content: Content, told: Mapping[str, object], *, at: datetime, by: Actor) -> Cocktail:
    """Write a new cocktail with its first draft; the audit entry says where it came from (`told`)."""
    by.must(Permission.COMPOSE)
    patient = patients.patient(content.patient_id or 0, by=by, at=at)
    cocktail = Cocktail(
        code=next_code("C"),
        patient_id=patient.id,
        site_id=by.site_id,
        is_direct=content.is_direct,
        created_at=at,
        created_by_id=by.person_id,
    )
    db.session.add(cocktail)
    db.session.flush()
    revision = Revision(
        cocktail_id=cocktail.id,
        number=1,
        saved_at=at,
        saved_by_id=by.person_id,
        formula_version_id=content.formula_version_id,
        target=content.target,
        target_text=content.target_text,
        route=content.route,
        area=content.area,
        overfill=content.overfill,
    )
    revision.lines = rows_of(content.lines)
    db.session.add(revision)
    db.session.flush()
    record("cocktails.create", cocktail, by=by, at=at, new={"patient": patient.code, **told})
    return cocktail


def save_draft(
    cocktail_id: int,
    content: Content,
    *,
    version: int | None,
    shown: Report | None = None,
    at: datetime,
    by: Actor,
) -> Cocktail:
    """Keep what was typed, and count what the page said of it (`shown`); Stale when somebody else saved
    meanwhile, Refused once it is signed.
    """
    by.must(Permission.COMPOSE)
    cocktail = queries.locked(cocktail_id, by)
    revision = queries.revision(cocktail)
    expect_version(revision, version)
    _must_be_draft(cocktail)
    old = [_summary(line) for line in revision.lines]
    write(revision, content, at=at, by=by)
    cocktail.planned_for = content.planned_for
    cocktail.is_direct, cocktail.is_top_up = content.is_direct, content.is_top_up
    if shown is not None:
        note_shown(cocktail, shown, at=at)
    record(
        "cocktails.save",
        cocktail,
        by=by,
        at=at,
        old={"lines": old},
        new={"lines": [_summary(line) for line in revision.lines]},
    )
    return cocktail


def write(revision: Revision, content: Content, *, at: datetime, by: Actor) -> None:
    """Put the content into the revision's rows."""
    revision.target, revision.target_text = content.target, content.target_text
    revision.route, revision.area, revision.overfill = content.route, content.area, content.overfill
    revision.formula_version_id = content.formula_version_id
    revision.saved_at, revision.saved_by_id = at, by.person_id
    revision.lines.clear()
    db.session.flush()
    revision.lines.extend(rows_of(content.lines))
    db.session.flush()


def rows_of(lines: Iterable[TypedLine]) -> list[CocktailLine]:
    """New rows for these lines, numbered from 1 in their order."""
    return [
        CocktailLine(
            number=number,
            product_id=line.product_id,
            pin=line.pin,
            amount=line.amount,
            volume=line.volume,
            unit=line.unit,
            entered=line.entered[:LONGEST],
            lot_id=line.lot_id,
        )
        for number, line in enumerate(lines, start=1)
    ]


def _must_be_draft(cocktail: Cocktail) -> None:
    if cocktail.state != "draft":
        raise refuse(
            "cocktail.not_a_draft",
            cocktail.code,
            f"{cocktail.code} was signed; its content is frozen.",
            "The verifier can return it, which makes a new revision.",
        )


def _summary(line: CocktailLine) -> dict[str, object]:
    return {
        "product": line.product_id,
        "pin": line.pin,
        "amount": line.amount,
        "volume": line.volume,
        "unit": line.unit,
    }
