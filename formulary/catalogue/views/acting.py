"""What the forms of limits, rules and syringes share: an act in its transaction, signed where asked."""

from collections.abc import Callable
from typing import Any

from flask import g

from formulary import clock
from formulary.accounts.guards import own_secret
from formulary.audit import record_refusal
from formulary.catalogue.forms import WithdrawForm
from formulary.db import transaction
from formulary.rules.findings import Refused


def done(form: Any, what: str, act: Callable[[Any], Any], *, signed: bool = False) -> Any:
    """The row of the act, or None with what was refused at the fields of the form."""
    try:
        secret = form.secret if signed else None
        by = own_secret(secret.data, at=clock.now(), field=secret.name) if secret else g.actor
        with transaction():
            return act(by)
    except Refused as refusal:
        record_refusal(what, refusal, by=g.actor)
        form.add_findings(refusal.findings)
        return None


def to_withdraw(row: Any) -> WithdrawForm:
    """The form that asks why a proposal is not wanted; empty, for why it was proposed is another matter."""
    form = WithdrawForm(formdata=None, obj=row)
    form.reason.data = ""
    return form
