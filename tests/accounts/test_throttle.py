"""Too many tries: counted in the database, per account and per address, with a wait that grows and ends."""

import pytest

from formulary.accounts import guards, queries
from formulary.accounts.actions import Throttled
from formulary.accounts.models import SignInAttempt
from formulary.db import db
from formulary.rules.findings import Refused
from tests.accounts.conftest import SIGN_IN
from tests.support.builders.accounts import PASSWORD
from tests.support.client import Client

WRONG = "not-the-password"


def fail(app, username="pharmacist", address="127.0.0.1", password=WRONG):
    """One try from an address; returns the answer."""
    browser = Client(app)
    page = browser.get_ok(SIGN_IN)
    return browser.submit(
        page, {"username": username, "password": password}, environ_base={"REMOTE_ADDR": address}
    )


@pytest.mark.parametrize("username", ["pharmacist", "nobody-here"])
def test_the_sixth_try_of_a_minute_waits_whoever_it_is(app, username):
    assert [fail(app, username).status_code for _ in range(6)] == [422] * 5 + [429]


def test_the_answer_says_how_long(app):
    for _ in range(5):
        fail(app)
    answer = fail(app)
    assert answer.headers["Retry-After"] == "60"
    assert "Wait 60 seconds, then try again." in answer.text


def test_the_right_password_waits_too(app):
    for _ in range(5):
        fail(app)
    assert fail(app, password=PASSWORD).status_code == 429


def test_others_do_not_wait(app):
    for _ in range(5):
        fail(app)
    assert fail(app, "technician", password=PASSWORD).status_code == 303


def test_after_the_wait_the_right_password_enters(app, watch):
    for _ in range(5):
        fail(app)
    watch.move(seconds=60)
    assert fail(app, password=PASSWORD).status_code == 303


def test_each_further_failure_doubles_the_wait_up_to_five_minutes(app, watch):
    for _ in range(5):
        fail(app)
    waits = []
    for _ in range(5):
        wait = queries.wait_for(account(), "127.0.0.1", watch.now()).total_seconds()
        waits.append(wait)
        watch.move(seconds=wait)
        assert fail(app).status_code == 422
    assert waits == [60, 120, 240, 300, 300]


def test_a_refusal_for_haste_does_not_count_as_a_failure(app, watch):
    for _ in range(9):
        fail(app)
    assert db.session.scalar(db.select(db.func.count(SignInAttempt.id))) == 5
    assert queries.wait_for(account(), "127.0.0.1", watch.now()).total_seconds() == 60


def test_nobody_is_locked_out_for_ever(app, watch):
    for _ in range(5):
        fail(app)
    watch.move(hours=1)
    assert not queries.wait_for(account(), "127.0.0.1", watch.now())


def test_entering_forgets_the_failures(app):
    for _ in range(4):
        fail(app)
    assert fail(app, password=PASSWORD).status_code == 303
    assert [fail(app).status_code for _ in range(5)] == [422] * 5


def test_twenty_failures_from_one_address_close_it_for_every_name(app, watch):
    answers = [fail(app, f"name-{number}", "203.0.113.7").status_code for number in range(21)]
    assert answers == [422] * 20 + [429]
    assert fail(app, "pharmacist", "203.0.113.7", PASSWORD).status_code == 429
    assert fail(app, "pharmacist", "203.0.113.8", PASSWORD).status_code == 303
    watch.move(seconds=61)
    assert fail(app, "pharmacist", "203.0.113.7", PASSWORD).status_code == 303


def test_a_forwarded_address_counts_only_from_a_declared_proxy(app, make_app):
    def fail_as(app, address, number):
        browser = Client(app)
        page = browser.get_ok(SIGN_IN)
        return browser.submit(
            page,
            {"username": f"name-{number}", "password": "not-the-password"},
            headers={"X-Forwarded-For": address},
        ).status_code

    assert [fail_as(app, f"198.51.100.{n}", n) for n in range(21)][-1] == 429
    behind = make_app(proxies=1)
    assert [fail_as(behind, f"192.0.2.{n}", n) for n in range(21)][-1] == 422


def test_many_at_once_do_not_slip_through(app, watch, at_once):
    def one(_number):
        try:
            guards.account_with("pharmacist", "wrong", what="accounts.sign", at=watch.now(), address="x")
        except Throttled:
            return "waits"
        except Refused:
            return "fails"

    answers = at_once(one, 12)
    assert sorted(answers) == ["fails"] * 5 + ["waits"] * 7


def test_tries_of_long_ago_are_swept_away(app, watch):
    fail(app, "somebody")
    watch.move(days=2)
    fail(app, password=PASSWORD)
    assert db.session.scalar(db.select(db.func.count(SignInAttempt.id))) == 0


def account():
    return db.session.scalar(db.select(SignInAttempt.account).order_by(SignInAttempt.id.desc()).limit(1))
