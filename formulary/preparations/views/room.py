"""What every page of the bench stands on: the worksheet with its forms, and one act in its transaction."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from formulary import clock
from formulary.accounts import Permission
from formulary.audit import record_refusal
from formulary.cocktails.actions import Second, may_go_at, second
from formulary.cocktails.facts import reservation_ref
from formulary.db import transaction
from formulary.preparations import facts, labels, queries
from formulary.preparations.forms import DrawForm, FinishForm, MixForm, PrintForm, ReleaseForm, ScanForm
from formulary.rules.findings import Refused
from formulary.web import fields as f
from formulary.web.forms import Form

bp = Blueprint("preparations", __name__, url_prefix="/preparations")
Page = str | Response | tuple[str, int]
Shown = Callable[..., str]
FORMS: dict[str, type[Form]] = {
    "scan": ScanForm,
    "mix": MixForm,
    "draw": DrawForm,
    "finish": FinishForm,
    "release": ReleaseForm,
    "print": PrintForm,
}


def the_sheet(attempt_id: int) -> labels.Worksheet:
    """The worksheet of an attempt that the asker may see, as it stands now."""
    found, at = queries.attempt(attempt_id, g.actor), clock.now()
    gathered = facts.gather_attempt(found, at=at)
    step = queries.next_step(found) if found.state == "in_preparation" else None
    return labels.worksheet(
        found,
        gathered,
        facts.beyond_use(found, gathered, at),
        current=facts.source_of(step, at, reservation_ref(found.cocktail)) if step else None,
        reader_id=g.actor.person_id,
        at=at,
    )


def attempt_page(attempt_id: int, codes: Iterable[str] = (), **given: Form) -> str:
    """The page of an attempt with these forms in the place of fresh ones; `codes` are what was refused."""
    sheet = the_sheet(attempt_id)
    forms = {name: given.get(name) or kind(formdata=None) for name, kind in FORMS.items()}
    offer_diluents(forms["mix"], sheet)
    rests, photos = offer_ends(forms["finish"], sheet), the_photos(sheet)
    return render_template(
        "preparations/attempt.html",
        sheet=sheet,
        forms=forms,
        wrong=next((form for form in given.values() if form.errors), None),
        deviates=not labels.DEVIATES.isdisjoint(codes),
        rests=rests,
        photos=photos,
        opened=labels.page_words(photos),
        signs_here=signs_here(sheet),
        looks_anew=looks_anew(sheet),
        may_release_at=may_go_at(g.site, sheet.attempt.prepared_at, sheet.at),
        storages=labels.STORAGES,
    )


def act(
    attempt_id: int,
    form: Form,
    name: str,
    do: Callable[[datetime], Any],
    *,
    done: str = "",
    page: Shown | None = None,
    note: Callable[[Refused], None] | None = None,
) -> Page:
    """Run one act of the bench in its transaction; a refusal shows the page again with what would do.

    `note` keeps a refusal otherwise than as that of the act.
    """
    show = page or attempt_page
    if not form.validate():
        return show(attempt_id, **{name: form}), 422
    try:
        do_it(do)
    except Refused as refusal:
        (note or _noted_as(name))(refusal)
        form.add_findings(refusal.findings)
        return show(attempt_id, codes={f.code for f in refusal.findings}, **{name: form}), 422
    if done:
        flash(done)
    return back(attempt_id)


def _noted_as(name: str) -> Callable[[Refused], None]:
    return lambda refusal: record_refusal(f"preparations.{name}", refusal, by=g.actor)


def do_it(do: Callable[[datetime], Any]) -> None:
    """One act, whole or not at all."""
    with transaction():
        do(clock.now())


def back(attempt_id: int) -> Response:
    """To the page of the attempt, which shows what comes next."""
    return redirect(url_for("preparations.attempt", attempt_id=attempt_id))


def signs_here(sheet: labels.Worksheet) -> bool:
    """Whether somebody else must sign on this screen for a release: the reader may not release it alone."""
    may = g.actor.may(Permission.RELEASE)
    return not may or (sheet.is_mine and second(g.site, "release") is Second.ANOTHER)


def looks_anew(sheet: labels.Worksheet) -> bool:
    """Whether the reader works alone here and prepared it: what is in it is shown once it was read anew."""
    return reads_anew(sheet.attempt)


def reads_anew(attempt: Any) -> bool:
    """The same of an attempt that is not yet read as a worksheet."""
    waits = attempt.state == "prepared" and attempt.preparer_id == g.actor.person_id
    return waits and second(g.site, "release") is Second.ALONE


def the_photos(sheet: labels.Worksheet) -> list[labels.PhotoLine]:
    """The photos of its draws; which of them the reader has opened, or opens by this address."""
    found = queries.photos(sheet.attempt, {g.actor.person_id})
    return labels.photo_lines(sheet, found, request.args.get("photo", type=int))


def offer_diluents(form: Any, sheet: labels.Worksheet) -> None:
    """The lots of diluents on the shelf, those first that the label names."""
    step = sheet.current
    lots = queries.diluents(step.product, sheet.attempt.site_id) if step and step.needs_mixing else []
    pairs = [(lot.id, labels.diluent_words(step.product, lot)) for lot in lots] if step else []
    form.diluent_lot_id.choices = f.choices(pairs, empty="Choose…")


def offer_ends(form: Any, sheet: labels.Worksheet) -> list[labels.RestWords]:
    """Where it may be kept and until when, and which vials are not kept; all that are left over."""
    if sheet.attempt.state != "in_preparation" or sheet.current is not None:
        return offer_rests(form, [])
    gathered = facts.gather_attempt(sheet.attempt, at=sheet.at)
    zone = sheet.told.policies.zone
    kept = facts.by_storage(sheet.attempt, gathered, sheet.at)
    form.storage.choices = f.choices(labels.storage_choices(kept, zone, sheet.at))
    return offer_rests(form, labels.rest_words(facts.rests(sheet.attempt, sheet.at), zone, sheet.at))


def offer_rests(form: Any, rests: list[labels.RestWords]) -> list[labels.RestWords]:
    """The vials for one patient are offered for discarding, ticked until somebody decides otherwise."""
    discarded = [rest for rest in rests if rest.for_one_patient]
    form.waste_rest.choices = f.choices([(rest.vial_id, rest.words) for rest in discarded])
    if not form.is_submitted() or form.waste_rest.raw_data is None:
        form.waste_rest.data = [rest.vial_id for rest in discarded]
    return rests
