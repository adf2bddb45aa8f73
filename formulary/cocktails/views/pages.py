"""The pages on which a cocktail is composed, signed, verified, returned and called off."""

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from formulary import clock
from formulary.accounts import Permission, requires
from formulary.audit import record_refusal
from formulary.cocktails import actions, queries
from formulary.cocktails.forms import CancelForm, SaveFileForm
from formulary.cocktails.labels import LIVE
from formulary.cocktails.labels.drawn import drawn_costs
from formulary.cocktails.labels.story import story
from formulary.cocktails.views.attached import as_file
from formulary.cocktails.views.composing import Composing
from formulary.db import retried, transaction
from formulary.rules.findings import Refused

bp = Blueprint("cocktails", __name__, url_prefix="/cocktails")
Page = str | Response | tuple[str, int]


@bp.get("/")
@requires(Permission.COMPOSE)
def index() -> Page:
    """The site's cocktails that are not finished, soonest first."""
    return render_template("cocktails/index.html", cocktails=queries.in_state(LIVE, g.actor))


@bp.route("/<id:cocktail_id>/compose", methods=["GET", "POST"])
@requires(Permission.COMPOSE)
@retried
def compose(cocktail_id: int) -> Page:
    """Compose: every figure and every finding as one types; save, or sign. A draft only."""
    work = Composing(cocktail_id, by=g.actor, at=clock.now())
    saves = work.wants("save", "sign") or work.books_test is not None
    if work.cocktail.state != "draft" and not saves:
        return _frozen(cocktail_id)
    if request.method == "POST" and saves and work.is_readable():
        try:
            answers = work.answers() if work.wants("sign") else ()
            by = work.signer() if work.wants("sign") else g.actor
            with transaction():
                work.save(by=by)
                if work.wants("sign"):
                    work.sign(answers, by=by)
        except Refused as refusal:
            record_refusal("cocktails.compose", refusal, by=g.actor)
            if work.cocktail.state == "draft":
                with transaction():
                    work.count_shown(by=g.actor)
            work.refuse(refusal)
        else:
            return _after(work)
    if work.wants("file") and work.is_readable() and (saved := _as_file(work)) is not None:
        return saved
    page = render_template("cocktails/compose.html", work=work, form=work.form)
    return page, 200 if work.is_readable() else 422


@bp.post("/<id:cocktail_id>/preview")
@requires(Permission.COMPOSE)
def preview(cocktail_id: int) -> Page:
    """The figures and findings of what is typed and not saved; writes nothing."""
    work = Composing(cocktail_id, by=g.actor, at=clock.now())
    if work.cocktail.state != "draft":
        return _frozen(cocktail_id)
    return render_template("cocktails/preview.html", work=work, form=work.form)


@bp.get("/<id:cocktail_id>")
@requires(Permission.COMPOSE)
def cocktail(cocktail_id: int) -> Page:
    """One cocktail: what was signed, by whom, every report, every step."""
    return _told(cocktail_id, CancelForm())


@bp.post("/<id:cocktail_id>/cancel")
@requires(Permission.COMPOSE)
@retried
def cancel(cocktail_id: int) -> Page:
    """Call a cocktail off, with a reason, before anything was drawn."""
    form = CancelForm()
    if not form.validate():
        return _told(cocktail_id, form), 422
    with transaction():
        called_off = actions.cancel(
            cocktail_id, reason=form.reason.data, at=clock.now(), by=g.actor, key=form.key
        )
    flash(f"{called_off.code} is called off.")
    return redirect(url_for("cocktails.cocktail", cocktail_id=cocktail_id))


def _told(cocktail_id: int, cancel_form: CancelForm) -> str:
    at = clock.now()
    told = story(queries.cocktail(cocktail_id, g.actor), at=at)
    return render_template(
        "cocktails/cocktail.html",
        story=told,
        cancel=cancel_form,
        saving=SaveFileForm(),
        drawn=drawn_costs(told.cocktail, at=at, mark=g.site.decimal_mark),
    )


def _as_file(work: Composing) -> Response | None:
    """What is typed as a file, saved or not; None where no file can hold it, and the page says why."""
    asked = work.form.with_patient.data
    try:
        return as_file(work.cocktail, work.content, with_patient=asked, at=work.at)
    except Refused as refusal:
        work.form.add_findings(refusal.findings)
        return None


def _frozen(cocktail_id: int) -> Response:
    """What was signed is not composed any more, and its doses wait behind the blind entry."""
    there = url_for("cocktails.cocktail", cocktail_id=cocktail_id)
    if request.headers.get("HX-Request"):
        return Response(status=204, headers={"HX-Redirect": there})
    return redirect(there)


def _after(work: Composing) -> Response:
    if work.wants("sign"):
        flash(f"{work.cocktail.code} is signed and waits for verification.")
        return redirect(url_for("cocktails.cocktail", cocktail_id=work.cocktail.id))
    flash(f"{work.cocktail.code} is saved.")
    if work.books_test is not None:
        return redirect(work.test_page)
    return redirect(url_for("cocktails.compose", cocktail_id=work.cocktail.id))
