"""Signing in: the door opens for the right secret, and says nothing about anybody's account."""

from urllib.parse import quote

import pytest
from argon2 import PasswordHasher, extract_parameters

from formulary.accounts import actions, guards, queries
from formulary.accounts.actions import passwords
from formulary.accounts.models import StaffRole, User, UserSession
from formulary.audit.models import AuditEntry
from formulary.db import db, transaction
from formulary.rules.findings import Refused
from tests.accounts.conftest import SIGN_IN, cookie, is_inside
from tests.support.builders import a_user, saved
from tests.support.builders.accounts import PASSWORD
from tests.support.client import Client, local

WRONG = "The name and the password do not belong together, or the account is closed."


def last_entry():
    return db.session.scalars(db.select(AuditEntry).order_by(AuditEntry.id.desc()).limit(1)).one()


def sessions():
    return db.session.scalar(db.select(db.func.count(UserSession.id)))


def test_the_right_name_and_password_open_a_session(signed_in):
    page = signed_in("pharmacist").get_ok("/accounts/me")
    assert page.h1 == "Claire Morel"
    assert sessions() == 1


def test_the_name_is_the_same_in_capitals(signed_in):
    assert is_inside(signed_in(" Pharmacist "))


def test_signing_in_stands_in_the_trail(signed_in, cast, watch):
    signed_in("pharmacist")
    entry = last_entry()
    assert (entry.action, entry.outcome, entry.person_name) == ("accounts.sign_in", "done", "Claire Morel")
    assert (entry.object_id, entry.at) == (cast.user("pharmacist").id, watch.now())
    assert entry.new == {"address": "127.0.0.1"}


@pytest.mark.parametrize(
    ("username", "password"),
    [
        ("pharmacist", "not-the-password"),
        ("nobody-here", PASSWORD),
        ("pharmacist", PASSWORD + " "),
        ("pharmacist", PASSWORD.upper()),
        ("closed", PASSWORD),
        ("waiting", PASSWORD),
        ("waiting", "somebody who is not there"),
    ],
)
def test_whatever_is_wrong_the_answer_is_the_same(app, cast, client, username, password):
    a_user("closed", "pharmacist", site=cast.site, is_active=False)
    a_user("waiting", "pharmacist", site=cast.site, password_hash="")
    page = client.post_refused(SIGN_IN, {"username": username, "password": password})
    assert page.errors == [f"{WRONG} Type both again, or ask an administrator for a new link."]
    assert sessions() == 0
    assert cookie(client) == ""


def test_a_failure_stands_in_the_trail_with_whose_account_it_was(client, cast):
    client.post_refused(SIGN_IN, {"username": "pharmacist", "password": "not-the-password"})
    entry = last_entry()
    assert (entry.action, entry.outcome, entry.person_id) == ("accounts.sign_in", "refused", None)
    assert (entry.person_name, entry.object_id) == ("Claire Morel", cast.user("pharmacist").id)


def test_what_was_typed_for_a_name_is_nowhere(client):
    client.post_refused(SIGN_IN, {"username": "my-own-password", "password": "x" * 12})
    entry = last_entry()
    assert entry.person_name == "unknown name"
    assert "my-own-password" not in str(vars(entry))


def test_an_unknown_name_takes_as_long_as_a_known_one(client, monkeypatch):
    """What takes long is argon2id: it is asked once for either, of a hash with the same figures."""
    asked, verify = [], passwords._hasher.verify

    def noting(kept, secret):
        asked.append((extract_parameters(kept), secret))
        return verify(kept, secret)

    monkeypatch.setattr(passwords._hasher, "verify", noting)
    for username in ("pharmacist", "nobody-1"):
        client.post_refused(SIGN_IN, {"username": username, "password": "not-the-password"})
    assert asked == [(extract_parameters(passwords.hashed("any")), "not-the-password")] * 2


# Where one may be led does not depend on the database.
@pytest.mark.databases("sqlite")
@pytest.mark.parametrize(
    ("wanted", "lands"),
    [
        ("/accounts/rights", "/accounts/rights"),
        ("/accounts/rights?a=1", "/accounts/rights?a=1"),
        ("https://elsewhere.example/", "/"),
        ("//elsewhere.example/", "/"),
        ("/\\elsewhere.example", "/"),
        ("\\/elsewhere.example", "/"),
        ("/\telsewhere", "/"),
        ("javascript:alert(1)", "/"),
        ("accounts/rights", "/"),
        ("", "/"),
    ],
)
def test_afterwards_one_goes_where_one_wanted_inside_the_house_alone(client, wanted, lands):
    page = client.get_page(f"{SIGN_IN}?next=" + quote(wanted))
    answer = client.submit(page, {"username": "pharmacist", "password": PASSWORD})
    assert (answer.status_code, answer.location) == (303, lands)


