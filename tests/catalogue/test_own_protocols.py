"""Protocols of courses: as sources state them, and the clinic's own."""

from formulary.audit.models import AuditEntry
from formulary.catalogue.models import Protocol
from formulary.db import db
from tests.support.builders import a_protocol

OWN = {
    "name": "Our melasma course", "indication": "pigmentation", "sessions_low": "4", "sessions_high": "6",
    "least": "14", "unit": "days", "upkeep_unit": "months", "source": "house policy of 2026",
}  # fmt: skip


def test_a_clinic_writes_changes_and_retires_a_protocol_of_its_own(clients):
    client = clients("practitioner")
    page = client.post_ok("/catalogue/protocols/add", OWN)
    assert "4 to 6\xa0sessions" in page.text
    row = db.session.scalars(db.select(Protocol).filter_by(name=OWN["name"])).one()
    url = f"/catalogue/protocols/{row.id}"
    crossed = client.post_refused(url, {"sessions_high": "3", "reason": "x"})
    assert crossed.errors == ["The most is less than the least. Change one of them."]
    client.post_ok(url, {"most": "28", "reason": "the practice"})
    client.post_ok(url, {"retire": True, "reason": "replaced"})
    db.session.expire_all()
    assert (row.least, row.most, row.is_retired) == (14, 28, True)
    told = db.session.scalars(
        db.select(AuditEntry.action).where(AuditEntry.object_kind == "protocol").order_by(AuditEntry.id)
    )
    assert list(told) == [
        "catalogue.write_protocol",
        "catalogue.change_protocol",
        "catalogue.retire_protocol",
    ]


def test_what_a_source_states_is_not_changed_here(clients):
    row = a_protocol()
    answer = {"reason": "x", "indication": "wrinkles", "unit": "days", "upkeep_unit": "months", "source": "x"}
    page = clients("practitioner").post_refused(f"/catalogue/protocols/{row.id}", answer)
    assert page.errors == ["It is written as its source states it. Write one of the clinic's own."]
