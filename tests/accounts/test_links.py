"""One-time links: for an invitation or a lost password; used once, within 24 hours, by whoever holds it."""

import re

import pytest

from formulary.accounts import actions, queries
from formulary.accounts.models import OneTimeLink
from formulary.db import Missing, db, retried, transaction
from tests.accounts.conftest import enter, is_inside
from tests.support.builders.accounts import PASSWORD
from tests.support.client import Client, local

NEW = "four-words-of-no-use"


@pytest.fixture
def token(app, cast, watch):
    """A link for the technician, made by the administrator."""
    return make(cast, watch)


def make(cast, watch):
    with transaction():
        user = queries.user(cast.user("technician").id)
        return actions.make_link(user, at=watch.now(), by=cast.actor("admin"))


def use(browser, token, password=NEW, again=NEW):
    return browser.submit(browser.get_ok(f"/accounts/links/{token}"), {"password": password, "again": again})


def test_it_sets_the_password_and_leads_to_the_door(client, token):
    answer = use(client, token)
    assert (answer.status_code, local(answer.location)) == (303, "/accounts/sign-in")
    assert is_inside(enter(client, "technician", NEW))


def test_the_old_password_is_gone_and_so_are_the_sessions(signed_in, client, token):
    inside = signed_in("technician")
    use(client, token)
    assert not is_inside(inside)
    client.post_refused("/accounts/sign-in", {"username": "technician", "password": PASSWORD})


def test_it_works_once(client, token):
    use(client, token)
    answer = client.get(f"/accounts/links/{token}")
    assert local(answer.location) == "/accounts/sign-in"
    assert "This link was used" in client.get_ok("/accounts/sign-in").text


def test_it_works_for_a_day(client, token, watch):
    watch.move(hours=23, minutes=59)
    client.get_ok(f"/accounts/links/{token}")
    watch.move(minutes=1)
    assert client.get(f"/accounts/links/{token}").status_code == 303


def test_a_newer_link_ends_the_older(client, cast, watch, token):
    newer = make(cast, watch)
    assert client.get(f"/accounts/links/{token}").status_code == 303
    client.get_ok(f"/accounts/links/{newer}")


@pytest.mark.parametrize("invented", ["x", "x" * 43, "%00", "é", "x" * 2000])
def test_an_invented_one_leads_to_the_door(client, invented):
    assert client.get(f"/accounts/links/{invented}").status_code == 303


def test_a_closed_account_cannot_be_entered_through_it(client, cast, watch, token):
    with transaction():
        user = queries.user(cast.user("technician").id)
        actions.close_account(user, reason="left", at=watch.now(), by=cast.actor("admin"))
    assert client.get(f"/accounts/links/{token}").status_code == 303


def test_its_token_is_stored_as_a_hash(app, token):
    assert token not in str([vars(row) for row in db.session.scalars(db.select(OneTimeLink))])
    assert len(token) == 43


@pytest.mark.parametrize(
    ("password", "again", "words"),
    [
        ("short", "short", "It has 5 characters; it takes 12 to 128."),
        ("qwerty123456", "qwerty123456", "It is one of those that are tried first."),
        ("Les Tilleuls", "Les Tilleuls", "It is a name that is known here."),
        (NEW, NEW + "x", "The two differ. Type the same twice."),
    ],
)
def test_a_password_that_will_not_do_is_told_and_the_link_still_works(client, token, password, again, words):
    page = client.read(use(client, token, password, again), "/accounts/links/x", 422)
    assert page.errors[0].startswith(words)
    assert use(client, token).status_code == 303


def test_of_two_who_use_it_at_once_one_does(app, watch, token, at_once):
    @retried
    def act(number):
        with transaction():
            return actions.use_link(token, f"{NEW}-{number}", at=watch.now()).username

    answers = at_once(act, 4)
    assert sorted(answers, key=str, reverse=True)[0] == "technician"
    assert sum(isinstance(answer, Missing) for answer in answers) == 3


def test_an_administrator_makes_one_on_the_page_and_sees_it_once(signed_in, cast):
    admin = signed_in("admin")
    page = admin.get_ok(f"/accounts/people/{cast.user('technician').id}")
    shown = admin.read(admin.submit(page, to="/link"), "link", 200)
    [made] = re.findall(r"/accounts/links/([\w-]{43})", shown.text)
    assert use(Client(admin.app), made).status_code == 303
