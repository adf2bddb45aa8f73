"""`formulary init`: from nothing to a clinic whose administrator can enter."""

import re

from formulary.accounts import queries
from formulary.app import create_app
from formulary.audit.queries import chain_faults
from formulary.config import load, seed_folder
from formulary.patients import queries as patients
from formulary.seed.questions import read_questions
from tests.accounts.conftest import enter
from tests.support.client import Client

PASSWORD = "four-words-of-no-use"
QUESTIONS = "Les Tilleuls\nParis\nEurope/Paris\n.\na.bernard\nAlix Bernard\n"


def test_it_makes_tables_clinic_site_and_administrator(clinic, environ, made_apps):
    app = create_app(load(environ))
    with app.app_context():
        [site] = queries.sites()
        [user] = queries.people()
        assert (queries.organisation_name(), site.name, site.zone, site.decimal_mark) == (
            "Les Tilleuls", "Paris", "Europe/Paris", ",",
        )  # fmt: skip
        assert (user.username, user.password_hash) == ("a.bernard", "")
        assert {site.id: {"administrator"}} == queries.roles_of(user.id)
        assert list(chain_faults()) == []


def test_it_asks_every_patient_the_questions_of_the_sources(clinic, environ, made_apps):
    app = create_app(load(environ))
    with app.app_context():
        kinds = patients.condition_kinds()
        assert [kind.word for kind in kinds] == [row["word"] for row in read_questions(seed_folder())]
        assert {"pregnancy", "topical_active", "planned_sun"} <= {kind.word for kind in kinds}
        assert all(kind.source for kind in kinds)


def test_the_printed_link_lets_the_administrator_in(clinic, environ, made_apps):
    [address] = re.findall(r"http://127\.0\.0\.1:8000(/accounts/links/[\w-]{43})", clinic.output)
    app = create_app(load(environ))
    with app.app_context():
        browser = Client(app)
        browser.submit(browser.get_ok(address), {"password": PASSWORD, "again": PASSWORD})
        page = enter(browser, "a.bernard", PASSWORD).get_ok("/accounts/clinic")
        assert page.h1 == "Les Tilleuls"


def test_what_is_not_given_is_asked(formulary):
    result = formulary("init", input=QUESTIONS)
    assert "Name of the first site: Paris" in result.output
    assert "Les Tilleuls is set up. Start it with: formulary serve" in result.output


def test_a_second_time_it_refuses(clinic, formulary):
    result = formulary("init", input=QUESTIONS, status=1)
    assert "This database belongs to Les Tilleuls." in result.output


def test_what_will_not_do_leaves_nothing_behind(formulary):
    wrong = QUESTIONS.replace("Europe/Paris", "Paris time")
    assert "“Paris time” is no zone." in formulary("init", input=wrong, status=1).output
    formulary("init", input=QUESTIONS)
