"""Every fault is answered with what happened, why, and what to do; as a page and as a fragment."""

import logging

import pytest
from flask import Flask
from flask.testing import FlaskClient

from formulary.web import errors
from tests.web.house import make_app

FAULTS = [
    ("missing", 404, "There is nothing here"),
    ("404", 404, "There is nothing here"),
    ("stale", 409, "This was changed meanwhile"),
    ("stale-gone", 409, "This was changed meanwhile"),
    ("busy", 503, "Others are writing just now"),
    ("refused", 422, "Lot G4405 is on hold."),
    ("not-allowed", 403, "You may not do this"),
    ("403", 403, "You may not do this"),
    ("many", 429, "Too many tries"),
    ("413", 413, "This is too large"),
    ("415", 415, "This kind of content is not taken"),
    ("400", 400, "This request cannot be read"),
    ("418", 418, "This request cannot be read"),
    ("500", 500, "Something here is out of order"),
]


@pytest.mark.parametrize(("what", "status", "says"), FAULTS)
def test_a_fault_is_a_page(client: FlaskClient, what: str, status: int, says: str) -> None:
    answer = client.get(f"/raise/{what}")
    assert answer.status_code == status
    assert says in answer.text
    assert answer.text.startswith("<!doctype html>")


@pytest.mark.parametrize(("what", "status", "says"), FAULTS)
def test_a_fault_is_a_fragment_for_htmx(client: FlaskClient, what: str, status: int, says: str) -> None:
    answer = client.get(f"/raise/{what}", headers={"HX-Request": "true"})
    assert answer.status_code == status
    assert says in answer.text
    assert "<html" not in answer.text
    assert 'role="alert"' in answer.text


def test_an_address_that_is_not_there_is_a_page(client: FlaskClient) -> None:
    assert client.get("/nowhere").status_code == 404


def test_the_wrong_method_says_which_are_right(client: FlaskClient) -> None:
    answer = client.post("/parts")
    assert answer.status_code == 405
    assert "GET" in answer.headers["Allow"]


@pytest.mark.parametrize(("what", "seconds"), [("busy", "2"), ("many", "30")])
def test_what_passes_says_when_to_come_again(client: FlaskClient, what: str, seconds: str) -> None:
    assert client.get(f"/raise/{what}").headers["Retry-After"] == seconds


def test_a_stale_save_says_who_changed_it_and_keeps_what_was_typed(client: FlaskClient) -> None:
    typed = {
        "dose": "150",
        "sign_password": "hunter2",
        "key": "abcdefghijklmnop",
        "notes": "<b>long</b>",
        "empty": "",
    }
    text = client.post("/raise/stale", data=typed).text
    assert "Noah Blanc changed row 7 at 08:14." in text
    assert "150" in text
    assert "&lt;b&gt;long" in text
    assert "hunter2" not in text
    assert "abcdefghijklmnop" not in text


def test_a_stale_save_leads_back_to_the_page(client: FlaskClient) -> None:
    assert 'href="/raise/stale"' in client.post("/raise/stale").text


def test_a_refusal_shows_each_finding(client: FlaskClient) -> None:
    text = client.get("/raise/two").text
    assert "dose.above_max" in text
    assert "pair.no_data" in text


def test_an_unforeseen_fault_gives_a_reference_that_is_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    app = make_app(PROPAGATE_EXCEPTIONS=False)
    app.testing = False
    with caplog.at_level(logging.ERROR):
        answer = app.test_client().get("/raise/fault")
    assert answer.status_code == 500
    reference = next(r.args[0] for r in caplog.records if r.msg.startswith("incident"))
    assert str(reference) in answer.text
    assert "secret detail" not in answer.text
    assert "Traceback" not in answer.text


def test_a_fault_needs_neither_the_shell_nor_the_database(client: FlaskClient) -> None:
    assert 'class="rail"' not in client.get("/raise/busy").text


def test_somebody_who_is_not_signed_in_gets_a_plain_page(client: FlaskClient) -> None:
    answer = client.get("/raise/404", headers={"X-Signed-In": "0"})
    assert answer.status_code == 404
    assert 'class="rail"' not in answer.text


def test_a_problem_may_have_its_own_words(app: Flask) -> None:
    with app.test_request_context():
        app.preprocess_request()
        answer = errors.answer(errors.problem(404, title="No such lot", why="L9 is not here."))
    text = answer.get_data(as_text=True)
    assert "No such lot" in text
    assert "L9 is not here." in text


def test_the_words_have_a_calm_tone() -> None:
    for status in (400, 403, 404, 405, 413, 415, 429, 500, 503):
        told = errors.problem(status)
        words = f"{told.title} {told.why} {told.remedy}".lower()
        assert told.title and told.why and told.remedy
        assert not any(word in words for word in ("please", "oops", "invalid", "error", "!", "successfully"))


def test_a_redirect_is_no_fault(client: FlaskClient) -> None:
    assert client.get("/flash").status_code == 302
    assert "Lot L2231 is on the shelf." in client.get("/parts").text
