"""Secrets are checked before an act and outside its transaction: a failure counts though it rolls back."""

from datetime import datetime
from typing import Any

from flask import g, request

from formulary import audit
from formulary.accounts import actions, queries
from formulary.accounts.actions import Proven
from formulary.accounts.models import User
from formulary.accounts.permissions import Actor, Operator
from formulary.db import Missing, transaction
from formulary.rules.findings import Refused, refuse


def check_secret(username: str, secret: str, *, site_id: int, at: datetime, address: str) -> Actor:
    """Who this is at the site, or Refused; a failure counts as one of sign-in and stands in the trail."""
    proven = account_with(username, secret, what="accounts.sign", at=at, address=address)
    with transaction():
        actions.forget_tries(username, at=at)
    try:
        return queries.actor_of(proven.user_id, site_id)
    except Missing:
        reason, remedy = "This person has no role at this site.", "Ask somebody who works here."
        raise refuse("sign.no_role", proven.name, reason, remedy) from None


def account_with(username: str, secret: str, *, what: str, at: datetime, address: str) -> Proven:
    """The account whose secret this is; counts the try before, and records a failure afterwards."""
    with transaction():
        actions.take_a_try(username, address, at=at)
    try:
        return actions.account_of(username, secret)
    except Refused as refusal:
        _record_failure(queries.user_named(username), refusal, what, at, address)
        raise


def _record_failure(known: User | None, refusal: Refused, what: str, at: datetime, address: str) -> None:
    by = Operator(known.person.name if known else "unknown name", "not signed in")
    new = {"address": address, "findings": [finding.code for finding in refusal.findings]}
    with transaction():
        audit.record(what, known, by=by, at=at, new=new, outcome="refused")


def own_secret(secret: str | None, *, at: datetime, field: str = "secret") -> Actor:
    """The person of this session once more, after the password at an act; Refused at the form's field."""
    if not secret:
        raise refuse("sign.no_secret", "signature", "It is not signed.", "Type your password.", field=field)
    return _at_site(g.actor.username, secret, at, field)


def second_person(signer: Any, *, at: datetime) -> Actor:
    """The person who signs on the same screen with name and secret; Refused at the field of the secret."""
    return _at_site(signer.form.username.data, signer.form.secret.data, at, signer.form.secret.name)


def _at_site(username: str | None, secret: str | None, at: datetime, field: str) -> Actor:
    address = request.remote_addr or ""
    try:
        return check_secret(username or "", secret or "", site_id=g.actor.site_id, at=at, address=address)
    except Refused as refusal:
        raise Refused(*(finding.at_field(field) for finding in refusal.findings)) from refusal