def test_a_page_that_needs_a_session_leads_to_the_door_and_back(client):
    answer = client.get("/accounts/rights?page=2")
    assert local(answer.location) == "/accounts/sign-in?next=/accounts/rights?page%3D2"
    landed = client.post_ok(local(answer.location), {"username": "pharmacist", "password": PASSWORD})
    assert landed.h1 == "Who may do what"


def test_htmx_is_told_where_the_door_is(client):
    answer = client.get("/accounts/me", headers={"HX-Request": "true"})
    assert (answer.status_code, answer.headers["HX-Redirect"]) == (401, SIGN_IN)


def test_an_account_without_a_role_is_told_so(client):
    a_user("new", site=None)
    page = client.post_refused(SIGN_IN, {"username": "new", "password": PASSWORD})
    assert page.errors == ["Your account has no role at any site. Ask an administrator to give you one."]


def test_empty_fields_are_named(client):
    page = client.post_refused(SIGN_IN, {"username": "", "password": ""})
    assert page.errors == ["Type your name.", "Type your password."]


def test_signing_in_as_another_ends_the_session_of_before(signed_in):
    browser = signed_in("pharmacist")
    old = cookie(browser)
    browser.post_ok(
        f"{SIGN_IN}?next=/accounts/me",
        {"username": "technician", "password": PASSWORD},
        at=SIGN_IN + "?next=/accounts/me",
    )
    assert browser.get_ok("/accounts/me").h1 == "Tom Girard"
    other = Client(browser.app)
    other.browser.set_cookie("__Host-formulary", old)
    assert not is_inside(other)


def test_a_hash_of_lesser_figures_is_renewed(app, cast, signed_in):
    weak = PasswordHasher(time_cost=1, memory_cost=8 * 1024, parallelism=1).hash(PASSWORD)
    a_user("old", "pharmacist", site=cast.site, password_hash=weak)
    signed_in("old")
    db.session.rollback()
    renewed = db.session.scalar(db.select(User.password_hash).filter_by(username="old"))
    assert renewed.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert is_inside(signed_in("old"))


def test_who_works_at_several_sites_chooses(client, cast):
    saved(StaffRole(user_id=cast.user("pharmacist").id, site_id=cast.other_site.id, role="technician"))
    page = client.post_ok(SIGN_IN + "?next=/accounts/me", {"username": "pharmacist", "password": PASSWORD})
    assert page.h1 == "Where do you work now?"
    landed = client.submit(page, press=f"Work at {cast.site.name}")
    assert landed.location == "/accounts/me"
    me = client.get_ok("/accounts/me")
    assert "Les Tilleuls, Paris Pharmacist" in me.text


def test_the_next_time_it_begins_at_the_site_of_the_last(signed_in, cast):
    saved(StaffRole(user_id=cast.user("pharmacist").id, site_id=cast.other_site.id, role="technician"))
    browser = signed_in("pharmacist")
    browser.submit(browser.get_ok("/accounts/choose"), press=f"Work at {cast.site.name}")
    assert "Les Tilleuls, Paris Pharmacist" in signed_in("pharmacist").get_ok("/accounts/me").text


def test_a_site_without_a_role_cannot_be_chosen(signed_in, cast):
    browser = signed_in("pharmacist")
    page = browser.get_ok("/accounts/choose")
    answer = browser.submit(page, {"site_id": cast.other_site.id}, to="/choose")
    assert answer.status_code == 422


def test_the_sign_in_page_knows_nothing_of_the_clinic(client):
    page = client.get_ok(SIGN_IN)
    assert (page.title, page.h1) == ("Sign in · Formulary", "Sign in")
    assert "Tilleuls" not in page.text


def test_a_password_changed_between_proof_and_session_opens_nothing(app, cast, watch):
    proven = guards.account_with("pharmacist", PASSWORD, what="accounts.sign_in", at=watch.now(), address="x")
    with transaction():
        user = queries.user(proven.user_id)
        actions.change_password(user, "four-words-of-no-use", at=watch.now(), by=cast.actor("admin"))
    with pytest.raises(Refused, match="do not belong together"), transaction():
        actions.sign_in(proven, PASSWORD, address="x", agent="y", at=watch.now())
