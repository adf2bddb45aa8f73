"""Every answer carries the headers, and only static files with their hash may be kept."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from formulary.web import assets, headers
from tests.web.house import make_app

ANSWERS = [
    "/parts",
    "/everything",
    "/raise/404",
    "/raise/403",
    "/raise/413",
    "/raise/busy",
    "/nowhere",
    "/static/look.css",
]


def get(client: FlaskClient, path: str) -> TestResponse:
    answer = client.get(path)
    answer.close()
    return answer


@pytest.mark.parametrize("path", ANSWERS)
def test_every_answer_carries_the_headers(client: FlaskClient, path: str) -> None:
    answer = get(client, path)
    for name, value in headers.HEADERS.items():
        assert answer.headers[name] == value


def test_the_policy_allows_nothing_inline_and_nothing_from_elsewhere() -> None:
    assert "unsafe" not in headers.CSP
    assert "data:" not in headers.CSP
    assert {value for value in headers.POLICY.values()} == {"'self'", "'none'"}


@pytest.mark.parametrize("path", ["/parts", "/raise/404", "/raise/busy"])
def test_a_page_is_not_kept(client: FlaskClient, path: str) -> None:
    assert get(client, path).headers["Cache-Control"] == "no-store"


def test_a_static_file_with_its_hash_is_kept_for_a_year(app: Flask, client: FlaskClient) -> None:
    with app.test_request_context():
        address = assets.asset("look.css")
    assert get(client, address).headers["Cache-Control"] == headers.LASTING


def test_a_static_file_without_its_hash_is_asked_for_again(client: FlaskClient) -> None:
    assert get(client, "/static/look.css").headers["Cache-Control"] == "no-cache"


def test_a_missing_static_file_is_not_kept(client: FlaskClient) -> None:
    assert get(client, "/static/none.css?v=1").headers["Cache-Control"] == "no-store"


def test_transport_security_is_said_only_behind_tls(client: FlaskClient) -> None:
    assert "Strict-Transport-Security" not in client.get("/parts").headers
    assert (
        make_app(HSTS=True).test_client().get("/parts").headers["Strict-Transport-Security"] == headers.HSTS
    )


def test_the_address_of_a_file_changes_with_its_content(app: Flask) -> None:
    with app.test_request_context():
        assert assets.asset("look.css") != assets.asset("forms.css")
        assert assets.version("look.css") in assets.asset("look.css")


def test_a_file_that_is_not_there_is_a_fault_of_ours(app: Flask) -> None:
    with app.test_request_context(), pytest.raises(FileNotFoundError):
        assets.asset("none.css")


def test_scripts_are_read_as_scripts(client: FlaskClient) -> None:
    assert get(client, "/static/scan.js").mimetype == "text/javascript"


def test_a_form_that_is_too_large_is_refused(client: FlaskClient) -> None:
    answer = client.post("/everything", data={"notes": "x" * 1_100_000})
    assert answer.status_code == 413
    assert b"too large" in answer.data
