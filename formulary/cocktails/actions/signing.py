"""Signing and verifying: the checklist runs again on the server, and every open finding needs its answer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from formulary.accounts import Actor, Permission
from formulary.accounts import actions as accounts_actions
from formulary.accounts import queries as accounts
from formulary.audit import record
from formulary.cocktails import queries
from formulary.cocktails.actions.answers import Answer, all_answered, keep_answers, must_be_answered
from formulary.cocktails.actions.moves import Second, is_apart, move, not_too_soon, second
from formulary.cocktails.actions.reports import keep_report, snapshot
from formulary.cocktails.actions.reserving import release_reservations, reserve_lines
from formulary.cocktails.actions.shown import note_shown
from formulary.cocktails.actions.supplied import must_be_one_line
from formulary.cocktails.facts import Gathered, content_of, gather, reservation_ref
from formulary.cocktails.labels import way
from formulary.cocktails.models import Cocktail, CocktailLine, Revision, Verification
from formulary.db import db, once
from formulary.rules import checklist
from formulary.rules.facts import Pin
from formulary.rules.findings import Report, Stage, refuse
from formulary.rules.formulation import solve_cocktail
from formulary.rules.units import Quantity, show

TOTAL = 0


@dataclass(frozen=True)
class Checked:
    """A cocktail's facts and what the checklist says of them at one stage."""

    cocktail: Cocktail
    revision: Revision
    gathered: Gathered
    report: Report


def check(cocktail: Cocktail, stage: Stage, *, at: datetime, by: Actor | None = None) -> Checked:
    """Run the checklist on what is saved, at this instant; `by` is who would sign or prepare it now."""
    revision = queries.revision(cocktail)
    site = accounts.site(cocktail.site_id)
    ref = reservation_ref(cocktail)
    gathered = gather(content_of(cocktail, revision), site=site, at=at, ref=ref, by=by)
    return Checked(cocktail, revision, gathered, checklist.run(gathered.cocktail, stage))


@once
def sign(
    cocktail_id: int, *, seen_hash: str, answers: Sequence[Answer] = (), at: datetime, by: Actor
) -> Cocktail:
    """Prescribe: freezes the revision, keeps report, overrides and signature, reserves what is in stock.

    Refused when the inputs changed since the page was shown, when something blocks, or when an answer is
    missing.
    """
    by.must(Permission.PRESCRIBE)
    cocktail = queries.locked(cocktail_id, by)
    if cocktail.state != "draft":
        move(cocktail, "prescribed", at=at, by=by)
    checked = check(cocktail, Stage.SIGN, at=at, by=by)
    must_be_one_line(cocktail, checked.revision)
    _same_inputs(checked.report, seen_hash)
    note_shown(cocktail, checked.report, at=at)
    all_answered(checked.report, answers, by, alone=accounts.site(cocktail.site_id).solo)
    said = keep_answers(checked, answers, at=at, by=by)
    keep_report(checked, at=at, by=by)
    _freeze(checked, at=at, by=by)
    move(cocktail, "prescribed", at=at, by=by)
    reserve_lines(checked, at=at, by=by)
    new = {"revision": checked.revision.number, "inputs": checked.report.inputs_hash, "answers": said}
    record("cocktails.sign", cocktail, by=by, at=at, new=new)
    if second(accounts.site(cocktail.site_id), "verify") is Second.SAME:
        _verify_alone(checked, at=at, by=by)
    return cocktail


@once
def verify(cocktail_id: int, *, answers: Mapping[int, Quantity], at: datetime, by: Actor) -> Verification:
    """Verify blind: `answers` are the total (key 0) and a dose per asked line, entered before they were
    shown.

    Where they agree the cocktail is verified; where not, the entry is kept and the cocktail stays prescribed.
    Refused for the prescriber (who works alone verifies later, SELF-CHECKED), and when the checklist finds
    something that nobody has answered for: that is said once the entry agrees, since its words name doses.
    """
    by.must(Permission.VERIFY)
    cocktail = queries.locked(cocktail_id, by)
    if cocktail.state != "prescribed":
        move(cocktail, "verified", at=at, by=by)
    checked = check(cocktail, Stage.VERIFY, at=at)
    alone = _alone(checked, at, by)
    mismatches = compare(checked, answers)
    if not mismatches:
        must_be_answered(checked.report, checked.revision)
    entry = Verification(
        revision_id=checked.revision.id,
        by_id=by.person_id,
        at=at,
        answers={str(line): str(quantity.steps) for line, quantity in answers.items()},
        mismatches=mismatches,
        agreed=not mismatches,
    )
    db.session.add(entry)
    if entry.agreed:
        _verified(checked, at=at, by=by, self_checked=alone)
    db.session.flush()
    new = {"agreed": entry.agreed, "mismatches": mismatches, "self_checked": alone}
    record("cocktails.verify", cocktail, by=by, at=at, new=new)
    return entry


def asked_lines(checked: Checked) -> list[CocktailLine]:
    """The lines whose dose the verifier enters blind: the high-alert ones, or every active one where none
    is marked.
    """
    facts = {line.number: line for line in checked.gathered.cocktail.lines}
    active = [line for line in checked.revision.lines if facts[line.number].pin is not Pin.QS]
    alert = [line for line in active if facts[line.number].product.ingredient.high_alert]
    return alert or active


