"""The pages about patch tests: the readings due, a patient's tests, applying, reading, voiding."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from formulary import clock
from formulary.accounts import Actor, Permission, requires
from formulary.accounts import queries as accounts
from formulary.accounts.facts import patch_test_policy
from formulary.accounts.guards import second_person
from formulary.audit import record_refusal
from formulary.db import retried, transaction
from formulary.patch_tests import actions, guards, labels, queries
from formulary.patch_tests.forms import ApplyForm, CorrectForm, ReadForm, VoidForm
from formulary.patients import guards as patient_guards
from formulary.patients import queries as patients
from formulary.patients.forms import AROUND, LARGEST_PHOTO
from formulary.patients.labels import summary
from formulary.rules.facts import PatchTestPolicy
from formulary.rules.findings import Refused
from formulary.web import takes_up_to
from formulary.web.fields import read_id
from formulary.web.filters import link
from formulary.web.forms import Form

bp = Blueprint("patch_tests", __name__, url_prefix="/patch-tests")
Answer = tuple[str, int] | Response


@bp.get("/")
@requires(Permission.TEST_PATIENTS)
@retried
def index() -> Answer:
    """The readings of the site: overdue, due today, coming."""
    at = clock.now()
    rows = patient_guards.seen("patch_tests.due", lambda: queries.watched(by=g.actor, at=at))
    groups = labels.due_lines(rows, _policy(at), _zone(), at)
    return render_template("patch_tests/index.html", groups=groups), 200


@bp.get("/of/<id:patient_id>")
@requires(Permission.SEE_PATIENTS)
@retried
def of_patient(patient_id: int) -> Answer:
    """Every test of a patient, and what they are barred from."""
    found, at = patient_guards.opened(patient_id, "patch_tests.of_patient"), clock.now()
    lines = labels.test_lines(queries.tests_of(found.id), _policy(at), _zone(), at)
    bars = labels.barred(found.id, _policy(at), at, g.site.zone)
    return _page("of_patient", found, lines=lines, barred=bars)


@bp.route("/of/<id:patient_id>/apply", methods=["GET", "POST"])
@requires(Permission.TEST_PATIENTS)
@retried
def apply(patient_id: int) -> Answer:
    """Record a test that is being applied, or was some time ago."""
    found, form, at = patient_guards.opened(patient_id), ApplyForm(), clock.now()
    offered = labels.sources(g.site.id, found.id, at, g.site.decimal_mark)
    form.offer(offered)
    if request.method == "GET":
        form.begin_with(offered, _asked("product"), _asked("lot"))
    if form.wants_a_row:
        form.add_row()
        form.offer(offered)
    elif form.reading:
        _place_scan(form, offered)
    elif form.validate_on_submit() and (made := _apply(found.id, form, offered)):
        flash(f"{made.code} is applied. Its next reading stands on the list.")
        return redirect(back) if (back := _draft()) else _to_test(made.id)
    told = {"barred": labels.barred(found.id, _policy(at), at, g.site.zone), "back": _draft()}
    return _page("apply", found, form, **told, hiding=labels.hiding(found.id, at, g.site))


@bp.get("/<id:test_id>")
@requires(Permission.SEE_PATIENTS)
@retried
def test(test_id: int) -> Answer:
    """One test: its spots, their readings, and the form for the next look."""
    found, patient = guards.opened(test_id)
    return _test_page(found, patient)


@bp.post("/<id:test_id>/read")
@requires(Permission.TEST_PATIENTS)
@takes_up_to(LARGEST_PHOTO + AROUND)
@retried
def read(test_id: int) -> Answer:
    """Enter what is seen, also if it is nothing."""
    found, patient = guards.opened(test_id)
    form = ReadForm()
    form.offer(found.by)
    if form.validate_on_submit() and _done(
        form,
        "patch_tests.read",
        lambda at: actions.read_test(
            test_id, grades=form.seen(), photo=form.photo.data or b"", **form.values("grades", "photo"),
            at=at, by=g.actor, key=form.key,
        ),
    ):  # fmt: skip
        flash("The reading is on record.")
        return _to_test(test_id)
    return _test_page(found, patient, form)


@bp.route("/<id:test_id>/readings/<id:reading_id>/correct", methods=["GET", "POST"])
@requires(Permission.TEST_PATIENTS)
@retried
def correct(test_id: int, reading_id: int) -> Answer:
    """Correct a reading by a further one; the first stays on record."""
    found, patient = guards.opened(test_id)
    wrong = queries.reading_of(found, reading_id)
    form = CorrectForm(read_at=wrong.read_at)
    form.offer(found.by)
    if form.validate_on_submit() and _signed(
        form,
        "patch_tests.correct_reading",
        lambda at, second: actions.correct_reading(
            test_id, reading_id, grade=form.seen, read_at=form.read_at.data, note=form.note.data,
            cosigner=second, at=at, by=g.actor, key=form.key,
        ),
    ):  # fmt: skip
        flash("The reading is corrected; the first one stays on record.")
        return _to_test(test_id)
    seen, needs = labels.grade_words(wrong.grade), wrong in found.reactions
    return _page("correct", patient, form, test=found, wrong=wrong, seen=seen, needs_cosigner=needs)


@bp.route("/<id:test_id>/void", methods=["GET", "POST"])
@requires(Permission.TEST_PATIENTS)
@retried
def void(test_id: int) -> Answer:
    """Void a test with a reason; it stays on record and clears nothing."""
    found, patient = guards.opened(test_id)
    form = VoidForm(obj=found)
    if form.validate_on_submit() and _signed(
        form,
        "patch_tests.void",
        lambda at, second: actions.void_test(
            test_id, **form.values("signer"), cosigner=second, version=form.version, at=at, by=g.actor
        ),
    ):
        flash(f"{found.code} is void.")
        return _to_test(test_id)
    reactions = sorted({labels.grade_words(reading.grade) for reading in found.reactions})
    return _page("void", patient, form, test=found, reactions=reactions)


def _asked(name: str) -> int | None:
    """A row that the address names; None where it names none."""
    try:
        return read_id(request.args.get(name))
    except ValueError:
        return None


def _draft() -> str | None:
    """The draft from which somebody came to book the test, so that they find back."""
    number = _asked("draft")
    return None if number is None else link("cocktails.compose", cocktail_id=number)


def _apply(patient_id: int, form: ApplyForm, offered: list[labels.Source]) -> Any:
    chosen, told = form.chosen(offered), form.values("scan", "spots")
    return _done(
        form,
        "patch_tests.apply",
        lambda at: actions.apply_test(patient_id, spots=chosen, **told, at=at, by=g.actor, key=form.key),
    )


def _place_scan(form: ApplyForm, offered: list[labels.Source]) -> None:
    """Read what was scanned and put it on the next free spot; what cannot be read is said at the field."""
    try:
        source = labels.scanned(form.scan.read(clock.now().astimezone(_zone()).date()), offered)
    except Refused as refusal:
        form.add_findings(finding.at_field("scan") for finding in refusal.findings)
    else:
        form.place(source)
        form.offer(offered)


def _test_page(found: Any, patient: Any, form: ReadForm | None = None) -> Answer:
    at = clock.now()
    line = labels.test_lines([found], _policy(at), _zone(), at)[0]
    form = form or ReadForm(formdata=None)
    form.ask(line.spots, found.by)
    shown = patients.photos(patient.id, ("patch_test", found.id))
    may_test = g.actor.may(Permission.TEST_PATIENTS)
    return _page("test", patient, form, line=line, may_test=may_test, photos=shown)


def _page(template: str, patient: Any, form: Form | None = None, **context: Any) -> Answer:
    context["summary"] = summary(patient, by=g.actor, at=clock.now())
    answered = render_template(f"patch_tests/{template}.html", patient=patient, form=form, **context)
    return answered, 422 if form is not None and form.errors else 200


def _done(form: Form, what: str, act: Callable[[datetime], Any]) -> Any:
    """The row that an act made in its own transaction, or None where refused: the form then says why."""
    try:
        with transaction():
            return act(clock.now())
    except Refused as refusal:
        record_refusal(what, refusal, by=g.actor)
        form.add_findings(refusal.findings)
        return None


def _signed(form: Form, what: str, act: Callable[[datetime, Actor | None], Any]) -> Any:
    """The same for an act that a second person may have to co-sign on this screen."""
    try:
        named = form.signer.form.username.data
        second = second_person(form.signer, at=clock.now()) if named else None
    except Refused as refusal:
        form.add_findings(refusal.findings)
        return None
    return _done(form, what, lambda at: act(at, second))


def _to_test(test_id: int) -> Response:
    return redirect(url_for("patch_tests.test", test_id=test_id))


def _policy(at: datetime) -> PatchTestPolicy:
    return patch_test_policy(accounts.policy(g.site.id, "patch_test", at))


def _zone() -> ZoneInfo:
    return ZoneInfo(g.site.zone)
