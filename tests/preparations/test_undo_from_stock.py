"""What a preparation did on stock is put right at the bench, not by the general undoing."""

import pytest

from formulary import clock
from formulary.audit.models import AuditEntry
from formulary.db import db, transaction
from formulary.preparations import queries
from formulary.rules.findings import Refused
from formulary.stock import actions as stock
from tests.preparations.doing import finish, mix, scan, technician


def codes_of_undoing(action: str) -> list[str]:
    entry = db.session.scalars(
        db.select(AuditEntry).filter_by(action=action).order_by(AuditEntry.id.desc()).limit(1)
    ).one()
    with pytest.raises(Refused) as refusal, transaction():
        stock.undo(entry.id, at=clock.now(), by=technician())
    return [finding.code for finding in refusal.value.findings]


def test_a_mixture_of_a_preparation_stays_mixed(road):
    attempt = road.claimed()
    scan(attempt, 3)
    mix(attempt, 3, "2")
    assert codes_of_undoing("stock.reconstitute") == ["undo.in_preparation"]


def test_a_rest_that_was_discarded_with_a_preparation_stays_discarded(road):
    attempt = road.drawn()
    finish(attempt, waste_rest=[vial.id for vial in queries.open_rests(attempt)])
    assert codes_of_undoing("stock.waste") == ["undo.in_preparation"]
    assert stock.undoable_now(technician(), clock.now()) is None
