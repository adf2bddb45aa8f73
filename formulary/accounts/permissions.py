"""Who may do what: the acts, the roles, and the table that joins them, as data."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import wraps
from typing import Any, TypeVar

from flask import g, request

View = TypeVar("View", bound=Callable[..., Any])


class Role(StrEnum):
    """What a person is at a site."""

    PHARMACIST = "pharmacist"
    TECHNICIAN = "technician"
    PRACTITIONER = "practitioner"
    RECALL_OFFICER = "recall_officer"
    ADMINISTRATOR = "administrator"
    AUDITOR = "auditor"


class Permission(StrEnum):
    """An act that a role may be allowed; its value is what a refusal names."""

    USE_THE_APP = "use the app"
    SEE_STOCK = "see stock"
    RECEIVE_STOCK = "receive, open, count, move and waste stock"
    ORDER_STOCK = "set stock levels, keep suppliers and order stock"
    PLACE_HOLD = "place a hold"
    RELEASE_HOLD = "release a hold"
    RELEASE_QUARANTINE = "release from quarantine and correct lots"
    SEE_PATIENTS = "see patients"
    EDIT_PATIENTS = "register and edit patients"
    TEST_PATIENTS = "apply and read patch tests"
    COMPOSE = "compose a draft"
    PRESCRIBE = "sign a prescription"
    VERIFY = "verify a prescription"
    PREPARE = "prepare, draw and reconstitute"
    RELEASE = "release a preparation"
    ADMINISTER = "administer and record reactions"
    COSIGN = "co-sign a STOP"
    WITNESS = "witness waste"
    AUTHOR = "author formulas, limits and rules"
    APPROVE = "approve formulas, limits and rules"
    RECALL_LOOKUP = "look up who was touched by a lot"
    RECALL_CASES = "run recall cases"
    MANAGE_CLINIC = "manage people, sites, places and policies"
    READ_AUDIT = "read the audit trail"
    READ_ACCESS = "read who looked at patients"
    READ_RULES = "read how the rules are answered"


P, R = Permission, Role

ALLOWED: dict[Permission, frozenset[Role]] = {
    P.USE_THE_APP: frozenset(R),
    P.SEE_STOCK: frozenset({R.PHARMACIST, R.TECHNICIAN, R.PRACTITIONER, R.RECALL_OFFICER, R.AUDITOR}),
    P.RECEIVE_STOCK: frozenset({R.PHARMACIST, R.TECHNICIAN}),
    P.ORDER_STOCK: frozenset({R.PHARMACIST, R.TECHNICIAN}),
    P.PLACE_HOLD: frozenset({R.PHARMACIST, R.TECHNICIAN, R.PRACTITIONER, R.RECALL_OFFICER}),
    P.RELEASE_HOLD: frozenset({R.PHARMACIST, R.RECALL_OFFICER}),
    P.RELEASE_QUARANTINE: frozenset({R.PHARMACIST}),
    P.SEE_PATIENTS: frozenset({R.PHARMACIST, R.PRACTITIONER}),
    P.EDIT_PATIENTS: frozenset({R.PHARMACIST, R.PRACTITIONER}),
    P.TEST_PATIENTS: frozenset({R.PHARMACIST, R.PRACTITIONER}),
    P.COMPOSE: frozenset({R.PHARMACIST, R.PRACTITIONER}),
    P.PRESCRIBE: frozenset({R.PRACTITIONER}),
    P.VERIFY: frozenset({R.PHARMACIST, R.PRACTITIONER}),
    P.PREPARE: frozenset({R.PHARMACIST, R.TECHNICIAN, R.PRACTITIONER}),
    P.RELEASE: frozenset({R.PHARMACIST, R.PRACTITIONER}),
    P.ADMINISTER: frozenset({R.PRACTITIONER}),
    P.COSIGN: frozenset({R.PHARMACIST, R.PRACTITIONER}),
    P.WITNESS: frozenset({R.PHARMACIST, R.TECHNICIAN, R.PRACTITIONER}),
    P.AUTHOR: frozenset({R.PHARMACIST, R.PRACTITIONER}),
    P.APPROVE: frozenset({R.PHARMACIST, R.PRACTITIONER}),
    P.RECALL_LOOKUP: frozenset({R.PHARMACIST, R.TECHNICIAN, R.PRACTITIONER, R.RECALL_OFFICER, R.AUDITOR}),
    P.RECALL_CASES: frozenset({R.RECALL_OFFICER}),
    P.MANAGE_CLINIC: frozenset({R.ADMINISTRATOR}),
    P.READ_AUDIT: frozenset(R),
    P.READ_ACCESS: frozenset({R.ADMINISTRATOR, R.AUDITOR}),
    P.READ_RULES: frozenset({R.PHARMACIST, R.PRACTITIONER, R.ADMINISTRATOR, R.AUDITOR}),
}


class RecallSight(StrEnum):
    """How much of a patient a recall answer shows to a role."""

    COUNTS = "counts"
    CODES = "codes"
    OWN_NAMES = "own patients' names"
    NAMES = "names"


RECALL_SIGHT: dict[Role, RecallSight] = {
    R.TECHNICIAN: RecallSight.COUNTS,
    R.PHARMACIST: RecallSight.CODES,
    R.PRACTITIONER: RecallSight.OWN_NAMES,
    R.RECALL_OFFICER: RecallSight.NAMES,
    R.AUDITOR: RecallSight.NAMES,
}


READ_ONLY = frozenset({R.AUDITOR})
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


class AuditSight(StrEnum):
    """How much of the audit trail a role reads."""

    OWN = "own acts"
    CASES = "cases"
    ALL = "all"


AUDIT_SIGHT: dict[Role, AuditSight] = {
    R.PHARMACIST: AuditSight.OWN,
    R.TECHNICIAN: AuditSight.OWN,
    R.PRACTITIONER: AuditSight.OWN,
    R.RECALL_OFFICER: AuditSight.CASES,
    R.ADMINISTRATOR: AuditSight.ALL,
    R.AUDITOR: AuditSight.ALL,
}


class Forbidden(Exception):
    """The person may not do this; carries the permission that would be needed."""

    def __init__(self, permission: Permission) -> None:
        """Take the permission that is missing."""
        self.permission = permission
        super().__init__(f"This needs the right to {permission.value}")


class ReadOnly(Exception):
    """The person's roles read and write nothing."""


