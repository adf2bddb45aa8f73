"""The glutathione recall of February 2019 walked through the pages: from the notice to the closed case.

Thirteen lots of one expiry; patients got 7 mL and 12 mL at 200 mg/mL. Two of the lot numbers, 1810150050 and
1808030045, are those of the published reports; the other eleven, the recall number and class, the clinic, its
product, its patients and its clock (so the expiry of its stock) are invented for this test.
"""

from __future__ import annotations

import json
from datetime import date

import pytest

from formulary.db import db
from formulary.recalls.models import RecallCase, RecallEvent, RecallListed
from tests.recalls.casing import lots_of, met, now, standing
from tests.recalls.doing import a_session, opened, reconstituted
from tests.recalls.reading import words
from tests.recalls.test_case_pages import printed
from tests.support.builders import a_lot, a_patient, a_product, steps

REPORTED = ("1810150050", "1808030045")
INVENTED = tuple(f"17{month:02d}0700{month:02d}" for month in range(1, 12))
REPORT = {
    "recall_number": "D-0000-2019",
    "event_id": "00000",
    "classification": "Class I",
    "status": "Ongoing",
    "product_type": "Drugs",
    "product_description": "L-Glutathione, reduced, powder, in five repack sizes",
    "code_info": "Lot #: " + ", ".join(INVENTED[:6]) + f"; a) Lot # {REPORTED[0]} b) Lot # {REPORTED[1]}; "
    f"Lots {' '.join(INVENTED[6:])}, Exp 06/17/2020",
    "reason_for_recall": "Endotoxin.",
    "report_date": "20190220",
}
EXPIRY = date(2027, 6, 17)


@pytest.fixture
def clinic(app):
    """Three of the lots on the shelf, two of them used; and one of the same expiry that is not recalled."""
    powder = a_product(
        name="Glutathione 6 g", strength="6,000 mg/30 mL", content="6,000 mg", form="lyophilised",
        ledger="mass", reconstitution_volume=steps("30 mL"), after_reconstitution_h=6,
    )  # fmt: skip
    water = a_lot(a_product(content="100 mL"), number="WATER1")
    lots = [a_lot(powder, number=n, expires_on=EXPIRY) for n in (*REPORTED, INVENTED[3], "OTHER77")]
    for lot, name, volume in zip(lots, ("Ann Seven", "Bea Twelve"), ("7 mL", "12 mL"), strict=False):
        vial = reconstituted(opened(lot), water, "30 mL")
        a_session(a_patient(name=name), (vial, volume), share="1")
    return {lot.number: lot.id for lot in lots}


def proposed(page):
    """The lots that a notice's page offers to choose, by id."""
    return [box.get("value") for box in page.all("input", type="checkbox", name="chosen")]


def test_thirteen_lots_from_the_notice_to_the_closed_case(clients, clinic):
    assert len({*REPORTED, *INVENTED}) == 13
    client = clients("recall")
    page = client.post_ok("/recalls/notices/import", {"text": json.dumps({"results": [REPORT]})})
    page = client.get_ok(page.links["D-0000-2019"])
    held = [clinic[number] for number in (*REPORTED, INVENTED[3])]
    assert sorted(proposed(page)) == sorted(str(lot) for lot in held)

    told = {"decision": "case", "reason": "compared with the packs", "chosen": [str(lot) for lot in held]}
    client.post_ok(page.url, told)
    case = db.session.scalars(db.select(RecallCase)).one()
    assert lots_of(case) == dict.fromkeys((*REPORTED, INVENTED[3]), ("exact", "in"))

    at = f"/recalls/cases/{case.id}"
    client.post_ok(f"{at}/open")
    rows = client.get(f"{at}/list.csv").get_data(as_text=True).splitlines()[2:-1]
    cells = [row.split(",") for row in rows]
    assert sorted((row[1], row[4], row[6], row[7]) for row in cells) == [
        ("Ann Seven", REPORTED[0], "1400", "mg"),
        ("Bea Twelve", REPORTED[1], "2400", "mg"),
    ]

    client.post_ok(f"{at}/contain")
    assert (now(case).state, standing()) == ("contained", [f"recall {case.code}"] * 3)
    assert sorted(bucket for bucket, _ in met(case)) == ["G", "G", "G", "H", "H"]

    assert client.post_refused(f"{at}/notify").errors == [
        "0 of the 2 patients that its level asks for are answered for. Go on with the contacts."
    ]
    for what in ("letters", "calls"):
        text = printed(client.get(f"{at}/{what}.pdf"))
        assert [one in text for one in ("Ann Seven", "1,400 mg", "Bea Twelve", "2,400 mg")] == [True] * 4
    for listed in db.session.scalars(db.select(RecallListed)).all():
        to = f"{at}/contacts/{listed.patient_id}"
        client.post_ok(to, {"channel": "telephone", "outcome": "reached", "note": "is well"})

    ended = []
    for step, more in (("notify", {}), ("reconcile", {}), ("close", {"reason": "all reached, all balanced"})):
        client.post_ok(f"{at}/{step}", more)
        ended.append(now(case).state)
    assert ended == ["notified", "reconciled", "closed"]

    page = client.get_ok(at)
    assert "all reached, all balanced" in words(page)
    frozen = db.session.scalars(db.select(RecallEvent).filter_by(case_id=case.id, kind="open_case")).one()
    report = " ".join(printed(client.get(page.links["Report, PDF"])).split())
    told = {
        f"Report: recall {case.code}", "Ann Seven", "1,400 mg, 7 mL", "Bea Twelve", "2,400 mg, 12 mL",
        *REPORTED, INVENTED[3], "in the case", "by the scope", f"SHA-256 {frozen.told['hash']}",
        "2 asked for, 2 of 2 patients answered for. reached 2.", "0 rows added after it was frozen",
        "Printed", "Says balances", "all reached, all balanced", "opened, list frozen",
    }  # fmt: skip
    assert {one for one in told if one not in report} == set()
