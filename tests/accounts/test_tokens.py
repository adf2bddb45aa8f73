"""Form tokens: every POST needs the one of its own session; without it nothing happens."""

import pytest

from formulary.accounts.models import UserSession
from formulary.db import db
from tests.accounts.conftest import SIGN_IN, cookie, is_inside
from tests.support.builders.accounts import PASSWORD
from tests.support.client import Client

CREDENTIALS = {"username": "pharmacist", "password": PASSWORD, "key": "k" * 24}


def token_of(browser, url="/accounts/password"):
    return browser.get_ok(url).form(to=url).fields["csrf_token"][0]


def change(browser, token):
    """A POST to a form of the session, with this token or none."""
    values = {"secret": PASSWORD, "password": "four-words-of-no-use", "again": "four-words-of-no-use"}
    return browser.post("/accounts/password", values | ({"csrf_token": token} if token is not None else {}))


# Whether a token fits is decided before any table is asked.
@pytest.mark.databases("sqlite")
@pytest.mark.parametrize("token", [None, "", "invented", "x" * 200, "é", "a.b.c"])
def test_a_missing_empty_or_invented_token_does_nothing(signed_in, token):
    browser = signed_in("pharmacist")
    page = browser.read(change(browser, token), "/accounts/password", 400)
    assert page.h1 == "This page is out of date"
    assert "Nothing was saved" in page.text
    signed_in("pharmacist")


def test_the_token_of_another_session_does_nothing(signed_in):
    mine, theirs = signed_in("pharmacist"), signed_in("technician")
    assert change(mine, token_of(theirs)).status_code == 400
    assert change(mine, token_of(mine)).status_code == 303


def test_nor_does_that_of_an_earlier_session_of_the_same_person(signed_in):
    assert change(signed_in("pharmacist"), token_of(signed_in("pharmacist"))).status_code == 400


def test_nor_does_another_sessions_cookie_of_tokens_help(signed_in):
    mine, theirs = signed_in("pharmacist"), signed_in("technician")
    token = token_of(theirs)
    mine.browser.set_cookie("__Host-csrf", cookie(theirs, "__Host-csrf"))
    assert change(mine, token).status_code == 400


def test_the_token_of_the_door_is_worth_nothing_inside(client):
    outside = token_of(client, SIGN_IN)
    client.post_ok(f"{SIGN_IN}?next=/accounts/me", CREDENTIALS)
    assert change(client, outside).status_code == 400


@pytest.mark.parametrize("token", [None, "", "invented"])
def test_signing_in_needs_one_too(client, token):
    answer = client.post(SIGN_IN, CREDENTIALS | ({"csrf_token": token} if token is not None else {}))
    assert (answer.status_code, cookie(client)) == (400, "")


def test_the_door_of_another_browser_does_not_open_mine(app, client):
    token = token_of(Client(app), SIGN_IN)
    client.get_ok(SIGN_IN)
    assert client.post(SIGN_IN, CREDENTIALS | {"csrf_token": token}).status_code == 400


def test_signing_out_needs_one_too(signed_in):
    browser = signed_in("pharmacist")
    assert browser.post("/accounts/sign-out").status_code == 400
    assert is_inside(browser)


def test_it_may_come_in_a_header_as_htmx_sends_it(signed_in):
    browser = signed_in("pharmacist")
    token = token_of(browser)
    answer = browser.post("/accounts/sign-out", headers={"X-CSRFToken": token})
    assert answer.status_code == 303


def test_the_page_of_a_refused_token_shows_nothing_of_what_was_typed(signed_in):
    browser = signed_in("pharmacist")
    assert PASSWORD not in change(browser, "invented").text


@pytest.mark.parametrize("url", ["/accounts/sign-out", "/accounts/sessions/1/end", "/accounts/people/1/link"])
def test_no_other_method_changes_anything(clients, url):
    browser = clients("admin")
    for method in ("GET", "HEAD", "PUT", "DELETE", "PATCH", "TRACE"):
        assert (browser.open(method, url).status_code, method) == (405, method)
    assert is_inside(browser)


def test_methods_cannot_be_disguised(signed_in):
    browser = signed_in("pharmacist")
    browser.get("/accounts/sign-out?_method=POST", headers={"X-HTTP-Method-Override": "POST"})
    assert is_inside(browser)


def test_a_post_from_an_ended_session_leads_to_the_door(signed_in):
    browser = signed_in("pharmacist")
    token = token_of(browser)
    db.session.rollback()
    number = db.session.scalar(db.select(UserSession.id).order_by(UserSession.id.desc()).limit(1))
    other = signed_in("pharmacist")
    page = other.get_ok("/accounts/me")
    assert other.submit(page, to=f"/accounts/sessions/{number}/end").status_code == 303
    answer = change(browser, token)
    assert (answer.status_code, answer.location) == (303, "/accounts/sign-in")
