"""Who may do what, as the clinic agreed it, against the permissions that the code holds as data."""

import re

from formulary.accounts.permissions import (
    ALLOWED,
    AUDIT_SIGHT,
    RECALL_SIGHT,
    AuditSight,
    Permission,
    RecallSight,
    Role,
)

LETTERS = {
    "P": Role.PHARMACIST,
    "T": Role.TECHNICIAN,
    "D": Role.PRACTITIONER,
    "R": Role.RECALL_OFFICER,
    "A": Role.ADMINISTRATOR,
    "U": Role.AUDITOR,
}
AGREED = """
SEE_STOCK           P T D R - U
RECEIVE_STOCK       P T - - - -
ORDER_STOCK         P T - - - -
PLACE_HOLD          P T D R - -
RELEASE_HOLD        P - - R - -
RELEASE_QUARANTINE  P - - - - -
EDIT_PATIENTS       P - D - - -
TEST_PATIENTS       P - D - - -
COMPOSE             P - D - - -
PRESCRIBE           - - D - - -
VERIFY              P - D - - -
RELEASE             P - D - - -
PREPARE             P T D - - -
ADMINISTER          - - D - - -
COSIGN              P - D - - -
WITNESS             P T D - - -
AUTHOR              P - D - - -
APPROVE             P - D - - -
RECALL_LOOKUP       P T D R - U
RECALL_CASES        - - - R - -
MANAGE_CLINIC       - - - - A -
READ_AUDIT          P T D R A U
READ_ACCESS         - - - - A U
READ_RULES          P - D - A U
"""
RECALL = {
    Role.PHARMACIST: RecallSight.CODES,
    Role.TECHNICIAN: RecallSight.COUNTS,
    Role.PRACTITIONER: RecallSight.OWN_NAMES,
    Role.RECALL_OFFICER: RecallSight.NAMES,
    Role.AUDITOR: RecallSight.NAMES,
}
AUDIT = {
    Role.PHARMACIST: AuditSight.OWN,
    Role.TECHNICIAN: AuditSight.OWN,
    Role.PRACTITIONER: AuditSight.OWN,
    Role.RECALL_OFFICER: AuditSight.CASES,
    Role.ADMINISTRATOR: AuditSight.ALL,
    Role.AUDITOR: AuditSight.ALL,
}


def table(text: str) -> dict[str, set[Role]]:
    """The roles of each act in a table of letters."""
    rows = [re.split(r"\s+", line.strip()) for line in text.strip().splitlines()]
    return {act: {LETTERS[letter] for letter in letters if letter != "-"} for act, *letters in rows}


def departures(agreed: dict[str, set[Role]], allowed: dict[Permission, frozenset[Role]]) -> list[str]:
    """The acts that the code allows to others than was agreed."""
    held = {permission.name: set(roles) for permission, roles in allowed.items()}
    return sorted(act for act, roles in agreed.items() if held.get(act) != roles)


def test_the_permissions_are_those_agreed() -> None:
    assert departures(table(AGREED), ALLOWED) == []


def test_every_permission_was_agreed_or_only_opens_pages() -> None:
    assert {p.name for p in ALLOWED} - table(AGREED).keys() == {"USE_THE_APP", "SEE_PATIENTS"}
    assert ALLOWED[Permission.SEE_PATIENTS] == ALLOWED[Permission.EDIT_PATIENTS]


def test_what_is_seen_of_patients_in_a_recall_is_what_was_agreed() -> None:
    assert (RECALL_SIGHT, AUDIT_SIGHT) == (RECALL, AUDIT)


def test_a_right_given_too_widely_is_found() -> None:
    wider = ALLOWED | {Permission.PRESCRIBE: frozenset({Role.PRACTITIONER, Role.TECHNICIAN})}
    assert departures(table(AGREED), wider) == ["PRESCRIBE"]
