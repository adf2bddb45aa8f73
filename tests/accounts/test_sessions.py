"""Sessions: the row decides, not the cookie; they end when they should, and copies of cookies with them."""

import hashlib

import pytest

from formulary.accounts import Role, actions, queries
from formulary.accounts.guards import COOKIE
from formulary.accounts.models import StaffRole, User, UserSession
from formulary.db import db, transaction
from tests.accounts.conftest import cookie, copy_of, enter, is_inside
from tests.support.builders import saved
from tests.support.builders.accounts import PASSWORD
from tests.support.client import Client
from tests.support.counting import counting_queries

WRITES = ("INSERT", "UPDATE", "DELETE")
NEW = "four-words-of-no-use"


def rows():
    db.session.rollback()
    return db.session.scalars(db.select(UserSession).order_by(UserSession.id)).all()


def written(counted):
    return [statement for statement in counted.statements if statement.startswith(WRITES)]


def test_the_cookie_is_for_this_host_over_tls_and_out_of_reach_of_scripts(client):
    page = client.get_ok("/accounts/sign-in")
    answer = client.submit(page, {"username": "pharmacist", "password": PASSWORD})
    made = next(c for c in answer.headers.getlist("Set-Cookie") if c.startswith(COOKIE))
    assert made.startswith("__Host-formulary=")
    parts = {part.strip() for part in made.split(";")[1:]}
    assert parts == {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"}


def test_so_is_the_cookie_of_the_forms(client):
    answer = client.get("/accounts/sign-in")
    made = answer.headers["Set-Cookie"]
    assert made.startswith("__Host-csrf=")
    assert {part.strip() for part in made.split(";")[1:]} == {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"}


def test_the_token_is_long_and_stored_as_a_hash(signed_in):
    token = cookie(signed_in("pharmacist"))
    assert len(token) == 43
    assert [row.token_hash for row in rows()] == [hashlib.sha256(token.encode()).hexdigest()]


@pytest.mark.parametrize("token", ["", "planted", "x" * 43, "é" * 10, "a" * 4000])
def test_an_invented_token_opens_nothing(client, token):
    client.browser.set_cookie(COOKIE, token)
    assert not is_inside(client)


def test_a_planted_token_is_never_logged_in(app, client):
    client.browser.set_cookie(COOKIE, "p" * 43)
    enter(client, "pharmacist")
    assert cookie(client) != "p" * 43
    other = Client(app)
    other.browser.set_cookie(COOKIE, "p" * 43)
    assert not is_inside(other)


def test_it_ends_after_the_idle_time(signed_in, watch):
    browser = signed_in("pharmacist")
    watch.move(minutes=15)
    assert not is_inside(browser)


def test_use_keeps_it_open(signed_in, watch):
    browser = signed_in("pharmacist")
    for _ in range(5):
        watch.move(minutes=14)
        assert is_inside(browser)


def test_the_idle_time_can_be_set(app, make_app, watch):
    browser = enter(Client(make_app(idle_minutes=60)), "pharmacist")
    watch.move(minutes=59)
    assert is_inside(browser)


def test_it_ends_after_twelve_hours_whatever_happens(signed_in, watch):
    browser = signed_in("pharmacist")
    for _ in range(71):
        watch.move(minutes=10)
        assert is_inside(browser)
    watch.move(minutes=10)
    assert not is_inside(browser)


def test_its_last_use_is_written_once_a_minute_at_most(signed_in, watch):
    browser = signed_in("pharmacist")
    for seconds, expected in ((0, 0), (59, 0), (1, 1), (30, 0), (30, 1)):
        watch.move(seconds=seconds)
        with counting_queries() as counted:
            browser.get_ok("/accounts/rights")
        assert len(written(counted)) == expected, counted
    assert rows()[0].last_seen_at == watch.now()


def test_a_page_costs_few_queries(signed_in):
    browser = signed_in("pharmacist")
    browser.get_ok("/accounts/rights")
    with counting_queries() as counted:
        browser.get_ok("/accounts/rights")
    session, site, *of_the_rail = counted.statements
    assert ("user_session" in session, "FROM site" in site) == (True, True)
    assert len(of_the_rail) <= 4, counted


def test_static_files_ask_nobody_who_they_are(signed_in):
    browser = signed_in("pharmacist")
    with counting_queries() as counted:
        browser.get("/static/look.css").close()
    assert len(counted) == 0, counted


def test_signing_out_kills_it_and_every_copy(signed_in):
    browser = signed_in("pharmacist")
    thief = copy_of(browser)
    assert is_inside(thief)
    answer = browser.submit(browser.get_ok("/accounts/me"), to="/sign-out")
    assert answer.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert cookie(browser) == ""
    assert not is_inside(browser)
    assert not is_inside(thief)


def test_changing_the_password_kills_the_others_and_renews_this_one(signed_in):
    browser, elsewhere = signed_in("pharmacist"), signed_in("pharmacist")
    thief = copy_of(browser)
    values = {"secret": PASSWORD, "password": NEW, "again": NEW}
    browser.post_ok("/accounts/password", values)
    assert [is_inside(one) for one in (browser, elsewhere, thief)] == [True, False, False]


def test_closing_the_account_kills_it(signed_in, cast, watch):
    browser = signed_in("pharmacist")
    with transaction():
        user = queries.user(cast.user("pharmacist").id)
        actions.close_account(user, reason="left", at=watch.now(), by=cast.actor("admin"))
    assert not is_inside(browser)


def test_an_account_that_is_not_active_has_no_session_whatever_its_sessions_say(signed_in, cast):
    browser = signed_in("pharmacist")
    with transaction():
        db.session.info["audited"] = True
        theirs = User.id == cast.user("pharmacist").id
        db.session.execute(db.update(User).where(theirs).values(is_active=False))
    assert not is_inside(browser)


def test_changing_a_role_kills_it(signed_in, cast, watch):
    browser = signed_in("pharmacist")
    with transaction():
        user = queries.user(cast.user("pharmacist").id)
        actions.change_roles(user, cast.site.id, {Role.TECHNICIAN}, at=watch.now(), by=cast.actor("admin"))
    assert not is_inside(browser)


def test_rights_are_read_anew_at_each_request(signed_in, cast):
    browser = signed_in("admin")
    browser.get_ok("/accounts/people")
    theirs = StaffRole.user_id == cast.user("admin").id
    with transaction():
        db.session.info["audited"] = True
        db.session.execute(db.update(StaffRole).where(theirs).values(role="technician"))
    browser.get_page("/accounts/people", 403)


def test_without_any_role_left_there_is_no_session(signed_in, cast):
    browser = signed_in("technician")
    with transaction():
        db.session.info["audited"] = True
        db.session.execute(db.delete(StaffRole).where(StaffRole.user_id == cast.user("technician").id))
    assert not is_inside(browser)


def test_a_clock_that_was_ahead_and_was_set_right_locks_nobody_out(signed_in, cast, watch):
    watch.move(days=30)
    with transaction():
        user = queries.user(cast.user("technician").id)
        roles = {Role.TECHNICIAN, Role.RECALL_OFFICER}
        actions.change_roles(user, cast.site.id, roles, at=watch.now(), by=cast.actor("admin"))
    watch.move(days=-30)
    assert is_inside(signed_in("technician"))


def test_one_sees_and_ends_ones_own_sessions(signed_in):
    browser, elsewhere = signed_in("pharmacist"), signed_in("pharmacist")
    page = browser.get_ok("/accounts/me")
    assert page.text.count("this one") == 1
    answer = browser.submit(page, press="End it")
    assert answer.status_code == 303
    assert (is_inside(browser), is_inside(elsewhere)) == (True, False)


def test_nobody_ends_anothers(signed_in):
    browser, theirs = signed_in("pharmacist"), signed_in("technician")
    signed_in("pharmacist")
    page = browser.get_ok("/accounts/me")
    token = page.form(to="/end").fields["csrf_token"][0]
    number = rows()[1].id
    answer = browser.post(f"/accounts/sessions/{number}/end", {"csrf_token": token})
    assert (answer.status_code, is_inside(theirs)) == (403, True)


def test_but_an_administrator_does(signed_in, cast):
    theirs, admin = signed_in("technician"), signed_in("admin")
    page = admin.get_ok(f"/accounts/people/{cast.user('technician').id}")
    admin.submit(page, press="End it")
    assert not is_inside(theirs)


def test_signing_out_needs_a_session(client):
    page = client.get_ok("/accounts/sign-in")
    token = page.form().fields["csrf_token"][0]
    answer = client.post("/accounts/sign-out", {"csrf_token": token})
    assert answer.location == "/accounts/sign-in"


def test_moving_to_another_site_is_another_token(signed_in, cast):
    saved(StaffRole(user_id=cast.user("pharmacist").id, site_id=cast.other_site.id, role="technician"))
    browser = signed_in("pharmacist")
    thief = copy_of(browser)
    browser.submit(browser.get_ok("/accounts/choose"), press=f"Work at {cast.site.name}")
    assert (is_inside(browser), is_inside(thief)) == (True, False)
