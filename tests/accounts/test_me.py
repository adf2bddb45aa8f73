"""One's own account: the password in use is asked, and everything else is signed out."""

import pytest

from formulary.accounts import queries
from formulary.audit.queries import entries_about
from tests.accounts.conftest import enter, is_inside
from tests.support.builders.accounts import PASSWORD
from tests.support.client import Client

NEW = "four-words-of-no-use"


def test_the_page_shows_sites_and_roles(signed_in):
    page = signed_in("recall").get_ok("/accounts/me")
    assert page.h1 == "Rose Fournier"
    assert "Les Tilleuls, Paris recall officer" in page.text


def test_the_password_is_changed(signed_in, cast):
    browser = signed_in("pharmacist")
    page = browser.post_ok("/accounts/password", {"secret": PASSWORD, "password": NEW, "again": NEW})
    assert page.flashes == ["Your password is changed. You are signed out everywhere else."]
    assert is_inside(enter(Client(browser.app), "pharmacist", NEW))
    entry = entries_about("user_account", cast.user("pharmacist").id)[1]
    assert (entry.action, entry.old, entry.new) == ("accounts.change_password", {}, {})


# What a form refuses does not depend on the database.
@pytest.mark.databases("sqlite")
@pytest.mark.parametrize(
    "case",
    [
        ("wrong", NEW, NEW, "The name and the password do not belong together"),
        (PASSWORD, "short", "short", "It has 5 characters"),
        (PASSWORD, NEW, "other", "The two differ."),
        (PASSWORD, "Claire Morel", "Claire Morel", "It is a name that is known here."),
        ("", NEW, NEW, "Type your password."),
    ],
)
def test_what_will_not_do_is_told_and_changes_nothing(signed_in, cast, case):
    secret, password, again, words = case
    browser = signed_in("pharmacist")
    before = queries.user(cast.user("pharmacist").id).password_hash
    values = {"secret": secret, "password": password, "again": again}
    page = browser.post_refused("/accounts/password", values)
    assert page.errors[0].startswith(words)
    assert queries.user(cast.user("pharmacist").id).password_hash == before


def test_no_page_ever_shows_a_password(signed_in):
    values = {"secret": PASSWORD, "password": NEW, "again": "other"}
    page = signed_in("pharmacist").post_refused("/accounts/password", values)
    assert PASSWORD not in page.html
    assert NEW not in page.html


def test_the_auditor_changes_a_password_too(signed_in):
    browser = signed_in("auditor")
    browser.post_ok("/accounts/password", {"secret": PASSWORD, "password": NEW, "again": NEW})
    assert is_inside(browser)