def compare(checked: Checked, answers: Mapping[int, Quantity]) -> list[dict[str, str]]:
    """Where the blind entry differs from what was prescribed; empty when it agrees."""
    solution = solve_cocktail(checked.gathered.cocktail)
    doses = {
        solved.number: solved.volume if solved.dose is None else solved.dose for solved in solution.lines
    }
    expected = {TOTAL: solution.total if solution.target is None else solution.target} | {
        n: doses[n] for n in (line.number for line in asked_lines(checked))
    }
    mark = checked.gathered.cocktail.policies.decimal_mark
    return [
        {
            "line": str(number),
            "prescribed": show(quantity, mark=mark),
            "entered": _entered(answers.get(number), mark),
        }
        for number, quantity in expected.items()
        if answers.get(number) != quantity
    ]


@once
def return_to_draft(cocktail_id: int, *, reason: str, at: datetime, by: Actor) -> Cocktail:
    """Give a prescribed cocktail back: a new revision with the same lines, the old one superseded, nothing
    reserved.
    """
    by.must(Permission.VERIFY)
    cocktail = queries.locked(cocktail_id, by)
    old = queries.revision(cocktail)
    move(cocktail, "draft", at=at, by=by, reason=reason)
    old.state, old.return_reason = "superseded", reason
    cocktail.revision_number = old.number + 1
    db.session.add(_next_revision(old, at=at, by=by))
    db.session.flush()
    release_reservations(cocktail, why="returned", at=at)
    record(
        "cocktails.return", cocktail, by=by, at=at, new={"revision": cocktail.revision_number}, reason=reason
    )
    return cocktail


@once
def cancel(cocktail_id: int, *, reason: str, at: datetime, by: Actor) -> Cocktail:
    """Call a cocktail off before anything was drawn for it."""
    cocktail = queries.locked(cocktail_id, by)
    move(cocktail, "cancelled", at=at, by=by, reason=reason)
    release_reservations(cocktail, why="cancelled", at=at)
    record("cocktails.cancel", cocktail, by=by, at=at, reason=reason)
    return cocktail


def _same_inputs(report: Report, seen_hash: str) -> None:
    if seen_hash != report.inputs_hash:
        raise refuse(
            "report.stale",
            "the checks",
            "Something that the checks look at changed after this page was shown.",
            "Look at the findings again, then sign.",
            rule="X2",
        )


def _freeze(checked: Checked, *, at: datetime, by: Actor) -> None:
    revision = checked.revision
    revision.state, revision.prescriber_id, revision.prescribed_at = "frozen", by.person_id, at
    revision.snapshot, revision.inputs_hash = snapshot(checked.gathered), checked.report.inputs_hash
    signed = {"subject": revision, "signed_hash": revision.inputs_hash, "shown": revision.snapshot}
    accounts_actions.sign(by, meaning="prescribed", at=at, **signed)


def _alone(checked: Checked, at: datetime, by: Actor) -> bool:
    """Whether the prescriber verifies it, who works alone here; refused where another person does, and before
    the delay.
    """
    site, revision = accounts.site(checked.cocktail.site_id), checked.revision
    arrow = way("prescribed", "verified")
    if arrow is None or not is_apart(arrow, site, revision.prescriber_id, by):
        raise refuse(
            "verify.own_prescription",
            "this cocktail",
            "You prescribed this cocktail, so another person verifies it.",
            "A pharmacist or another practitioner of this site may.",
        )
    alone = revision.prescriber_id == by.person_id
    if alone:
        not_too_soon(site, revision.prescribed_at, verb="verify", code=checked.cocktail.code, at=at)
    return alone


def _verified(checked: Checked, *, at: datetime, by: Actor, self_checked: bool = False) -> None:
    revision = checked.revision
    revision.verifier_id, revision.verified_at, revision.self_checked = by.person_id, at, self_checked
    keep_report(checked, at=at, by=by)
    signed = {"subject": revision, "signed_hash": checked.report.inputs_hash, "shown": revision.snapshot}
    accounts_actions.sign(by, meaning="verified", at=at, self_checked=self_checked, **signed)
    move(checked.cocktail, "verified", at=at, by=by, self_checked=self_checked)


def _verify_alone(checked: Checked, *, at: datetime, by: Actor) -> None:
    """The site verifies nothing twice: the step is written all the same, and says so on the label."""
    _verified(checked, at=at, by=by, self_checked=True)


def _next_revision(old: Revision, *, at: datetime, by: Actor) -> Revision:
    new = Revision(
        cocktail_id=old.cocktail_id,
        number=old.number + 1,
        formula_version_id=old.formula_version_id,
        target=old.target,
        target_text=old.target_text,
        overfill=old.overfill,
        route=old.route,
        area=old.area,
        saved_at=at,
        saved_by_id=by.person_id,
    )
    new.lines = [_copy(line) for line in old.lines]
    return new


def _copy(line: CocktailLine) -> CocktailLine:
    kept = ("number", "product_id", "pin", "amount", "volume", "unit", "entered", "lot_id")
    return CocktailLine(**{name: getattr(line, name) for name in kept})


def _entered(quantity: Quantity | None, mark: str) -> str:
    return "nothing" if quantity is None else show(quantity, mark=mark)
