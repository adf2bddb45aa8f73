"""The glutathione recall of February 2019 on paper: what its case takes in, meets and prints.

`tests/journeys/test_the_glutathione_recall.py` walks the same recall through the pages in a browser.
"""

from __future__ import annotations

import json

import pytest

from formulary.db import db
from formulary.recalls import actions
from formulary.recalls.models import RecallCase, RecallEvent, RecallNotice
from tests.recalls.casing import did, everyone_reached, lots_of, met, now, standing
from tests.recalls.glutathione import HELD, INVENTED, REPORT, REPORTED, the_clinic
from tests.recalls.test_case_pages import printed


@pytest.fixture
def case(app, database, cast):
    """The case that the officer makes of the notice, contained."""
    lots = the_clinic(app, database)
    did(actions.import_notices, json.dumps({"results": [REPORT]}).encode())
    notice = db.session.scalars(db.select(RecallNotice)).one()
    told = {"decision": "case", "reason": "compared with the packs", "chosen": [lots[n] for n in HELD]}
    did(actions.decide_notice, notice.id, **told)
    case = db.session.scalars(db.select(RecallCase)).one()
    did(actions.open_case, case.id)
    did(actions.contain, case.id)
    return now(case)


def test_its_three_lots_are_in_the_case_and_stopped(case):
    assert len({*REPORTED, *INVENTED}) == 13
    assert lots_of(case) == dict.fromkeys(HELD, ("exact", "in"))
    assert (case.state, standing()) == ("contained", [f"recall {case.code}"] * 3)
    assert sorted(bucket for bucket, _ in met(case)) == ["G", "G", "G", "H", "H"]


def test_its_papers_tell_whom_to_reach_and_what_came_of_it(clients, case):
    client, at = clients("recall"), f"/recalls/cases/{case.id}"
    rows = client.get(f"{at}/list.csv").get_data(as_text=True).splitlines()[2:-1]
    cells = [row.split(",") for row in rows]
    assert sorted((row[1], row[4], row[6], row[7]) for row in cells) == [
        ("Ann Seven", REPORTED[0], "1400", "mg"),
        ("Bea Twelve", REPORTED[1], "2400", "mg"),
    ]
    assert client.post_refused(f"{at}/notify").errors == [
        "0 of the 2 patients that its level asks for are answered for. Go on with the contacts."
    ]
    for what in ("letters", "calls"):
        text = printed(client.get(f"{at}/{what}.pdf"))
        assert [one in text for one in ("Ann Seven", "1,400 mg", "Bea Twelve", "2,400 mg")] == [True] * 4

    everyone_reached(case)
    for step in (actions.notify, actions.reconcile):
        did(step, case.id)
    did(actions.close, case.id, reason="all reached, all balanced")
    frozen = db.session.scalars(db.select(RecallEvent).filter_by(case_id=case.id, kind="open_case")).one()
    report = " ".join(printed(client.get(f"{at}/report.pdf")).split())
    told = {
        f"Report: recall {case.code}", "Ann Seven", "1,400 mg, 7 mL", "Bea Twelve", "2,400 mg, 12 mL",
        *HELD, "in the case", "by the scope", f"SHA-256 {frozen.told['hash']}",
        "2 asked for, 2 of 2 patients answered for: reached 2.", "0 rows added after it was frozen",
        "Printed", "Says balances", "all reached, all balanced", "opened, list frozen",
        "compared with the packs",
    }  # fmt: skip
    assert {one for one in told if one not in report} == set()
