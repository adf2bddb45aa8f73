"""What does not keep, waits for a look, or is stopped: vials, lots, holds, emergency accesses."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from formulary.overview.labels.board import SOON
from formulary.overview.labels.day import Day
from formulary.overview.labels.need import Need, shown
from formulary.overview.queries import OpenVial, Sealed
from formulary.rules.lot_status import day_of, end_of_day
from formulary.stock.labels import state_of
from formulary.web import words

NEAR_EXPIRY = timedelta(days=14)


def open_vials(day: Day) -> Iterator[Need]:
    """Open vials that lapse within a day, or have lapsed."""
    for vial in day.vials:
        told, own = state_of(vial.source, day.at), (("vial_id", vial.id),)
        if vial.has_lapsed(day.at):
            title, page = f"Waste vial {vial.code}, {vial.product}", ("stock.waste_vial", "Waste it")
            until = _lapsed_at(vial, day)
            yield Need(until, title, f"{shown(vial.left)} left.", told.state, told.words, *page, own)
        elif told.is_usable and vial.until and vial.until - day.at <= SOON:
            title, page = f"Use vial {vial.code}, {vial.product}", ("stock.vial", "Open vial")
            yield Need(vial.until, title, _lapses(vial), "warn", "may lapse", *page, own)


def expiring(day: Day) -> Iterator[Need]:
    """Lots on the shelf that have expired, or do within two weeks."""
    for row in day.sealed:
        until = end_of_day(row.expires_on, str(day.zone))
        if row.kind == "storage" and row.expires_on <= day_of(day.at, str(day.zone)) + NEAR_EXPIRY:
            gone = until <= day.at
            title = f"{'Take away' if gone else 'Use'} lot {row.number}, {row.product}"
            state = ("expired", "expired") if gone else ("expiring", "expires soon")
            yield Need(until, title, f"{_amount(row)} on the shelf.", *state, *_lot(row))


def quarantine(day: Day) -> Iterator[Need]:
    """Lots that wait for a second look."""
    for row in day.sealed:
        if row.kind == "quarantine":
            title, told = f"Look at lot {row.number}, {row.product}", f"{_amount(row)} in quarantine."
            yield Need(None, title, told, "quarantined", "in quarantine", *_lot(row))


def follow_holds(day: Day) -> Iterator[Need]:
    """Holds that stand: each is followed to its end."""
    for row in day.holds:
        where = ("recalls.answer", "Who was touched") if row.lot_id else ("recalls.index", "Open")
        own = (("lot", row.lot_id),) if row.lot_id else ()
        about = f"{row.product}. " if row.product else ""
        told = f"{about}Since {words.day(row.at, day.zone)}, by {row.by}."
        yield Need(None, f"Follow {row.kind} {row.what}", told, "held", f"held: {row.words}", *where, own)


def answer_recalls(day: Day) -> Iterator[Need]:
    """Lots that came and that a case covers or a notice names: a recall officer looks at each."""
    for row in day.came_in:
        lots = ", ".join(row.lots) or "a lot that it names"
        told = f"It came {words.instant(row.at, day.zone)}; look at what was stopped, and decide."
        page = (f"recalls.{row.kind}", "Look", ((f"{row.kind}_id", row.id),))
        yield Need(row.at, f"{row.code}: {lots} came", told, "stop", "arrived since", *page)


def explain_discrepancies(day: Day) -> Iterator[Need]:
    """What did not fit the ledger and nobody has explained."""
    if day.discrepancies:
        title = f"Explain {words.plural(day.discrepancies, 'discrepancy', 'discrepancies')}"
        told = "More was used than the ledger knew of, or a count found another quantity."
        page = ("stock.discrepancies", "Look")
        yield Need(None, title, told, "warn", "to explain", *page, count=day.discrepancies)


def look_at_discrepancies(day: Day) -> Iterator[Need]:
    """The same for whoever only looks on."""
    return _look_at(explain_discrepancies(day), "Explain")


def look_at_holds(day: Day) -> Iterator[Need]:
    """Holds that stand, for whoever only looks on."""
    return _look_at(follow_holds(day), "Follow")


def _look_at(needs: Iterator[Need], act: str) -> Iterator[Need]:
    return (replace(need, title=need.title.replace(act, "Look at", 1)) for need in needs)


def receive_transfers(day: Day) -> Iterator[Need]:
    """What other sites have sent and is not here in full."""
    for row in day.transfers:
        own, sent = (("transfer_id", row.id),), row.sent_at and words.instant(row.sent_at, day.zone)
        if row.state == "sent":
            page, state = ("stock.receive_transfer", "Receive it"), ("in_transit", "on its way")
            yield Need(None, f"Receive transfer {row.code}", f"Sent {sent}.", *state, *page, own)
        else:
            page, told = ("stock.transfer", "Look"), "Something of it has not arrived."
            yield Need(None, f"Look for what is missing of {row.code}", told, "warn", "missing", *page, own)


def order(day: Day) -> Iterator[Need]:
    """Products of which less is usable than their minimum."""
    for one in day.short:
        enough = one.plan.packs == 0
        coming = " Enough is on its way." if enough else " Some is on order." if one.coming else ""
        told = f"{shown(one.quantity(one.plan.usable))} usable.{coming}"
        page = ("stock.supply", "Look", (("product_id", one.product.id),))
        act = "Wait for" if enough else "Order"
        yield Need(None, f"{act} {one.product.name}", told, "warn", "below minimum", *page)


def count_places(day: Day) -> Iterator[Need]:
    """Places whose interval between two counts has passed."""
    for due in day.counts_due:
        told = f"Last counted {words.day(due.last_on, day.zone)}." if due.last_on else "Never counted."
        page = ("stock.open_count", "Count it", (("place", due.place.id),))
        yield Need(None, f"Count {due.place.name}", told, "warn", "count due", *page)


def watch_temperatures(day: Day) -> Iterator[Need]:
    """Excursions and gaps that nobody has decided, however old, and places whose reading is missing."""
    for row in day.warmth:
        page = ("stock.temperature", "Look", (("place_id", row.place_id),))
        if row.what == "excursion" and row.since is not None:
            told = f"It began {words.instant(row.since, day.zone)}; what was inside waits for a decision."
            yield Need(row.since, f"Decide on the excursion of {row.place}", told, "stop", "excursion", *page)
        elif row.what == "gap" and row.since is not None:
            last = words.instant(row.since, day.zone)
            told = f"Nobody read after {last}; what was inside waits for a decision."
            title = f"Decide on the gap in the readings of {row.place}"
            yield Need(row.since, title, told, "unknown", "not read", *page)
        else:
            last = (
                f"The last one is of {words.instant(row.since, day.zone)}." if row.since else "There is none."
            )
            yield Need(None, f"Read the thermometer of {row.place}", last, "warn", "reading missing", *page)


def review_emergencies(day: Day) -> Iterator[Need]:
    """Emergency accesses that nobody has reviewed."""
    if day.emergencies:
        title = f"Review {words.plural(day.emergencies, 'emergency access', 'emergency accesses')}"
        told = "Somebody opened a patient of another site and gave a reason."
        page = ("patients.emergencies", "Review")
        yield Need(None, title, told, "break_glass", "to review", *page, count=day.emergencies)


def _lapsed_at(vial: OpenVial, day: Day) -> datetime:
    """Since when it may not be used; its opening where it was drawn from for an act that is over."""
    if vial.until is not None and vial.until <= day.at:
        return vial.until
    return vial.opened_at or day.at


def _lot(row: Sealed) -> tuple[str, str, tuple[tuple[str, int], ...]]:
    return "stock.lot", "Open lot", (("lot_id", row.lot_id),)


def _lapses(vial: OpenVial) -> str:
    whose = "it is for one patient" if vial.for_one_patient else "it may be shared"
    return f"{shown(vial.left)} left; {whose}."


def _amount(row: Sealed) -> str:
    if row.containers is None:
        return shown(row.quantity)
    return f"{words.plural(row.containers, 'container')}, {shown(row.quantity)},"
