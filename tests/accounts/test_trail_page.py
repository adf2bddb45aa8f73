"""The audit trail's page: everybody sees as much as their role, narrowed as they ask, the newest first."""

from datetime import timedelta

import pytest

from formulary import audit
from formulary.audit.models import AuditEntry
from formulary.db import db, transaction
from tests.support.builders import a_person

ALL = ["L-pharmacist", "V-technician", "R-officer", "H-pharmacist2"]
TRAIL, ACCESS = "/audit/trail", "/audit/access"


@pytest.fixture
def acts(app, cast, watch):
    """Acts of three people, one of them in a recall case, a day apart."""
    told = [
        ("pharmacist", "stock.receive", "lot L-pharmacist"),
        ("technician", "stock.open", "vial V-technician"),
        ("recall", "recalls.open", "case R-officer"),
        ("pharmacist2", "recalls.hold", "hold H-pharmacist2"),
    ]
    for username, action, what in told:
        person = a_person(what)
        with transaction():
            audit.record(action, person, by=cast.actor(username), at=watch.now(), new={"what": what})
        watch.move(days=1)
    watch.move(days=-1)


def seen(browser, query=""):
    page = browser.get_ok(TRAIL + query)
    return [name for name in ALL if name in page.text]


@pytest.mark.parametrize(
    ("username", "sees"),
    [
        ("admin", ALL),
        ("auditor", ALL),
        ("pharmacist", ["L-pharmacist"]),
        ("technician", ["V-technician"]),
        ("practitioner", []),
        ("recall", ["R-officer", "H-pharmacist2"]),
    ],
)
def test_each_role_sees_its_part(acts, clients, username, sees):
    assert seen(clients(username)) == sees


def test_what_one_may_not_see_cannot_be_asked_for(acts, clients, cast):
    browser = clients("technician")
    other = cast.actor("pharmacist").person_id
    page = browser.get_page(f"{TRAIL}?person={other}", 422)
    assert "L-pharmacist" not in page.text
    assert seen(browser, "?kind=person") == ["V-technician"]


def test_it_is_narrowed_by_person(acts, clients, cast):
    assert seen(clients("auditor"), f"?person={cast.actor('technician').person_id}") == ["V-technician"]


@pytest.mark.parametrize(
    ("query", "sees"),
    [
        ("?act=stock.receive", ["L-pharmacist"]),
        ("?since=2026-11-26", ["R-officer", "H-pharmacist2"]),
        ("?until=2026-11-24", ["L-pharmacist"]),
        ("?since=2026-11-25&until=2026-11-26", ["V-technician", "R-officer"]),
        ("?outcome=refused", []),
        ("?kind=person", ALL),
        ("?kind=person&id=1", []),
        ("?kind=&act=&person=&outcome=&id=&since=&until=", ALL),
        ("?after=nonsense", ALL),
        ("?endpoint=x&_external=1&_anchor=y&_method=z", ALL),
    ],
)  # fmt: skip
def test_it_is_narrowed_by_act_object_outcome_and_day(acts, clients, query, sees):
    assert seen(clients("auditor"), query) == sees


@pytest.mark.parametrize(
    "query",
    [
        "act=nothing.such", "kind=nothing", "outcome=maybe", "since=24.11.2026", "id=-1", "id=99999999999",
        "person=x", "since=2026-13-01", "id=%00",
    ],
)  # fmt: skip
def test_what_is_not_offered_is_told_and_never_breaks(acts, clients, query):
    page = clients("auditor").get_page(f"{TRAIL}?{query}", 422)
    assert page.errors


def test_a_day_is_that_of_the_site(acts, clients, cast, watch):
    late = watch.now().replace(day=24, hour=23, minute=30)
    with transaction():
        audit.record(
            "stock.late", a_person("x"), by=cast.actor("pharmacist"), at=late, new={"what": "late-one"}
        )
    browser = clients("auditor")
    assert "late-one" not in browser.get_ok(f"{TRAIL}?until=2026-11-24").text
    assert "late-one" in browser.get_ok(f"{TRAIL}?since=2026-11-25").text


def test_old_and_new_stand_side_by_side(app, cast, watch, clients):
    with transaction():
        audit.record(
            "people.rename", a_person("A"), by=cast.actor("pharmacist"), at=watch.now(), reason="married",
            old={"name": "A", "same": 1}, new={"name": "B <b>", "same": 1, "is_open": True},
        )  # fmt: skip
    page = clients("auditor").get_ok(f"{TRAIL}?act=people.rename")
    assert page.texts("q") == ["A", "B <b>", "yes"]
    assert "“married”" in page.text


def test_pages_follow_each_other_without_gap_or_repeat(app, cast, watch, clients):
    for number in range(60):
        with transaction():
            audit.record("stock.count", None, by=cast.actor("technician"), at=watch.now(), new={"n": number})
    browser = clients("auditor")
    page, shown = browser.get_ok(f"{TRAIL}?act=stock.count"), []
    shown += page.texts("q")
    older = browser.get_ok(page.links["Older"])
    shown += older.texts("q")
    assert shown == [str(number) for number in reversed(range(60))]
    assert browser.get_ok(older.links["Newer"]).texts("q") == page.texts("q")


def test_looking_writes_nothing(acts, clients):
    browser = clients("auditor")
    db.session.rollback()
    before = db.session.scalar(db.select(db.func.max(AuditEntry.id)))
    browser.get_ok(TRAIL)
    db.session.rollback()
    assert db.session.scalar(db.select(db.func.max(AuditEntry.id))) == before


@pytest.mark.parametrize(
    ("username", "status"), [("admin", 200), ("auditor", 200), ("pharmacist", 403), ("recall", 403)]
)
def test_who_looked_at_patients_is_for_administrator_and_auditor(clients, username, status):
    clients(username).get_page(ACCESS, status)


def test_the_access_log_says_who_looked_at_what(app, cast, watch, clients):
    with transaction():
        by = cast.actor("practitioner")
        audit.log_access("patients.chart", by=by, at=watch.now(), subject=a_person("x"), patients=1)
        earlier = watch.now() - timedelta(days=2)
        audit.log_access("recalls.lookup", by=cast.actor("recall"), at=earlier, patients=1234)
    browser = clients("auditor")
    text = browser.get_ok(ACCESS).text
    assert "Manon Roux patients.chart" in text
    assert "1,234" in text
    assert "recalls.lookup" not in browser.get_ok(f"{ACCESS}?since=2026-11-24").text
