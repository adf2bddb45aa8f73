"""The whole road through the doors of the rooms, on both databases: a delivered vial to a recall answer."""

from formulary import clock
from formulary.audit.queries import chain_faults
from formulary.cocktails import actions as cocktails
from formulary.db import transaction
from formulary.recalls import queries as recalls
from formulary.rules.findings import Level, Stage
from tests.support.road import a_closed_session


def test_a_cocktail_that_keeps_to_its_formula_asks_for_no_answer(clinic, patient, formula):
    with transaction():
        drafted = cocktails.create_draft(
            patient.id, formula_version_id=formula.id, at=clock.now(), by=clinic.actor("practitioner")
        )
    report = cocktails.check(drafted, Stage.SIGN, at=clock.now()).report
    assert [(f.code, f.reason) for f in report.at_least(Level.WARN)] == []


def test_from_a_delivered_vial_to_a_recall_answer(clinic, patient, formula):
    a_closed_session(clinic, patient, formula)
    recall = recalls.look_up("gsh 0600", at=clock.now(), by=clinic.actor("recall"))
    assert (recall.counts["A"], recall.counts["B"]) == (1, 1)
    assert [balance.unaccounted for balance in recall.balances.values()] == [0]
    assert list(chain_faults()) == []
