"""What this room calls things: the roles, and the policies that a site decides."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from formulary.accounts import queries
from formulary.accounts.models import Credential, Site
from formulary.accounts.permissions import Role
from formulary.rules.units import CURRENCIES
from formulary.web.words import SPACE, plural

ROLE_WORDS = [(role.value, role.value.replace("_", " ").capitalize()) for role in Role]
CREDENTIAL_WORDS = [("prescribe", "Prescribe"), ("prepare", "Prepare"), ("inject", "Inject")]
CURRENCY_WORDS = [(one.code, f"{one.code}, {one.name}") for one in CURRENCIES.values()]
MARKS = {".": "point, as in 0.5", ",": "comma, as in 0,5"}


@dataclass(frozen=True)
class CredentialLine:
    """One credential and what it is worth today."""

    credential: Credential
    words: str
    state: str
    state_words: str


def credential_lines(person_id: int, site: Site, at: datetime) -> list[CredentialLine]:
    """Every credential of a person, those that count first, by the day of this site."""
    words, today = dict(CREDENTIAL_WORDS), queries.day_at(site.id, at)
    found = []
    for row in queries.credentials_of(person_id):
        if row.ended_at is not None:
            state = ("cancelled", "ended")
        elif row.valid_from <= today <= row.valid_to:
            state = ("valid", "valid")
        else:
            state = ("lapsed", "lapsed") if row.valid_to < today else ("planned", "not begun")
        found.append(CredentialLine(row, words[row.kind], *state))
    return found


class Answer(StrEnum):
    """What kind of answer a part of a policy takes."""

    YES_OR_NO = "yes or no"
    COUNT = "count"
    NUMBER = "number"
    PERCENT = "percent"
    TEXT = "text"
    CURRENCY = "currency"


@dataclass(frozen=True)
class Part:
    """One answer inside a policy; a policy of one unnamed part is that answer itself."""

    name: str
    label: str
    answer: Answer
    unit: str = ""
    hint: str = ""


@dataclass(frozen=True)
class PolicyKind:
    """What a site may decide: its name, what follows, what unknown means, and the answers it takes."""

    kind: str
    title: str
    decides: str
    undecided: str
    parts: tuple[Part, ...]


_ = Answer
UNCONFIRMED = Part(
    "unconfirmed",
    "Unconfirmed: the text of the standard was not read",
    _.YES_OR_NO,
    hint="Every page and label that names this limit then says so.",
)
POLICIES = {
    each.kind: each
    for each in (
        PolicyKind(
            "patch_test",
            "Patch tests",
            "Whether a treatment needs a concluded patch test, and for how long one counts.",
            "A test is asked for, and how long it counts is unknown.",
            (
                Part("required", "A concluded test is required", _.YES_OR_NO),
                Part("bound_to_lot", "A test counts for its own lot alone", _.YES_OR_NO),
                Part("valid_days", "A test counts for", _.COUNT, "days", "Empty leaves it unknown."),
                Part("prick_clears", "A negative prick test clears as a patch test does", _.YES_OR_NO),
                Part("intradermal_clears", "A negative intradermal test clears too", _.YES_OR_NO),
                Part("product_clears", "A negative test of a product’s own label clears too", _.YES_OR_NO),
            ),
        ),
        PolicyKind(
            "allergy_asked_within_days",
            "Asking for allergies",
            "How long the answer about allergies counts before it is asked again.",
            "Every treatment stops at the question.",
            (Part("", "An answer counts for", _.COUNT, "days"),),
        ),
        PolicyKind(
            "weighed_within_days",
            "Weighing",
            "How long a weight counts where a limit depends on it.",
            "Every treatment with such a limit stops at the weight.",
            (Part("", "A weight counts for", _.COUNT, "days"),),
        ),
        PolicyKind(
            "conditions_asked_within_days",
            "Asking for contraindications",
            "How long the answers about conditions and medicines count before they are asked again.",
            "Every treatment stops at the questions.",
            (Part("", "An answer counts for", _.COUNT, "days"),),
        ),
        PolicyKind(
            "duplicate_order_within_days",
            "The same substance ordered twice",
            "How near to each other two orders of one substance are said to be double, given ones too.",
            "An order is compared with those that are not given yet, however far away.",
            (Part("", "Two orders are double within", _.COUNT, "days"),),
        ),
        PolicyKind(
            "top_up_within_days",
            "Top-ups",
            "How long after a session something may be given as a top-up of it, and not as a session.",
            "A top-up is asked all that a session is asked.",
            (Part("", "A session may be topped up within", _.COUNT, "days"),),
        ),
        PolicyKind(
            "emergency_signed_within_hours",
            "Signing for an emergency",
            "How long after an emergency another person has signed for it.",
            "It waits for a second signature, and nobody can say since when that is late.",
            (Part("", "Another person signs within", _.COUNT, "hours"),),
        ),
        PolicyKind(
            "consent",
            "Consent",
            "Which version of the consent a patient must have signed.",
            "No consent can be current.",
            (
                Part("procedure", "Procedure", _.TEXT, hint="Such as mesotherapy."),
                Part("version", "Version in use", _.TEXT),
            ),
        ),
        PolicyKind(
            "preparation_limit",
            "Time limit of preparations",
            "How long a preparation may be used here, after the standard that the site follows.",
            "No preparation gets a beyond-use date.",
            (
                Part("name", "Category and place", _.TEXT, hint="Such as Category 1, ISO 5 device."),
                Part("room_h", "At room temperature", _.NUMBER, "h"),
                Part("fridge_h", "In the refrigerator", _.NUMBER, "h"),
                Part("limits_products", "It limits how many products are mixed", _.YES_OR_NO),
                Part("most_products", "If so, at most", _.COUNT, "products"),
                UNCONFIRMED,
            ),
        ),
        PolicyKind(
            "tolerances",
            "Tolerances",
            "How far an achieved dose or volume may be from the planned one.",
            "Every difference stops.",
            (
                Part("dose", "Dose", _.PERCENT, "%"),
                Part("volume", "Total volume", _.PERCENT, "%"),
                Part("smallest_fill", "Smallest filling of a syringe", _.PERCENT, "%"),
            ),
        ),
        PolicyKind(
            "shared_single_dose",
            "Sharing single-dose containers",
            "For how long a single-dose container may serve more than one patient, opened in ISO 5 air. "
            "An ampoule never does.",
            "A single-dose container serves one patient.",
            (
                Part("air", "In which air", _.TEXT, hint="ISO 5; in other air nothing is shared."),
                Part("hours", "For how long after opening", _.NUMBER, "h"),
                UNCONFIRMED,
            ),
        ),
        PolicyKind(
            "self_check_after_minutes",
            "Checking one's own work",
            "Where one clinician works alone: how long after signing or preparing the same person may verify "
            "or release, by a blind entry.",
            "5 minutes.",
            (Part("", "Not before", _.COUNT, "minutes"),),
        ),
        PolicyKind(
            "manual_entry_second_person",
            "Second person for packs without a code",
            "Whether a second person reads a pack that has no code to scan.",
            "The same person reads it twice.",
            (Part("", "A second person reads it", _.YES_OR_NO),),
        ),
        PolicyKind(
            "first_receipt_quarantine",
            "First receipts",
            "Whether a product's first receipt, or a supplier's, waits in quarantine for a second person.",
            "It waits.",
            (Part("required", "A second person releases it", _.YES_OR_NO),),
        ),
        PolicyKind(
            "count_variance",
            "Differences of a count",
            "How far a counted quantity may be from the ledger before another person counts it again and a "
            "pharmacist closes the count. Whichever is exceeded counts.",
            "Every difference is counted again by another person.",
            (
                Part("share", "Of what is expected", _.PERCENT, "%"),
                Part("containers", "Sealed stock", _.COUNT, "containers"),
                Part("volume", "In an open vial", _.NUMBER, "mL"),
            ),
        ),
        PolicyKind(
            "waste_witness",
            "Witness of waste",
            "Whether another person watches what is wasted or destroyed, and signs for it.",
            "Nobody has to watch; a witness may sign all the same.",
            (Part("required", "A witness signs", _.YES_OR_NO),),
        ),
        PolicyKind(
            "undo_within_minutes",
            "Undoing",
            "For how long a person can undo their own last act on stock.",
            "An act can be undone for 15 minutes.",
            (Part("", "An act can be undone for", _.COUNT, "minutes"),),
        ),
        PolicyKind(
            "currency",
            "Currency",
            "The currency of what is paid for stock. A price keeps the currency it was recorded in.",
            "No price can be recorded, and what a cocktail costs is unknown.",
            (Part("", "Prices are in", _.CURRENCY),),
        ),
    )
}
del _


def part_words(part: Part, value: Any, mark: str) -> str:
    """One answer of a policy as a page says it; nothing where it is unknown."""
    if value is None:
        return ""
    if part.answer is Answer.YES_OR_NO:
        return "yes" if value else "no"
    if part.answer is Answer.CURRENCY:
        return dict(CURRENCY_WORDS).get(value, str(value))
    if part.answer is Answer.COUNT:
        return plural(int(value), part.unit.removesuffix("s"))
    number = written(part, value, mark)
    return f"{number}{SPACE}{part.unit}" if part.unit else number


def written(part: Part, value: Any, mark: str) -> str:
    """An answer as its field shows it: a ratio in per cent, with the site's decimal mark."""
    if value is None or part.answer not in (Answer.NUMBER, Answer.PERCENT):
        return "" if value is None else str(value)
    number = Decimal(str(value)) * (100 if part.answer is Answer.PERCENT else 1)
    return format(number.normalize(), "f").replace(".", mark)


def policy_words(kind: str, value: Any, mark: str) -> list[tuple[str, str]]:
    """A decision as (what, answer) pairs; empty where it is unknown."""
    if value is None or value == {}:
        return []
    parts = POLICIES[kind].parts if kind in POLICIES else ()
    told = [(part.label, part_words(part, answer_of(part, value), mark)) for part in parts]
    return [(label, words) for label, words in told if words]


def is_unconfirmed(value: Any) -> bool:
    """Whether a decision says of itself that nobody has read the text it rests on."""
    return isinstance(value, dict) and value.get(UNCONFIRMED.name) is True


def answer_of(part: Part, value: Any) -> Any:
    """The answer to one part inside a stored decision."""
    return value.get(part.name) if part.name and isinstance(value, dict) else value if not part.name else None
