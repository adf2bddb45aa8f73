"""The follow-ups of the site, a patient's reactions, and one reaction with every lot that was in it."""

from datetime import datetime
from typing import Any

from flask import g, render_template

from formulary import clock
from formulary.accounts import Permission, RecallSight, requires
from formulary.administrations.forms import ExportForm, FollowUpForm
from formulary.administrations.labels import reactions as labels
from formulary.administrations.queries import reactions as queries
from formulary.administrations.views.reactions.room import Answer, bp, opened, page, zone
from formulary.audit import log_access
from formulary.db import Missing, retried, transaction
from formulary.patients import guards
from formulary.patients import queries as patients


@bp.get("/")
@requires(Permission.SEE_PATIENTS)
@retried
def index() -> Answer:
    """Which reactions somebody is to look at again, and those recorded last."""
    at = clock.now()
    with transaction():
        due, lately = queries.follow_ups_due(by=g.actor, at=at), queries.lately(by=g.actor, at=at)
        shown = len({patient.id for _, patient in [*due, *lately]})
        log_access("reactions.index", by=g.actor, at=at, patients=shown)
    more = queries.follow_ups_in_all(g.site.id) - len(due)
    told = {"due": _with_patients(due, at), "lately": _with_patients(lately, at), "more": more}
    return render_template("reactions/index.html", **told), 200


@bp.get("/of/<id:patient_id>")
@requires(Permission.SEE_PATIENTS)
@retried
def of_patient(patient_id: int) -> Answer:
    """The reactions of a patient, and the treatments that one more can be recorded after."""
    patient, at = guards.opened(patient_id, "reactions.of_patient"), clock.now()
    rows, in_all = queries.of_patient(patient.id), queries.of_patient_in_all(patient.id)
    told: dict[str, Any] = {"lines": labels.lines(rows, zone(), at), "shown": labels.shown(len(rows), in_all)}
    told["treatments"] = queries.treatments_of(patient.id)
    return page("of_patient", patient, **told, may_record=_may_record())


@bp.get("/<id:reaction_id>")
@requires(Permission.RECALL_LOOKUP)
@retried
def reaction(reaction_id: int) -> Answer:
    """One reaction: with the patient for whoever cares for them, by codes for whoever looks lots up."""
    if g.actor.may(Permission.SEE_PATIENTS):
        try:
            row, patient = opened(reaction_id, "reactions.reaction")
        except Missing:
            return _coded(reaction_id)
        return reaction_page(row, patient)
    return _coded(reaction_id)


def reaction_page(
    row: Any, patient: Any, form: FollowUpForm | None = None, export: ExportForm | None = None
) -> Answer:
    """The page of a reaction, with the form of its next follow-up and of the file; 422 where one is wrong."""
    told = labels.page(row, zone(), clock.now())
    if form is None:
        form = FollowUpForm(formdata=None, obj=row)
        form.outcome.data = None  # what is seen now is entered, also if it is the same
    more = {"may_record": _may_record(), "may_hold": g.actor.may(Permission.PLACE_HOLD)}
    more["may_look_up"] = g.actor.may(Permission.RECALL_LOOKUP)
    more["photos"] = patients.photos(patient.id, ("reaction", row.id))
    wrong = export is not None and bool(export.errors)
    export = export or ExportForm(formdata=None)
    return page("reaction", patient, form, told=told, export=export, wrong=wrong, **more)


def _coded(reaction_id: int) -> Answer:
    """By codes, without what was said in words: these may hold a name. Counts alone show no reaction."""
    if g.actor.recall_sight is RecallSight.COUNTS:
        raise Missing("This role sees counts")
    at = clock.now()
    with transaction():
        row = queries.coded(reaction_id)
        log_access("reactions.coded", by=g.actor, at=at, subject=row, patients=1)
    may_hold = g.actor.may(Permission.PLACE_HOLD) and not g.actor.is_read_only
    told = labels.page(row, zone(), at, in_words=False)
    more = {"may_hold": may_hold, "may_look_up": g.actor.may(Permission.RECALL_LOOKUP)}
    return render_template("reactions/coded.html", told=told, **more), 200


def _with_patients(rows: list[Any], at: datetime) -> list[Any]:
    """Each reaction as one line, beside its patient."""
    lines = labels.lines([row for row, _ in rows], zone(), at)
    return [(line, patient) for line, (_, patient) in zip(lines, rows, strict=True)]


def _may_record() -> bool:
    return bool(g.actor.may(Permission.ADMINISTER))
