"""The pages of lists: choose a file, look at every row that cannot be taken, record it whole or leave it."""

from collections.abc import Iterator
from datetime import datetime
from io import BytesIO
from typing import Any

from flask import Blueprint, Response, flash, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Redirect

from formulary import clock
from formulary.accounts import Permission, requires
from formulary.audit import record_refusal
from formulary.db import Missing, retried, transaction
from formulary.exchange import actions, labels, queries
from formulary.exchange.actions.handing_out import hand_out
from formulary.exchange.forms import LARGEST, FileForm, RecordForm
from formulary.exchange.labels import KINDS, Kind
from formulary.patients import guards
from formulary.patients.labels import summary
from formulary.rules.findings import Refused, refuse
from formulary.stock.actions import undoable_now
from formulary.stock.labels.undoing import act_words
from formulary.stock.queries import undone_lists
from formulary.web import sheets, takes_up_to
from formulary.web.paging import Window
from formulary.web.words import plural

bp = Blueprint("exchange", __name__, url_prefix="/lists")
Page = str | Redirect | tuple[str, int]
ROOM = 64 * 1024
SHOWN = 100
WORD = "<any(deliveries, stock, history):word>"


@bp.get("/")
@requires(Permission.RECEIVE_STOCK)
def index() -> Page:
    """The lists that this person may bring in, and those that were recorded here."""
    kinds = [kind for kind in KINDS.values() if g.actor.may(kind.permission)]
    files = {kind.word: queries.recorded_files(kind.word, g.site.id) for kind in kinds}
    undone = undone_lists([file.id for found in files.values() for file in found])
    shown = {"kinds": kinds, "files": files, "undone": undone, "offer": _offer()}
    return render_template("exchange/index.html", **shown)


def _offer() -> tuple[int, str, datetime] | None:
    """The list that the person recorded last, while it can be undone."""
    own = undoable_now(g.actor, clock.now())
    if own is None or own.object_kind != "stored_file":
        return None
    return own.id, act_words(own), own.at


@bp.route(f"/{WORD}", methods=["GET", "POST"])
@requires(Permission.RECEIVE_STOCK)
@retried
@takes_up_to(LARGEST + ROOM)
def choose(word: str) -> Page:
    """Choose a file; it is kept until it is recorded or left, and nothing else is written."""
    kind, form = _kind(word), FileForm()
    if form.validate_on_submit() and (file := _stored(kind, form)):
        return redirect(url_for("exchange.look", word=word, file_id=file.id), 303)
    page = render_template("exchange/choose.html", kind=kind, form=form)
    return page, 422 if form.errors else 200


@bp.get(f"/{WORD}/template.<any(csv, xlsx):ending>")
@requires(Permission.RECEIVE_STOCK)
def template(word: str, ending: str) -> Response:
    """The columns with a row that shows what they take."""
    kind = _kind(word)
    names, example = zip(*((column.name, column.example) for column in kind.columns), strict=True)
    return sheets.answer(sheets.Sheet(f"{kind.word}-template", names, [example]), ending)


@bp.route(f"/{WORD}/<id:file_id>", methods=["GET", "POST"])
@requires(Permission.RECEIVE_STOCK)
@retried
def look(word: str, file_id: int) -> Page:
    """What stands in a file, and every row that cannot be taken; then record it whole, or leave it."""
    kind, form = _kind(word), RecordForm()
    file = queries.file_of(file_id, word, by=g.actor)
    if file.recorded_at is not None and request.method == "GET":
        return redirect(url_for("exchange.index"))
    if form.validate_on_submit() and (done := _done(kind, file, form)):
        flash(done)
        return redirect(url_for("exchange.index"), 303)
    looked = _looked(kind, file, form)
    bad = looked.bad[:SHOWN] if looked else []
    page = render_template("exchange/look.html", kind=kind, file=file, form=form, looked=looked, bad=bad)
    return page, 422 if form.errors else 200


