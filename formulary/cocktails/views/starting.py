"""The page on which a cocktail begins: from a formula, the patient's last session, a file, or nothing."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Any

from flask import flash, g, redirect, render_template, request, url_for

from formulary import clock
from formulary.accounts import Permission, requires
from formulary.audit import record_refusal
from formulary.catalogue import facts as catalogue_facts
from formulary.catalogue import queries as catalogue
from formulary.cocktails import actions, files, queries
from formulary.cocktails.facts import Content
from formulary.cocktails.forms import OpenFileForm, StartForm, SuppliedForm
from formulary.cocktails.views.pages import Page, bp
from formulary.db import retried, transaction
from formulary.patients import queries as patients
from formulary.rules.findings import Finding, Level, Refused
from formulary.web import fields as f
from formulary.web.forms import Form

PRESS_ONE = "Press a formula, or compose line by line."
NOT_OURS = "published, not approved here"
LEFT_ASIDE = (
    "What the file says of a patient was left aside: here the patient's own record counts. "
    "Answers are recorded on the patient's page."
)


@dataclass(frozen=True)
class Forms:
    """The three ways to begin that stand on the page."""

    start: StartForm
    supplied: SuppliedForm
    opened: OpenFileForm

    @property
    def are_wrong(self) -> bool:
        """Whether one of them was refused."""
        return bool(self.start.errors or self.supplied.errors or self.opened.errors)


@bp.route("/new/<id:patient_id>", methods=["GET", "POST"])
@requires(Permission.COMPOSE)
@retried
def new(patient_id: int) -> Page:
    """Begin a cocktail for a patient, from a formula, from the last session or from nothing."""
    form, at = _start_form(patient_id), clock.now()
    forms = replace(_others(patient_id), start=form)
    if not (form.validate_on_submit() and _is_chosen(form)):
        return _page(patient_id, forms, at=at)
    begin = _repeat if request.form.get("act") == "repeat" else _follow
    return _begun(partial(begin, patient_id, form, at=at), form) or _page(patient_id, forms, at=at)


def _is_chosen(form: StartForm) -> bool:
    """Whether it is plain how to begin: Enter in the volume does not say which of the formulas is meant."""
    field = form.formula_version_id
    if request.form.get("act") == "enter" and len(field.choices) > 1:
        field.errors = [PRESS_ONE]
    return not field.errors


@bp.post("/new/<id:patient_id>/supplied")
@requires(Permission.COMPOSE)
@retried
def supplied(patient_id: int) -> Page:
    """Begin with one product that is given as supplied."""
    form, at = _supplied_form(), clock.now()
    begun = _begun(partial(_supply, patient_id, form, at=at), form) if form.validate() else None
    return begun or _page(patient_id, replace(_others(patient_id), supplied=form), at=at)


@bp.post("/new/<id:patient_id>/file")
@requires(Permission.COMPOSE)
@retried
def open_file(patient_id: int) -> Page:
    """Begin a cocktail with what a file says; a file that cannot be read is told line by line."""
    form, at = OpenFileForm(), clock.now()
    content = _read(form, patient_id, at=at) if form.validate() else None
    begun = None if content is None else _begun(partial(_open, content, form, at=at), form)
    return begun or _page(patient_id, replace(_others(patient_id), opened=form), at=at)


def _others(patient_id: int) -> Forms:
    """The forms of the page as they are first shown."""
    opened = OpenFileForm(formdata=None, patient_id=patient_id)
    return Forms(_start_form(patient_id, empty=True), _supplied_form(patient_id), opened)


def _supplied_form(patient_id: int | None = None) -> SuppliedForm:
    """The form of what is given as supplied; filled anew for a patient, else as it was sent."""
    form = SuppliedForm(formdata=None, patient_id=patient_id) if patient_id else SuppliedForm()
    listed = [(product.id, product.name) for product in catalogue_facts.now().listed()]
    form.product_id.choices = f.choices(listed, empty="Choose a product…")
    return form


def _start_form(patient_id: int, *, empty: bool = False) -> StartForm:
    form = StartForm(formdata=None, patient_id=patient_id) if empty else StartForm(patient_id=patient_id)
    offered = [(version.id, str(version)) for version in catalogue.approved_formulas()]
    offered += [(v.id, f"{v.formula.name}: {NOT_OURS}") for v in catalogue.published_formulas()]
    form.formula_version_id.choices = f.choices(offered, empty="No formula: compose line by line")
    return form


def _follow(patient_id: int, form: StartForm, *, at: datetime) -> Any:
    chosen, target = form.formula_version_id.data, form.target.data
    from_it = {"formula_version_id": chosen, "target": target}
    begun = actions.create_draft(patient_id, **from_it, at=at, by=g.actor, key=form.key)
    if chosen and target is not None:
        for words in actions.unscaled(chosen, target, g.site.decimal_mark):
            flash(words)
    return begun


def _supply(patient_id: int, form: SuppliedForm, *, at: datetime) -> Any:
    return actions.give_as_supplied(patient_id, form.product_id.data, at=at, by=g.actor, key=form.key)


def _repeat(patient_id: int, form: StartForm, *, at: datetime) -> Any:
    return actions.repeat_last(patient_id, at=at, by=g.actor, key=form.key)


def _open(content: Content, form: OpenFileForm, *, at: datetime) -> Any:
    return actions.draft_from_content(content, source="a file", at=at, by=g.actor, key=form.key)


def _read(form: OpenFileForm, patient_id: int, *, at: datetime) -> Content | None:
    try:
        said = files.read(form.raw, at=at, zone=g.site.zone, as_draft=True)
    except files.Unreadable as unreadable:
        name = form.file.name if form.file.data else form.text.name
        form.add_findings(_fault(fault, name) for fault in unreadable.faults)
        return None
    if said.patient is not None:
        flash(LEFT_ASIDE)
    return replace(said.content, patient_id=patient_id)


def _fault(fault: files.Fault, name: str) -> Finding:
    words = f"Line {fault.line}: {fault.words}"
    return Finding("file.unreadable", "file", words, level=Level.BLOCK, field=name)


def _begun(begin: Callable[[], Any], form: Form) -> Page | None:
    """The compose page of what was begun, or None where it was refused; the form says why."""
    try:
        with transaction():
            cocktail = begin()
    except Refused as refusal:
        record_refusal("cocktails.create", refusal, by=g.actor)
        form.add_findings(refusal.findings)
        return None
    return redirect(url_for("cocktails.compose", cocktail_id=cocktail.id))


def _page(patient_id: int, forms: Forms, *, at: datetime) -> Page:
    last = queries.last_given(patient_id, g.actor)
    page = render_template(
        "cocktails/new.html",
        form=forms.start,
        supplied=forms.supplied,
        opened=forms.opened,
        patient=patients.patient(patient_id, by=g.actor, at=at),
        last=last,
        given_at=None if last is None else queries.given_at(last),
    )
    return page, 422 if forms.are_wrong else 200