class SignInNeeded(Exception):
    """Nobody is signed in."""


@dataclass(frozen=True)
class Operator:
    """Whoever acts without an account: the terminal, the seed, or somebody who is not signed in."""

    name: str
    role: str = "terminal"
    person_id: int | None = None
    user_id: int | None = None
    site_id: int | None = None

    @property
    def recall_sight(self) -> RecallSight:
        """Codes: whoever holds the terminal holds the database, and a name needs an account behind it."""
        return RecallSight.CODES


@dataclass(frozen=True)
class Actor:
    """Who acts, at which site, in which roles; read from the database at each request."""

    person_id: int
    user_id: int
    username: str
    name: str
    site_id: int
    roles: frozenset[Role]

    @property
    def role(self) -> str:
        """The roles in words, for the audit trail."""
        return ", ".join(sorted(self.roles))

    @property
    def permissions(self) -> frozenset[Permission]:
        """Every act that one of the roles is allowed."""
        return frozenset(p for p, roles in ALLOWED.items() if roles & self.roles)

    def may(self, permission: Permission) -> bool:
        """Whether one of the roles is allowed this act."""
        return bool(ALLOWED[permission] & self.roles)

    def must(self, permission: Permission) -> None:
        """Raise Forbidden unless one of the roles is allowed this act."""
        if not self.may(permission):
            raise Forbidden(permission)

    @property
    def is_read_only(self) -> bool:
        """Whether no role of this person records anything: the auditor."""
        return self.roles <= READ_ONLY

    @property
    def audit_sight(self) -> AuditSight:
        """The widest sight of the audit trail that the roles give."""
        order = list(AuditSight)
        return max((AUDIT_SIGHT[r] for r in self.roles), key=order.index, default=AuditSight.OWN)

    @property
    def recall_sight(self) -> RecallSight:
        """The widest sight of patients in a recall that the roles give."""
        order = list(RecallSight)
        return max(
            (RECALL_SIGHT[r] for r in self.roles if r in RECALL_SIGHT),
            key=order.index,
            default=RecallSight.COUNTS,
        )


def requires(permission: Permission, *, also_read_only: bool = False) -> Callable[[View], View]:
    """Guard a view: nobody enters without this permission, and the view says which one it needs.

    A POST is closed to read-only roles, unless it only searches or is about their own account
    (`also_read_only`).
    """

    def guard(view: View) -> View:
        @wraps(view)
        def guarded(*args: Any, **named: Any) -> Any:
            actor: Actor | None = g.get("actor")
            if actor is None:
                raise SignInNeeded
            actor.must(permission)
            if request.method not in SAFE and actor.is_read_only and not also_read_only:
                raise ReadOnly
            return view(*args, **named)

        guarded.permission = permission  # type: ignore[attr-defined]
        return guarded  # type: ignore[return-value]

    return guard


def public(view: View) -> View:
    """Say that a view is open to everybody, signed in or not."""
    view.permission = None  # type: ignore[attr-defined]
    return view