@bp.get(f"/{WORD}/<id:file_id>/bad.csv")
@requires(Permission.RECEIVE_STOCK)
def bad_rows(word: str, file_id: int) -> Response:
    """Every row that cannot be taken, with its reason, as a file."""
    kind, at = _kind(word), clock.now()
    content = _content(queries.file_of(file_id, word, by=g.actor))
    rows = labels.bad_cells(_every_bad(kind, content, at))
    return sheets.answer(sheets.Sheet(f"{kind.word}-bad-rows", labels.BAD_HEADER, rows), "csv")


@bp.get("/patients/<id:patient_id>")
@requires(Permission.SEE_PATIENTS)
@retried
def earlier(patient_id: int) -> Page:
    """What earlier records say that a patient got, with its lots."""
    patient = guards.opened(patient_id, "exchange.earlier")
    records = queries.earlier_records(patient.id, Window.of(request.args))
    return render_template("exchange/earlier.html", patient=patient, records=records)


@bp.route("/patients/<id:patient_id>/everything", methods=["GET", "POST"])
@requires(Permission.EDIT_PATIENTS)
@retried
def everything(patient_id: int) -> Page | Response:
    """Everything held on a patient, as one file; that it was made is on record."""
    patient, form = guards.opened(patient_id, "exchange.everything"), RecordForm()
    if form.validate_on_submit():
        with transaction():
            made = hand_out(patient.id, at=clock.now(), by=g.actor)
        answered = Response(made.content, mimetype="application/zip")
        answered.headers.set("Content-Disposition", "attachment", filename=made.name)
        return answered
    told = {"summary": summary(patient, by=g.actor, at=clock.now())}
    page = render_template("exchange/hand_out.html", patient=patient, form=form, **told)
    return page, 422 if form.errors else 200


def _every_bad(kind: Kind, content: bytes, at: datetime) -> Iterator[labels.BadField]:
    try:
        yield from actions.bad_fields(kind, BytesIO(content), at=at, by=g.actor)
    except Refused as refusal:
        yield from (labels.BadField(0, "", "", f.reason, f.remedy) for f in refusal.findings)


def _kind(word: str) -> Kind:
    kind = KINDS[word]
    g.actor.must(kind.permission)
    return kind


def _content(file: Any) -> bytes:
    content = actions.content_of(file, at=clock.now())
    if content is None:
        raise Missing("The file was recorded or left")
    return content


def _stored(kind: Kind, form: FileForm) -> Any:
    try:
        if not form.file.data:
            raise refuse("file.none", "file", "No file was chosen.", "Choose one.", field="file")
        with transaction():
            return actions.store_file(kind, _name(), form.file.data, at=clock.now(), by=g.actor)
    except Refused as refusal:
        form.add_findings(refusal.findings)
        return None


def _name() -> str:
    sent = request.files.get("file")
    name = (sent.filename or "") if sent else ""
    return "".join(c for c in name.replace("\\", "/").rpartition("/")[2] if c.isprintable())[:200]


def _looked(kind: Kind, file: Any, form: RecordForm) -> actions.Looked | None:
    """What the file holds, or None where it is no such list: the form then says why."""
    try:
        return actions.look(kind, BytesIO(_content(file)), at=clock.now(), by=g.actor)
    except Refused as refusal:
        form.add_findings(refusal.findings)
        return None


def _done(kind: Kind, file: Any, form: RecordForm) -> str:
    """What was done, in words; "" where it was refused, and the form says why."""
    try:
        with transaction():
            here = queries.file_of(file.id, kind.word, by=g.actor)
            if request.form.get("act") == "leave":
                actions.leave_file(here, at=clock.now())
                return "The file was left. Nothing of it was recorded."
            actions.record_list(kind, here, at=clock.now(), by=g.actor, key=form.key)
            return _said(here)
    except Refused as refusal:
        record_refusal("exchange.record", refusal, by=g.actor)
        form.add_findings(refusal.findings)
        return ""


def _said(file: Any) -> str:
    known = f" {plural(file.rows_known, 'row')} were on record already." if file.rows_known else ""
    return f"{plural(file.rows_new, 'row')} of {file} recorded.{known}"
