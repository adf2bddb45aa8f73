"""Pages of after-care: what sources say and the clinic decides, and the sheet of one session."""

from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, url_for

from formulary.accounts import Permission, requires
from formulary.accounts import queries as accounts
from formulary.administrations import queries
from formulary.administrations.actions import care as actions
from formulary.administrations.forms import CareForm
from formulary.administrations.labels import care as labels
from formulary.administrations.queries import care
from formulary.administrations.views.about import Answer, done, page, zone
from formulary.catalogue import queries as catalogue
from formulary.db import Missing, retried
from formulary.patients import guards
from formulary.web import pdf
from formulary.web.forms import Form

bp = Blueprint("aftercare", __name__, url_prefix="/after-care")


@bp.get("/")
@requires(Permission.USE_THE_APP)
def index() -> Answer:
    """Every rule of after-care: what each source says, what holds here, and what is still to be decided."""
    lines = _lines()
    names = accounts.person_names(line.decision.by_id for line in lines if line.decision)
    told = {"names": names, "may_decide": g.actor.may(Permission.AUTHOR)}
    return render_template("aftercare/index.html", lines=lines, **told), 200


@bp.route("/<id:topic_id>", methods=["GET", "POST"])
@requires(Permission.AUTHOR)
@retried
def decide(topic_id: int) -> Answer:
    """Decide for this site what holds of one topic."""
    topic, form = catalogue.care_topic(topic_id), CareForm()
    if form.validate_on_submit() and done(form, "administrations.decide_care", _decides(topic_id, form)):
        flash(f"{topic.name}: decided for {g.site.name}.")
        return redirect(url_for("aftercare.index"))
    [line] = labels.topic_lines([topic], care.care_decisions(g.site.id))
    history = care.care_history(g.site.id, topic.id)
    told = {"chosen": labels.chosen, "line": line, "history": history}
    told["names"] = accounts.person_names(row.by_id for row in history)
    return render_template("aftercare/decide.html", form=form, **told), 422 if form.errors else 200


@bp.get("/session/<id:administration_id>")
@requires(Permission.ADMINISTER)
@retried
def session(administration_id: int) -> Answer:
    """The sheet of a session as it would be printed now, and those that were handed over."""
    return _session(administration_id, None)


@bp.post("/session/<id:administration_id>/hand-over")
@requires(Permission.ADMINISTER)
@retried
def hand_over(administration_id: int) -> Answer:
    """Record that the sheet was handed over."""
    form = Form()
    if form.validate_on_submit() and done(
        form,
        "administrations.hand_over_sheet",
        lambda at: actions.hand_over_sheet(administration_id, at=at, by=g.actor, key=form.key),
    ):
        flash("It is on record that the patient has the sheet.")
        return redirect(url_for("aftercare.session", administration_id=administration_id))
    return _session(administration_id, form)


@bp.get("/session/<id:administration_id>/after-care.pdf")
@requires(Permission.ADMINISTER)
@retried
def printed(administration_id: int) -> Any:
    """The sheet on one page, in large type."""
    row, patient, sheet = _opened(administration_id, "aftercare.printed")
    made = pdf.render("aftercare/sheet.html", patient=patient, row=row, sheet=sheet, site=g.site)
    return pdf.answer(made, f"after-care-{patient.code}.pdf")


def _session(administration_id: int, form: Form | None) -> Answer:
    row, patient, sheet = _opened(administration_id, "aftercare.session")
    sheets = care.care_sheets(row.id)
    names = accounts.person_names(one.by_id for one in sheets)
    told = {"row": row, "sheet": sheet, "sheets": sheets, "names": names}
    return page("aftercare/session", patient, form, **told, button_key=Form(formdata=None).key)


def _opened(administration_id: int, what: str) -> tuple[Any, Any, labels.Sheet]:
    """A session in which something was given, its patient and its sheet; 404 where nothing was."""
    row = queries.administration(administration_id, g.actor)
    if row.outcome == "not_given":
        raise Missing("Nothing was given in it")
    patient = guards.opened(row.patient_id, what)
    return row, patient, labels.sheet(_lines(), labels.counted_from(row, zone()), zone())


def _lines() -> list[labels.TopicLine]:
    return labels.topic_lines(catalogue.care_topics(), care.care_decisions(g.site.id))


def _decides(topic_id: int, form: CareForm) -> Any:
    told = form.values() | {"key": form.key}
    return lambda at: actions.decide_care(topic_id, **told, at=at, by=g.actor)
