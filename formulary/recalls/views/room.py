"""The blueprint of this room, and what all its views do alike."""

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

from flask import Blueprint, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from formulary import clock
from formulary.accounts import Permission
from formulary.audit import record_refusal
from formulary.db import Missing, transaction
from formulary.recalls import actions
from formulary.rules.findings import Refused
from formulary.web.forms import Form

bp = Blueprint("recalls", __name__, url_prefix="/recalls")
Page = str | Response | tuple[str, int]
MOST_LOTS = 200
"""More lots than share any number; an answer about some of them alone would leave patients out."""
KEY = re.compile(r"[1-9][0-9]{0,9}", re.ASCII)


def done(form: Form, what: str, act: Callable[[datetime], Any]) -> Any:
    """The row that an act made in its own transaction, or None where refused: the form then says why."""
    try:
        with transaction():
            return act(clock.now())
    except Refused as refusal:
        record_refusal(what, refusal, by=g.actor)
        form.add_findings(refusal.findings)
        return None


def page(template: str, form: Form | None = None, **context: Any) -> Page:
    """A page of this room; 422 where the form has something to say."""
    answered = render_template(f"recalls/{template}.html", form=form, may=may(), **context)
    return answered, 422 if form is not None and form.errors else 200


def may() -> dict[str, bool]:
    """What the person may do here, so that a page offers nothing else."""
    acts = {"run": Permission.RECALL_CASES, "release": Permission.RELEASE_HOLD}
    return {name: g.actor.may(permission) for name, permission in acts.items()}


def noted(case: Any, what: str, patients: int = 0) -> None:
    """Write down who looked at a case just now, in which form, and how many patients it showed."""
    at = clock.now()
    with transaction():
        actions.note_case(case, what, patients=patients, at=at, by=g.actor)


def to_case(case_id: int) -> Response:
    """To the page of a case."""
    return redirect(url_for("recalls.case", case_id=case_id), 303)


def asked_lots() -> list[int]:
    """The keys of the lots that the address asks for; Missing where one can be none, or they are too many."""
    given = request.args.getlist("lot")
    if not 0 < len(given) <= MOST_LOTS or not all(
        KEY.fullmatch(text) and int(text) < 2**31 for text in given
    ):
        raise Missing("No such lot")
    return [int(text) for text in given]
