"""`formulary user`: the way in when no page helps; passwords are set through links alone."""

import pytest

from formulary.accounts import queries
from formulary.app import create_app
from formulary.audit.queries import entries_about
from formulary.config import load

NEW = ("--name", "Manon Roux", "--role", "practitioner", "--role", "auditor")


@pytest.fixture
def inside(clinic, environ, made_apps):
    """The app's context on the clinic's database."""
    with create_app(load(environ)).app_context():
        yield


def test_add_makes_a_person_and_prints_a_link(inside, formulary):
    result = formulary("user", "add", "M.Roux", *NEW)
    assert "Manon Roux sets a password here, once, within 24 hours:" in result.output
    assert "/accounts/links/" in result.output
    user = queries.user_named("m.roux")
    assert set(queries.roles_of(user.id).popitem()[1]) == {"practitioner", "auditor"}
    acts = [(e.action, e.person_id, e.role) for e in entries_about("user_account", user.id)]
    assert acts == [("accounts.make_link", None, "terminal"), ("accounts.add_user", None, "terminal")]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("add", "a.bernard", *NEW), "“a.bernard” is taken."),
        (("add", "two words", *NEW), "cannot be a name to sign in with"),
        (("add", "x", *NEW, "--site", "Rome"), "Name one site with --site. There are: Paris"),
        (("reset", "nobody"), "There is no account “nobody”."),
        (("disable", "a.bernard", "--reason", "x"), "Nobody would be left who may manage people and sites."),
    ],
)
def test_what_cannot_be_done_is_told(inside, formulary, arguments, words):
    assert words in formulary("user", *arguments, status=1).output


def test_reset_prints_a_link(inside, formulary):
    assert "/accounts/links/" in formulary("user", "reset", "A.Bernard").output


def test_disable_closes_the_account(inside, formulary):
    formulary("user", "add", "m.roux", *NEW)
    formulary("user", "disable", "m.roux", "--reason", "left the clinic")
    user = queries.user_named("m.roux")
    assert (user.is_active, entries_about("user_account", user.id)[0].reason) == (False, "left the clinic")
    assert "closed" in formulary("user", "list").stdout.splitlines()[1]


def test_list_shows_everybody_with_roles(inside, formulary):
    formulary("user", "add", "m.roux", *NEW, "--site", "paris")
    lines = [" ".join(line.split()) for line in formulary("user", "list").stdout.splitlines()]
    assert lines == [
        "a.bernard Alix Bernard waits for a password administrator at Paris",
        "m.roux Manon Roux waits for a password auditor, practitioner at Paris",
    ]


def test_a_role_that_does_not_exist_is_not_taken(inside, formulary):
    result = formulary("user", "add", "x", "--name", "X", "--role", "owner", status=2)
    assert "'owner' is not one of" in result.output
