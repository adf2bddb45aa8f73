"""The rows of `seed_data/clinic`, and the clinic they make: invented from the sites to the patients."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any

from formulary.accounts import Role
from formulary.rules.findings import Refused
from formulary.seed.cells import (
    Several,
    Text,
    Whole,
    Words,
    date_or_days,
    gtin,
    iso_date,
    number,
    one_of,
    or_nothing,
    whole,
)  # fmt: skip
from formulary.seed.files import read, read_toml

MaybeWhole = Annotated[int | None, or_nothing(whole)]


@dataclass(frozen=True, slots=True)
class SiteRow:
    """One clinic."""

    name: Text
    zone: Text
    decimal_mark: Annotated[str, one_of(".", ",")]


@dataclass(frozen=True, slots=True)
class UserRow:
    """An account with one role at one site."""

    username: Text
    name: Text
    site: Text
    role: Annotated[str, one_of(*(role.value for role in Role))]


@dataclass(frozen=True, slots=True)
class CredentialRow:
    """What entitles somebody: begun so many days before the seeding, valid for so many after it."""

    username: Text
    kind: Annotated[str, one_of("prescribe", "prepare", "inject")]
    authority: Text
    number: Words
    begun_days_ago: Whole
    valid_days: Whole


@dataclass(frozen=True, slots=True)
class PlaceRow:
    """A place that a site adds, or what it calls one that every site has (`instead_of`).

    Where `reading_every_h` is given, its temperature is its range, and it is read so often.
    """

    site: Text
    kind: Text
    name: Text
    temperature: Words
    instead_of: Words
    reading_every_h: MaybeWhole
    count_every_days: MaybeWhole


@dataclass(frozen=True, slots=True)
class ReadingRow:
    """What the thermometer of a place showed so many hours before the seeding."""

    site: Text
    place: Text
    hours_ago: Whole
    celsius: Annotated[Decimal, number]


@dataclass(frozen=True, slots=True)
class GtinRow:
    """A GTIN of a pack level of a product, with how many containers it holds."""

    product: Text
    gtin: Annotated[str, gtin]
    level: Text
    containers: Whole


@dataclass(frozen=True, slots=True)
class StockRow:
    """A lot that is on the shelf to begin with; `expires` may be days from the day of seeding.

    `demo_price` is what one container cost, in the site's currency: a figure of the demo, or none.
    """

    site: Text
    product: Text
    maker: Text
    number: Text
    expires: Annotated[date | timedelta, date_or_days]
    containers: Whole
    place: Text
    supplier: Text
    delivery_note: Text
    received_days_ago: Whole
    demo_price: Annotated[Decimal | None, or_nothing(number)]


@dataclass(frozen=True, slots=True)
class SupplierRow:
    """Who delivers: how many days its orders take, as stated, and how it is reached."""

    name: Text
    lead_days: MaybeWhole
    contact: Words


@dataclass(frozen=True, slots=True)
class LevelRow:
    """What a site wants to keep of a product, in containers, and how it is ordered."""

    site: Text
    product: Text
    minimum: MaybeWhole
    target: MaybeWhole
    supplier: Words
    per_pack: MaybeWhole


@dataclass(frozen=True, slots=True)
class OrderRow:
    """A line of an order that is on its way; lines of one `order` of a site belong together."""

    site: Text
    order: Text
    supplier: Text
    product: Text
    packs: Whole
    per_pack: Whole
    sent_days_ago: Whole
    expected_in_days: Whole
    demo_price: Annotated[Decimal | None, or_nothing(number)]


@dataclass(frozen=True, slots=True)
class TourRow:
    """A code that the tour scans, bracketed as it is printed, and what is to come of it."""

    step: Text
    product: Text
    maker: Text
    code: Text
    containers: Whole
    place: Text
    expects: Text
    words: Text


@dataclass(frozen=True, slots=True)
class PatientRow:
    """An invented patient; what is empty was never asked or done."""

    name: Text
    born_on: Annotated[date, iso_date]
    sex: Annotated[str, one_of("female", "male", "other", "unknown")]
    site: Text
    phone: Words
    weight_kg: Annotated[Decimal | None, or_nothing(number)]
    weighed_days_ago: MaybeWhole
    allergies: Several
    allergies_asked_days_ago: MaybeWhole
    conditions: Several
    medicines: Several
    consent_days_ago: MaybeWhole
    tests: Several


@dataclass(frozen=True, slots=True)
class ConditionRow:
    """A contraindication that is asked of every patient."""

    word: Text
    name: Text
    action: Annotated[str, one_of("block", "prescriber", "inform")]
    source: Text


@dataclass(frozen=True, slots=True)
class ReactionKindRow:
    """A kind of reaction on the checklist."""

    word: Text
    name: Text
    source: Text


@dataclass(frozen=True, slots=True)
class Clinic:
    """Everything that `seed_data/clinic` says. `settings` is clinic.toml, `policies` those of both sites."""

    sites: tuple[SiteRow, ...]
    users: tuple[UserRow, ...]
    credentials: tuple[CredentialRow, ...]
    places: tuple[PlaceRow, ...]
    readings: tuple[ReadingRow, ...]
    gtins: tuple[GtinRow, ...]
    stock: tuple[StockRow, ...]
    suppliers: tuple[SupplierRow, ...]
    levels: tuple[LevelRow, ...]
    orders: tuple[OrderRow, ...]
    tour: tuple[TourRow, ...]
    patients: tuple[PatientRow, ...]
    contraindications: tuple[ConditionRow, ...]
    reactions: tuple[ReactionKindRow, ...]
    settings: dict[str, Any]
    policies: list[dict[str, Any]]


FILES: dict[str, type] = {
    "sites": SiteRow,
    "users": UserRow,
    "credentials": CredentialRow,
    "places": PlaceRow,
    "readings": ReadingRow,
    "gtins": GtinRow,
    "stock": StockRow,
    "suppliers": SupplierRow,
    "levels": LevelRow,
    "orders": OrderRow,
    "tour": TourRow,
    "patients": PatientRow,
    "contraindications": ConditionRow,
    "reactions": ReactionKindRow,
}


def read_clinic(seed_folder: Path) -> Clinic:
    """The clinic's files, all of them or none; Refused with every fault of every file."""
    folder, found, said = seed_folder / "clinic", [], {}
    for name, kind in FILES.items():
        try:
            said[name] = read(folder / f"{name}.csv", kind)
        except Refused as refusal:
            found += refusal.findings
    if found:
        raise Refused(*found)
    policies = read_toml(folder / "policies.toml")["policy"]
    return Clinic(**said, settings=read_toml(folder / "clinic.toml"), policies=policies)
