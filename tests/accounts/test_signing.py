"""Signing: a name and a secret at the act itself; a second person on the same screen; failures count."""

import pytest
from flask import g

from formulary import audit
from formulary.accounts import Permission, actions, guards, queries
from formulary.accounts.actions import Throttled
from formulary.accounts.forms import PerhapsSignerForm
from formulary.accounts.models import Signature
from formulary.audit.models import AuditEntry
from formulary.db import db, transaction
from formulary.rules.findings import Refused
from formulary.web import fields as f
from formulary.web.forms import Form
from tests.accounts.conftest import SIGN_IN, is_inside
from tests.support.builders.accounts import PASSWORD


def check(cast, watch, username="practitioner", secret=PASSWORD, site=None):
    place = site or cast.site
    return guards.check_secret(username, secret, site_id=place.id, at=watch.now(), address="127.0.0.1")


def test_the_right_secret_says_who_it_is_at_this_site(app, cast, watch):
    assert check(cast, watch) == cast.actor("practitioner")


@pytest.mark.parametrize(("username", "secret"), [("practitioner", "wrong"), ("nobody", PASSWORD), ("", "")])
def test_a_wrong_one_is_refused_and_recorded(app, cast, watch, username, secret):
    with pytest.raises(Refused) as refused:
        check(cast, watch, username, secret)
    assert [finding.code for finding in refused.value.findings] == ["sign_in.refused"]
    entry = db.session.scalars(db.select(AuditEntry).order_by(AuditEntry.id.desc()).limit(1)).one()
    assert (entry.action, entry.outcome) == ("accounts.sign", "refused")


def test_somebody_without_a_role_here_cannot_sign_here(app, cast, watch):
    with pytest.raises(Refused) as refused:
        check(cast, watch, "practitioner3")
    assert [finding.code for finding in refused.value.findings] == ["sign.no_role"]
    assert (
        check(cast, watch, "practitioner3", site=cast.other_site).person_id
        == cast.actor("practitioner3").person_id
    )


def test_failures_count_with_those_of_sign_in(client, cast, watch):
    for _ in range(3):
        with pytest.raises(Refused):
            check(cast, watch, secret="wrong")
    for _ in range(2):
        client.post_refused(SIGN_IN, {"username": "practitioner", "password": "wrong"})
    with pytest.raises(Throttled) as throttled:
        check(cast, watch)
    assert throttled.value.seconds == 60


def test_a_failure_counts_although_the_act_is_never_begun(app, cast, watch):
    for _ in range(5):
        with pytest.raises(Refused):
            check(cast, watch, secret="wrong")
            with transaction():
                raise AssertionError("not reached")
    with pytest.raises(Throttled):
        check(cast, watch)


def test_a_signature_says_who_what_when_and_of_which_content(app, cast, watch):
    by = cast.actor("practitioner")
    with transaction():
        site = queries.site(cast.site.id)
        actions.sign(by, meaning="verified", subject=site, signed_hash="a" * 64, at=watch.now())
        audit.record("test.sign", site, by=by, at=watch.now())
    row = queries.signatures_on("site", cast.site.id)[0]
    told = (row.person_id, row.person_name, row.meaning, row.at, row.signed_hash, row.self_checked)
    assert told == (by.person_id, "Manon Roux", "verified", watch.now(), "a" * 64, False)


def test_signing_is_part_of_the_act(app, cast, watch):
    with pytest.raises(ZeroDivisionError), transaction():
        site = queries.site(cast.site.id)
        actions.sign(
            cast.actor("practitioner"), meaning="x", subject=site, signed_hash="a" * 64, at=watch.now()
        )
        raise ZeroDivisionError
    assert db.session.scalar(db.select(db.func.count(Signature.id))) == 0


class BenchForm(Form):
    """As the rooms above have them."""

    secret = f.SecretField("Your password")
    signer = f.FormField(PerhapsSignerForm)


@pytest.fixture
def bench(app, cast, watch):
    """A form that was sent by the technician, whose session goes on."""

    def send(**values):
        data = {f"signer-{name}": value for name, value in values.items() if name != "own"}
        with app.test_request_context(method="POST", data=data | {"secret": values.get("own", "")}):
            g.actor = cast.actor("technician")
            form = BenchForm(meta={"csrf": False})
            try:
                if "own" in values:
                    return guards.own_secret(form.secret.data, at=watch.now())
                return guards.second_person(form.signer, at=watch.now())
            except Refused as refusal:
                form.add_findings(refusal.findings)
                return form.problems()

    return send


def test_the_second_person_signs_on_the_same_screen(bench, cast):
    assert bench(username="pharmacist", secret=PASSWORD) == cast.actor("pharmacist")


def test_what_is_wrong_stands_at_the_second_persons_field(bench):
    [(anchor, words)] = bench(username="pharmacist", secret="wrong")
    assert anchor == "signer-secret"
    assert words.startswith("The name and the password do not belong together")


def test_ones_own_secret_is_asked_again(bench, cast):
    assert bench(own=PASSWORD) == cast.actor("technician")
    assert bench(own="wrong")[0][0] == "secret"


def test_the_first_persons_session_goes_on(signed_in, cast, watch):
    browser = signed_in("technician")
    check(cast, watch, "pharmacist")
    assert is_inside(browser)


def test_who_else_could_sign_is_named(app, cast):
    me = cast.actor("practitioner").person_id
    assert queries.staff_who_may(Permission.VERIFY, cast.site.id, me) == [
        "Claire Morel",
        "Hugo Petit",
        "Noah Blanc",
    ]
    assert queries.staff_who_may(Permission.MANAGE_CLINIC, cast.site.id) == ["Alix Bernard"]
    assert "Lea Garnier" in queries.staff_who_may(Permission.VERIFY, cast.other_site.id)
