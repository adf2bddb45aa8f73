"""Every address names its permission, keeps others out, and writes nothing when it is only looked at."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from urllib.parse import unquote

import pytest
from flask import Flask
from werkzeug.exceptions import NotFound

from formulary.accounts import public
from formulary.accounts.guards import Undeclared, every_door_declares
from formulary.db import transaction
from tests.house.endpoints import Door, doors
from tests.house.sources import nothing
from tests.support.builders import a_person
from tests.support.client import MOVED, Client
from tests.support.counting import counting_queries
from tests.support.world import STAFF, Cast

OPEN_TO_ALL = {"accounts.sign_in", "accounts.link", "healthz", "readyz", "start"}
MAY_BE_WRITTEN_BY_GET = ("access_entry", "user_session")
WILD = ("0", "2147483648", "99999999999999999999", "-1", "x", "1.5", "%EF%BC%91", "1%00", "%27")
OWN_ACCOUNT = {"accounts.choose", "accounts.end_session", "accounts.password", "accounts.sign_out"}
ONE_OF_A_ROLE = [name for name in STAFF if name not in ("pharmacist2", "practitioner2")]
rights_alone = pytest.mark.databases("sqlite")  # who may enter is decided before any table is asked


def writes(statements: list[str]) -> list[str]:
    """The statements that change something other than who looked, and when a session was last seen."""
    changing = [
        s for s in statements if s.split(" ", 1)[0].upper() in ("INSERT", "UPDATE", "DELETE", "REPLACE")
    ]
    return [
        s
        for s in changing
        if not any(table in s.split("WHERE", maxsplit=1)[0] for table in MAY_BE_WRITTEN_BY_GET)
    ]


@contextmanager
def writing_nothing(what: str) -> Iterator[None]:
    """Fail where the block changes a row."""
    with counting_queries() as queries:
        yield
    assert writes(queries.statements) == [], what


@rights_alone
def test_every_endpoint_names_its_permission(app: Flask) -> None:
    every_door_declares(app)


@rights_alone
def test_an_endpoint_without_a_permission_stops_the_start(make_app: Callable[..., Flask]) -> None:
    app = make_app()
    app.add_url_rule("/planted", "planted", lambda: "")
    with pytest.raises(Undeclared, match="planted"):
        every_door_declares(app)


@rights_alone
def test_what_is_open_to_everybody_was_decided(app: Flask) -> None:
    assert {door.endpoint for door in doors(app) if door.permission is None} <= OPEN_TO_ALL


@rights_alone
def test_a_stranger_is_sent_to_the_door(app: Flask, client: Client) -> None:
    guarded = [door for door in doors(app, "GET") if door.permission]
    answers = {str(door): client.get(door.url()) for door in guarded}
    let_in = {name: a.status_code for name, a in answers.items() if a.status_code not in (*MOVED, 404)}
    assert let_in == {}
    assert {a.location.split("?")[0] for a in answers.values() if a.status_code in MOVED} == {
        "/accounts/sign-in"
    }


@rights_alone
@pytest.mark.parametrize("username", ONE_OF_A_ROLE)
def test_a_role_without_the_right_gets_403(app: Flask, cast: Cast, client: Client, username: str) -> None:
    may = cast.actor(username).permissions
    client.login(username)
    shut = [door for door in doors(app, "GET") if door.permission and door.permission not in may]
    answers = {str(door): client.get(door.url()).status_code for door in shut}
    assert set(answers.values()) <= {403, 404}, answers
    for door in shut[:3]:
        page = client.get_page(door.url(), status=403)
        assert door.permission is not None and door.permission.value in page.text


@rights_alone
def test_the_auditor_changes_nothing(app: Flask, client: Client) -> None:
    client.login("auditor")
    token = client.get_ok("/accounts/me").all("input", name="csrf_token")[0].get("value")
    posting = [door for door in doors(app, "POST") if door.permission and door.endpoint not in OWN_ACCOUNT]
    for door in posting:
        with writing_nothing(str(door)):
            status = client.post(door.url(), {"csrf_token": token}).status_code
        assert status in (403, 404, 200, 422), f"{door}: {status}"


# What a page writes is in its code; every page of the demo is opened by every role on both databases.
@pytest.mark.databases("sqlite")
@pytest.mark.parametrize("username", ONE_OF_A_ROLE)
def test_looking_writes_nothing(app: Flask, cast: Cast, client: Client, username: str) -> None:
    may = cast.actor(username).permissions
    client.login(username)
    opened = [door for door in doors(app, "GET") if door.permission in may]
    nothing(fault for door in opened for fault in looked_at(client, door))


def looked_at(client: Client, door: Door) -> Iterator[str]:
    """What goes wrong when somebody opens an address: a write, an unknown answer, a faulty page."""
    try:
        with writing_nothing("writes"):
            answer = client.get(door.url())
        if answer.status_code == 200 and answer.mimetype == "text/html":
            client.read(answer, door.url(), 200)
    except AssertionError as fault:
        yield f"{door}: {fault}"
        return
    if answer.status_code not in (200, 404, *MOVED):
        yield f"{door}: {answer.status_code}"


def test_a_view_that_writes_when_looked_at_is_found(make_app: Callable[..., Flask], database: object) -> None:
    app = make_app()

    @public
    def planted() -> str:
        with transaction():
            a_person()
        return ""

    app.add_url_rule("/planted", "planted", planted)
    with (
        app.app_context(),
        pytest.raises(AssertionError, match="INSERT INTO person"),
        writing_nothing("planted"),
    ):
        Client(app).get("/planted")


@pytest.mark.databases("postgresql")  # the one that refuses a number its column cannot hold
def test_a_wild_number_in_an_address_is_no_page(app: Flask, clients: Callable[[str], Client]) -> None:
    asked = [(door, clients(name)) for door, name in who_may_open(app)]
    answers = {
        (str(door), wild): client.get(door.url(wild)).status_code
        for door, client in asked
        for wild in WILD
        if wild == WILD[0] or leads_to_a_view(app, door.url(wild))
    }
    assert {key: status for key, status in answers.items() if status not in (403, 404)} == {}


def leads_to_a_view(app: Flask, url: str) -> bool:
    """Whether an address comes as far as a view: any other is no page before anybody is asked."""
    try:
        app.url_map.bind("localhost").match(unquote(url))
    except NotFound:
        return False
    return True


def who_may_open(app: Flask) -> Iterator[tuple[Door, str]]:
    """Every address with a number in it, and somebody who is let in: anybody else gets 403 whatever it is."""
    rights = {name: Cast().actor(name).permissions for name in STAFF}
    numbered = [door for door in doors(app, "GET") if "id:" in door.rule.rule or "int:" in door.rule.rule]
    for door in numbered:
        names = [name for name, may in rights.items() if door.permission is None or door.permission in may]
        yield from ((door, name) for name in names[:1])
