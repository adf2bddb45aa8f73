"""What the bench offers to choose from, in words: storages, diluents, rests; and who may release."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from formulary.catalogue.models import Product
from formulary.preparations import queries
from formulary.preparations.labels.words import STORAGES
from formulary.preparations.models import Draw
from formulary.rules.beyond_use import BeyondUse
from formulary.rules.facts import Stock
from formulary.rules.findings import Finding, Refused, capital, joined, refuse
from formulary.rules.lot_status import day_words, moment_words
from formulary.rules.units import VOLUME, Quantity, show
from formulary.stock import queries as shelf
from formulary.stock.models import Lot, Vial

CLOSE = ("scan.", "lot.", "vial.", "stock.reserved")
NOT_CLOSE = frozenset({"scan.empty", "scan.typed_differs", "scan.second_person"})
DEVIATES = frozenset({"draw.outside_tolerance", "draw.tolerance_undecided"})


class Left(Protocol):
    """What is left in an opened vial, as facts tell it."""

    @property
    def vial(self) -> Vial: ...  # noqa: D102
    @property
    def stock(self) -> Stock: ...  # noqa: D102
    @property
    def for_one_patient(self) -> bool: ...  # noqa: D102


@dataclass(frozen=True)
class RestWords:
    """What is left in one opened vial, and what becomes of it."""

    vial_id: int
    words: str
    for_one_patient: bool
    until: str


def is_close_call(finding: Finding) -> bool:
    """Whether a refusal at the scan is about the vial, and so is kept and counted."""
    return finding.code.startswith(CLOSE) and finding.code not in NOT_CLOSE


def storage_choices(kept: Mapping[str, BeyondUse], zone: str, at: datetime) -> list[tuple[str, str]]:
    """Where a preparation may be kept, each with the time it has there and what limits it."""
    return [(kind, f"{STORAGES[kind]}: {until.words(zone, at)}") for kind, until in kept.items()]


def rest_words(rests: Iterable[Left], zone: str, at: datetime) -> list[RestWords]:
    """The opened vials with what they hold: "V-0004, glutathione, lot GSH-0600"."""
    return [
        RestWords(
            rest.vial.id, f"{rest.vial.code}, {rest.vial.lot}", rest.for_one_patient, _until(rest, zone, at)
        )
        for rest in rests
    ]


def _until(rest: Left, zone: str, at: datetime) -> str:
    until = rest.stock.beyond_use_at
    return "beyond use not known" if until is None else f"open until {moment_words(until, zone, at)}"


def diluent_words(product: Product, lot: Lot) -> str:
    """A diluent to choose: "water for injections, lot WFI-1, expires 30 Nov 2027"."""
    words = f"{lot}, expires {day_words(lot.expires_on)}"
    return words if queries.is_named(product, lot) else f"{words} (not named on the label)"


def drawn_words(draw: Draw, mark: str) -> str:
    """A draw in a few words: "0.2 mL of tranexamic acid, lot TXA-2231, vial V-0001"."""
    vial = queries.vial(draw.vial_id or 0)
    return f"{show(Quantity(draw.volume, VOLUME), mark=mark)} of {vial.lot}, vial {vial.code}"


def left_words(vial: Vial, stock: Stock | None, mark: str) -> str:
    """What a vial holds: a volume where it can be drawn, else the powder in it."""
    volume = shelf.volume_left(vial)
    held = Quantity(volume, VOLUME) if volume is not None else stock.remaining if stock else None
    return "" if held is None else f"{show(held, mark=mark)} left"


def no_diluent() -> Refused:
    """Nothing was chosen to mix a powder with."""
    return refuse(
        "diluent.missing",
        "diluent",
        "No diluent was chosen.",
        "Scan it, or choose it with its lot.",
        field="diluent_lot_id",
    )


def two_diluents(scanned: Lot, chosen: Lot) -> Refused:
    """One lot was scanned, and another stands chosen beside it."""
    words = [str(scanned), str(chosen)]
    if scanned.number == chosen.number:
        words = [f"{lot}, expiry {day_words(lot.expires_on)}," for lot in (scanned, chosen)]
    return refuse(
        "diluent.not_the_scanned",
        "diluent",
        f"{capital(words[0])} was scanned, and {words[1].rstrip(',')} is chosen. Nothing was recorded.",
        "Look at what was added. Choose the lot that was scanned, or clear its code.",
        field="diluent_lot_id",
    )


def wrong_diluent(product: Product, scanned: str | None, number: str | None) -> Refused:
    """What was scanned is no diluent of this powder, or does not lie here."""
    what = f"{scanned or 'something that is not in the catalogue'}{f', lot {number}' if number else ''}"
    reason = f"Wrong diluent: scanned {what}. Nothing was mixed."
    remedy = f"The label of {product} names {product.diluent or 'none'}. Put it back and scan again."
    return refuse("scan.wrong_diluent", str(product), reason, remedy, field="scan", rule="L3")


def diluent_expires_otherwise(lots: Sequence[Lot], scanned: date) -> Refused:
    """The pack says another expiry than every lot of its number."""
    on_record = joined([day_words(lot.expires_on) for lot in lots])
    reason = f"The pack says it expires {day_words(scanned)}, and {lots[0]} is on record with {on_record}."
    words = f"{reason} Nothing was mixed."
    remedy = "Set it aside: the record or the pack is wrong. Ask the pharmacist."
    return refuse("scan.wrong_expiry", str(lots[0]), words, remedy, field="scan", rule="L3")


def which_diluent(lots: Sequence[Lot]) -> Refused:
    """The code fits several lots."""
    on_record = joined([day_words(lot.expires_on) for lot in lots])
    reason = f"{capital(str(lots[0]))} is on record with {on_record}, and the code does not tell which."
    return refuse(
        "diluent.which",
        str(lots[0]),
        f"{reason} Nothing was recorded.",
        "Choose the one whose expiry stands on the pack.",
        field="diluent_lot_id",
    )


def may_not_release(name: str, field: str) -> Refused:
    """The person who signed has no right to release."""
    reason = f"{name} may not release a preparation."
    return refuse("release.not_allowed", name, reason, "Ask a pharmacist or a practitioner.", field=field)


def needs_releaser(names: Sequence[str], field: str) -> Refused:
    """Whoever is signed in may not release, and nobody signed."""
    who = f"{joined(names)} may." if names else "Nobody at this site may yet."
    return refuse("release.needs_another", "release", "Nobody has signed the release.", who, field=field)
