"""Voiding a test: it stays on record with the reason and clears and bars nothing.

One that shows a reaction is voided by two people.
"""

from datetime import datetime

from formulary.accounts import Actor, Permission
from formulary.audit import record
from formulary.db import db, expect_version
from formulary.patch_tests import queries
from formulary.patch_tests.actions.cosigning import another_person, sign_beside
from formulary.patch_tests.actions.drawing import undo
from formulary.patch_tests.actions.exposing import take_back
from formulary.patch_tests.models import PatchTest
from formulary.rules.findings import refuse


def void_test(
    test_id: int,
    *,
    reason: str,
    nothing_applied: bool = False,
    cosigner: Actor | None = None,
    version: int | None,
    at: datetime,
    by: Actor,
) -> PatchTest:
    """Void a test. Where `nothing_applied`, what it took goes back to the stock; else it stays used.

    Where a reading that stands is positive or doubtful, another person co-signs.
    """
    by.must(Permission.TEST_PATIENTS)
    test = queries.test(test_id, by=by, at=at, locked=True)
    expect_version(test, version)
    if test.state == "void":
        raise refuse("test.void", test.code, f"{test.code} is void already.", "Load the page again.")
    second = another_person(test, cosigner, by) if test.reactions else None
    if nothing_applied:
        _refuse_read(test)
    test.state, test.void_reason, test.voided_at, test.voided_by_id = "void", reason, at, by.person_id
    rows = queries.movements([test.id]) if nothing_applied else []
    back = undo(test, rows, why=f"{test.code} void", at=at, by=by) if rows else []
    if nothing_applied:
        take_back(test)
    told: dict[str, object] = {"nothing_applied": nothing_applied}
    if second is not None:
        test.void_cosigner_id = told["cosigner"] = second.person_id
        sign_beside(test, second, told, reason, at=at)
    db.session.flush()
    record(
        "patch_tests.void",
        test,
        by=by,
        at=at,
        old={"state": "applied"},
        new=told,
        reason=reason,
        movements=back,
    )
    return test


def _refuse_read(test: PatchTest) -> None:
    if any(item.readings for item in test.items):
        why, remedy = "It was read, so something was applied.", "Untick “nothing was applied”."
        raise refuse("test.was_read", test.code, why, remedy, field="nothing_applied")
