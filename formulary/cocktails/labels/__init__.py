"""The states of a cocktail and the ways between them, as data, with the words that the pages use."""

from dataclasses import dataclass
from typing import Protocol

from formulary.accounts import Permission


@dataclass(frozen=True)
class Way:
    """One arrow of the state machine: from where, to where, which permission, what the act is called.

    `apart_from` is who may not go it: a person, whatever account or role they use. Where nobody else goes it
    (the site's policy of the act's name is off, or the site is one person's), it is marked SELF-CHECKED.
    """

    from_state: str
    to_state: str
    permission: Permission
    verb: str
    apart_from: str = ""


P = Permission
WAYS = (
    Way("draft", "prescribed", P.PRESCRIBE, "sign"),
    Way("draft", "cancelled", P.COMPOSE, "cancel"),
    Way("prescribed", "verified", P.VERIFY, "verify", apart_from="prescriber"),
    Way("prescribed", "draft", P.VERIFY, "return"),
    Way("prescribed", "cancelled", P.COMPOSE, "cancel"),
    Way("verified", "in_preparation", P.PREPARE, "start preparing"),
    Way("verified", "cancelled", P.COMPOSE, "cancel"),
    Way("in_preparation", "prepared", P.PREPARE, "finish preparing"),
    Way("in_preparation", "verified", P.PREPARE, "give back"),
    Way("in_preparation", "wasted", P.PREPARE, "waste"),
    Way("prepared", "released", P.RELEASE, "release", apart_from="preparer"),
    Way("prepared", "in_preparation", P.RELEASE, "rework"),
    Way("prepared", "wasted", P.RELEASE, "waste"),
    Way("released", "administering", P.ADMINISTER, "start giving"),
    Way("released", "wasted", P.ADMINISTER, "waste"),
    Way("administering", "administered", P.ADMINISTER, "close"),
)

LIVE = ("draft", "prescribed", "verified", "in_preparation", "prepared", "released", "administering")

OVERRIDE_REASONS = (
    "Discussed with the patient",
    "Benefit outweighs the risk",
    "Tolerated before without event",
    "Prepared and given at once",
    "Specialist's advice on record",
)
RETURN_REASONS = (
    "Dose to be checked",
    "Line missing or too many",
    "Patient data not current",
    "Patch test to be clarified",
    "Blind entry differs",
)
CANCEL_REASONS = (
    "Session called off",
    "Entered by mistake",
    "Replaced by another cocktail",
    "Patient's wish",
)


AS_SUPPLIED = "Given as supplied"
LINE_BY_LINE = "Composed line by line"


class HowComposed(Protocol):
    """What says whether a cocktail is one product, never mixed."""

    @property
    def is_direct(self) -> bool: ...  # noqa: D102


def how_composed(cocktail: HowComposed) -> str:
    """How a cocktail that follows no formula came about."""
    return AS_SUPPLIED if cocktail.is_direct else LINE_BY_LINE


def way(from_state: str, to_state: str) -> Way | None:
    """The arrow between two states, or None where there is none."""
    return next((w for w in WAYS if (w.from_state, w.to_state) == (from_state, to_state)), None)
