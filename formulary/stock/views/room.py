"""The blueprint of this room, and what all its views do alike."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, g, redirect, render_template, request, url_for

from formulary import clock
from formulary.accounts import Actor, Permission
from formulary.accounts.guards import second_person
from formulary.audit import record_refusal
from formulary.db import transaction
from formulary.rules.findings import Refused
from formulary.stock import actions, queries
from formulary.stock.labels.undoing import act_words
from formulary.web import fields as f
from formulary.web.forms import Form

bp = Blueprint("stock", __name__, url_prefix="/stock")
Answer = tuple[str, int] | Response


def done(form: Form, what: str, act: Callable[[datetime], Any]) -> Any:
    """The row that an act made in its own transaction, or None where refused: the form then says why."""
    try:
        with transaction():
            return act(clock.now())
    except Refused as refusal:
        record_refusal(what, refusal, by=g.actor)
        form.add_findings(refusal.findings)
        return None


def signed_by_another(form: Any, what: str, act: Callable[[Actor | None, datetime], Any]) -> Any:
    """The row of an act that a second person may sign: their secret is checked before its transaction."""
    try:
        named = form.signer.form.username.data
        second = second_person(form.signer, at=clock.now()) if named else None
    except Refused as refusal:
        form.add_findings(refusal.findings)
        return None
    return done(form, what, lambda at: act(second, at))


Offer = tuple[int, str, datetime] | None


def last_own_act() -> Any:
    """The audit entry of the act that could be undone now; None where there is none."""
    return actions.undoable_now(g.actor, clock.now())


def offered(entry: Any) -> Offer:
    """The act that could be undone, for the page after it: its entry, what it is called, when it was."""
    return None if entry is None else (entry.id, act_words(entry), entry.at)


def undoable(entry: Any) -> tuple[int, frozenset[int]] | None:
    """The entry of the act that could be undone, with the keys of its movements."""
    return None if entry is None else (entry.id, frozenset(number for number, _ in entry.movements))


def bins() -> Any:
    """The bins of the site for a select."""
    return f.choices([(row.id, row.name) for row in queries.streams(g.site.id)], empty="not said")


def page(template: str, form: Form | None = None, **context: Any) -> Answer:
    """A page of this room; 422 where the form has something to say. What could be undone is read where it is
    shown, unless the page was told it.
    """
    context = {"offer": lambda: offered(last_own_act())} | context
    answered = render_template(f"stock/{template}.html", form=form, may=may(), **context)
    return answered, 422 if form is not None and form.errors else 200


def paper() -> str:
    """What labels are printed on: label stock, or a sheet of A4 where the address asks for one."""
    return "a4" if request.args.get("paper") == "a4" else "vial"


def may() -> dict[str, bool]:
    """What the person may do here, so that a page offers nothing else."""
    acts = {
        "see": Permission.SEE_STOCK,
        "receive": Permission.RECEIVE_STOCK,
        "open": Permission.RECEIVE_STOCK,
        "order": Permission.ORDER_STOCK,
        "waste": Permission.PREPARE,
        "hold": Permission.PLACE_HOLD,
        "end_hold": Permission.RELEASE_HOLD,
        "release": Permission.RELEASE_QUARANTINE,
        "arrange": Permission.MANAGE_CLINIC,
        "look_up": Permission.RECALL_LOOKUP,
    }
    return {name: g.actor.may(permission) for name, permission in acts.items()}


def to_lot(lot_id: int) -> Response:
    """To the page of a lot."""
    return redirect(url_for("stock.lot", lot_id=lot_id))  # type: ignore[return-value]


def to_vial(vial_id: int) -> Response:
    """To the page of a vial."""
    return redirect(url_for("stock.vial", vial_id=vial_id))  # type: ignore[return-value]


def today() -> date:
    """The day it is at the site."""
    return clock.now().astimezone(ZoneInfo(g.site.zone)).date()
