"""Who may do what: one table, the same in the code, on the page and in the rail."""

import pytest
from flask import Flask, g

from formulary.accounts import Actor, Forbidden, Permission, ReadOnly, Role, SignInNeeded, public, requires
from formulary.accounts.guards import Undeclared, every_door_declares
from formulary.accounts.permissions import ALLOWED, AUDIT_SIGHT, RECALL_SIGHT, AuditSight, RecallSight

P, T, D, R, A, U = Role
TABLE = {
    "see stock": (P, T, D, R, U),
    "receive, open, count, move and waste stock": (P, T),
    "place a hold": (P, T, D, R),
    "release a hold": (P, R),
    "release from quarantine and correct lots": (P,),
    "register and edit patients": (P, D),
    "apply and read patch tests": (P, D),
    "compose a draft": (P, D),
    "sign a prescription": (D,),
    "verify a prescription": (P, D),
    "release a preparation": (P, D),
    "prepare, draw and reconstitute": (P, T, D),
    "administer and record reactions": (D,),
    "co-sign a STOP": (P, D),
    "witness waste": (P, T, D),
    "author formulas, limits and rules": (P, D),
    "approve formulas, limits and rules": (P, D),
    "run recall cases": (R,),
    "look up who was touched by a lot": (P, T, D, R, U),
    "manage people, sites, places and policies": (A,),
}


def actor(*roles):
    return Actor(1, 1, "x", "X", 1, frozenset(roles))


@pytest.mark.parametrize(("act", "roles"), TABLE.items())
def test_each_act_belongs_to_its_roles(act, roles):
    assert ALLOWED[Permission(act)] == frozenset(roles)


def test_every_act_has_its_roles():
    assert ALLOWED.keys() == set(Permission)
    assert all(ALLOWED.values())


def test_how_much_of_a_patient_a_recall_shows():
    assert RECALL_SIGHT == {
        T: RecallSight.COUNTS, P: RecallSight.CODES, D: RecallSight.OWN_NAMES, R: RecallSight.NAMES,
        U: RecallSight.NAMES,
    }  # fmt: skip
    assert actor(T, R).recall_sight is RecallSight.NAMES
    assert actor(A).recall_sight is RecallSight.COUNTS


def test_how_much_of_the_trail_a_role_reads():
    assert {role: sight for role, sight in AUDIT_SIGHT.items() if sight is not AuditSight.OWN} == {
        R: AuditSight.CASES, A: AuditSight.ALL, U: AuditSight.ALL,
    }  # fmt: skip
    assert actor(P, R).audit_sight is AuditSight.CASES


def test_roles_add_up():
    both = actor(P, D)
    assert both.permissions == actor(P).permissions | actor(D).permissions
    assert both.role == "pharmacist, practitioner"


def test_what_is_missing_is_named():
    with pytest.raises(Forbidden, match="needs the right to sign a prescription") as forbidden:
        actor(T).must(Permission.PRESCRIBE)
    assert forbidden.value.permission is Permission.PRESCRIBE


@pytest.fixture
def small():
    """A bare app with one view per kind of door."""
    app = Flask(__name__)

    @app.route("/look", methods=["GET", "POST"])
    @requires(Permission.SEE_STOCK)
    def look():
        return "in"

    @app.post("/search")
    @requires(Permission.SEE_STOCK, also_read_only=True)
    def search():
        return "in"

    @app.route("/open")
    @public
    def is_open():
        return "in"

    return app


def call(app, path, method, who):
    with app.test_request_context(path, method=method):
        g.actor = who
        return app.view_functions[path[1:]]()


def test_nobody_enters_without_a_session(small):
    with pytest.raises(SignInNeeded):
        call(small, "/look", "GET", None)


def test_nobody_enters_without_the_right(small):
    with pytest.raises(Forbidden):
        call(small, "/look", "GET", actor(A))


def test_whoever_has_it_enters(small):
    assert call(small, "/look", "POST", actor(T)) == "in"


def test_the_auditor_looks_and_searches_and_changes_nothing(small):
    assert call(small, "/look", "GET", actor(U)) == "in"
    assert call(small, "/search", "POST", actor(U)) == "in"
    with pytest.raises(ReadOnly):
        call(small, "/look", "POST", actor(U))


def test_an_auditor_who_is_more_than_that_does_what_the_other_role_may(small):
    assert call(small, "/look", "POST", actor(U, T)) == "in"


def test_a_door_that_declares_nothing_stops_the_start(small):
    small.view_functions.pop("static", None)
    small.add_url_rule("/forgotten", "forgotten", lambda: "in")
    with pytest.raises(Undeclared, match="forgotten"):
        every_door_declares(small)


def test_every_door_of_the_house_declares(app):
    every_door_declares(app)


def test_the_open_doors_are_few_and_known(app):
    opened = {name for name, view in app.view_functions.items() if getattr(view, "permission", "") is None}
    assert opened - {"start"} == {"accounts.sign_in", "accounts.link", "healthz", "readyz"}


def test_the_page_shows_the_table(clients):
    page = clients("technician").get_ok("/accounts/rights")
    rows = [tr for tr in page.all("tr")][1:]
    assert len(rows) == len(Permission)
    assert "Sign a prescription no no may no no no" in " ".join(page.text.split())


# Who reads what does not depend on the database.
@pytest.mark.databases("sqlite")
@pytest.mark.parametrize(
    "username", ["admin", "pharmacist", "technician", "practitioner", "recall", "auditor"]
)
def test_the_rail_offers_what_the_person_may_open_and_nothing_else(app, clients, cast, username):
    browser = clients(username)
    offered = browser.get_ok("/accounts/me").one("nav", class_="rail").iter("a")
    wanted = {a.get("href") for a in offered} - {"/"}
    may = cast.actor(username).permissions
    for endpoint in ("accounts.clinic", "audit.trail", "stock.index", "patients.index", "recalls.index"):
        view = app.view_functions.get(endpoint)
        if view:
            with app.test_request_context():
                url = app.url_for(endpoint)
            assert (url in wanted) == (view.permission in may), (endpoint, wanted)
