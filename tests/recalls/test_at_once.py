"""Two officers at once, and the database going away in the middle: nothing is half-contained."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from sqlalchemy import Engine, event, text
from sqlalchemy.exc import OperationalError

from formulary import clock
from formulary.db import db, retried, transaction
from formulary.recalls import actions, queries
from formulary.recalls.models import RecallEvent, RecallNotice
from formulary.rules.findings import Refused
from tests.recalls.casing import a_case, met, officer, standing
from tests.recalls.test_notices import REPORTS, brought
from tests.support.at_once import at_once
from tests.support.builders import a_lot


def codes(answers):
    """What came of each: the state, or the code of the refusal; in order."""
    return sorted(a.findings[0].code if isinstance(a, Refused) else a for a in answers)


def taken(step, case_id, by, **more):
    """One step in a transaction of its own, run again where the database asks for it."""

    @retried
    def run(_number):
        with transaction():
            return step(case_id, **more, at=clock.now(), by=by).state

    return run


def test_of_two_who_contain_a_case_at_once_one_does_and_the_other_is_told(app):
    a_lot(number="RACE")
    case, by = a_case("RACE", actions.open_case), officer()
    answers = at_once(app, taken(actions.contain, case.id, by), 2)
    assert codes(answers) == ["case.contained", "contained"]
    db.session.rollback()
    assert standing() == [f"recall {case.code}"]
    query = db.select(db.func.count(RecallEvent.id)).filter_by(case_id=case.id, kind="contain")
    assert db.session.scalar(query) == 1


def test_of_two_who_decide_a_notice_at_once_one_does_and_the_other_is_told(app):
    a_lot(number="1810150050")
    brought(REPORTS["results"][:1])
    number, by = db.session.scalars(db.select(RecallNotice.id)).one(), officer()

    def decide(notice_id, **named):
        actions.decide_notice(notice_id, decision="not_ours", reason="another maker", **named)
        return SimpleNamespace(state="decided")

    answers = at_once(app, taken(decide, number, by), 2)
    assert codes(answers) == ["decided", "notice.decided"]


@pytest.mark.parametrize("table", ["hold", "recall_stopped"])
def test_a_connection_that_breaks_in_the_middle_of_containment_leaves_nothing_of_it(app, clients, table):
    lot = a_lot(number="ONE")
    a_lot(lot.product, number="TWO")
    number = a_case("", actions.open_case, product_id=lot.product_id).id
    client, seen = clients("recall"), []
    page = client.get_ok(f"/recalls/cases/{number}/contain")

    def cut(connection, _cursor, statement, *_rest):
        if statement.startswith(f"INSERT INTO {table} "):
            seen.append(statement)
            if len(seen) == 1:
                _cut(connection)

    event.listen(Engine, "before_cursor_execute", cut)
    try:
        answer = client.submit(page, to=page.url)
    finally:
        event.remove(Engine, "before_cursor_execute", cut)
    assert seen != []
    db.session.remove()
    case = queries.case(number)
    if len(seen) > 1:  # the connection was made anew and the whole act run again
        assert (answer.status_code, case.state, len(standing())) == (303, "contained", 2)
    else:
        assert (answer.status_code, case.state, standing(), met(case)) == (503, "open", [], [])
        assert "Nothing was" in answer.get_data(as_text=True)


def _cut(connection):
    """End the connection: by the server where there is one, else as a driver would say it."""
    if connection.dialect.name == "postgresql":
        pid = connection.connection.driver_connection.info.backend_pid
        with db.engine.connect() as other:
            other.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": pid})
        return
    raise OperationalError("INSERT", {}, Exception("disk I/O error"))
