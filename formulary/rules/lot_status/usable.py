"""Whether one source may be drawn from at an instant: the one function that every screen and act asks.

Source: rules L1 and L2 of the checklist; usable through the printed day in the site's zone. What a label
says to discard serves one preparation or test; USP <797>, official 1 Nov 2023, never keeps an ampoule.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import Protocol

from formulary.rules.facts import Container, SitePolicies, Stock
from formulary.rules.findings import Finding, Level, Result
from formulary.rules.lot_status.days import (
    NOT_ON_RECORD,
    day_of,
    day_words,
    end_of_day,
    hours,
    moment_words,
    span_words,
)
from formulary.rules.units import Quantity

KNOWN_STATES = frozenset({"available", "open", "sealed", "quarantined", "exhausted", "empty"})
SHAREABLE = frozenset({Container.SINGLE_DOSE, Container.BULK})
ENDED_BY_TIME = frozenset({"lot.expired", "vial.beyond_use", "vial.not_kept"})
ANOTHER = "Take another vial."
WASTE_IT = "Waste it, and take another vial."


@dataclass(frozen=True, slots=True)
class Bar:
    """One thing that stands against a source: in a few words, and as a finding."""

    words: str
    finding: Finding


@dataclass(frozen=True, slots=True)
class _Asked:
    stock: Stock
    at: datetime
    for_patient: int | None
    for_ref: str | None
    shared_h: Fraction | None

    @property
    def shared(self) -> bool:
        """Whether the site's policy lets it serve others at this instant."""
        opened, span = self.stock.opened_at, self.shared_h
        return opened is not None and span is not None and self.at < opened + hours(span)


class InUse(Protocol):
    """What must be known of a container to say how long it may be used once opened: a Product or a Stock."""

    @property
    def container(self) -> Container:
        """How it is packed."""

    @property
    def after_puncture_h(self) -> Fraction | None:
        """Hours in use after the first puncture; 0: not kept."""

    @property
    def after_reconstitution_h(self) -> Fraction | None:
        """Hours in use after mixing."""


def usable(
    stock: Stock,
    *,
    at: datetime,
    for_patient: int | None,
    policies: SitePolicies | None = None,
    for_ref: str | None = None,
) -> tuple[Finding, ...]:
    """Everything that stands against drawing from this source now for this patient; nothing: it is usable.

    Without `policies` a single-dose container serves one patient. `for_ref` is the asker in reservations.
    """
    found = bars(stock, at=at, for_patient=for_patient, policies=policies, for_ref=for_ref)
    return tuple(bar.finding for bar in found)


def bars(
    stock: Stock,
    *,
    at: datetime,
    for_patient: int | None,
    policies: SitePolicies | None = None,
    for_ref: str | None = None,
) -> tuple[Bar, ...]:
    """The same as `usable`, each with the few words that an allocation says of it."""
    shared_h = None if policies is None else sharing_h(stock.container, policies)
    asked = _Asked(stock, at, for_patient, for_ref, shared_h)
    return tuple(bar for look in _LOOKS for bar in look(asked))


def has_lapsed(stock: Stock, *, at: datetime) -> bool:
    """Whether time has ended it, for the patient and the act it was opened for too, so that it is wasted.

    What is held or in quarantine is kept for whoever asks for it.
    """
    found = usable(stock, at=at, for_patient=stock.opened_for, for_ref=stock.opened_for_ref)
    return bool(found) and found[0].code in ENDED_BY_TIME


def free(stock: Stock, for_ref: str | None = None) -> Quantity:
    """What is left and not reserved for another, never less than nothing."""
    if stock.reserved is None or stock.reserved_for == for_ref:
        return stock.remaining
    return max(stock.remaining - stock.reserved, Quantity.zero(stock.remaining.dimension))


def name_of(stock: Stock) -> str:
    """How a finding names the source: its vial, or its lot."""
    return f"vial {stock.vial}" if stock.vial else f"lot {stock.lot}"


def serves_one_patient(container: Container) -> bool:
    """Whether an opened one is for one patient: all but multi-dose vials, the unknown included."""
    return container is not Container.MULTI_DOSE


def sharing_h(container: Container, policies: SitePolicies) -> Fraction | None:
    """For how long after opening the site lets a container for one patient serve others; None: not at all.

    Never an ampoule or a device, nor what is packed as nobody knows.
    """
    return policies.shared_single_dose_h if container in SHAREABLE else None


def is_discarded(stock: Stock) -> bool:
    """Whether what is left in an opened one is thrown away after the session: it has no time in use."""
    return discards(stock, is_mixed=stock.reconstituted_at is not None)


def discards(rules: InUse, *, is_mixed: bool) -> bool:
    """The same of any container, as it is or reconstituted.

    0 hours after puncture means that the remainder is discarded; so does an ampoule, and a single-dose (or
    unknown) container without a figure.
    """
    if is_mixed and rules.after_reconstitution_h:
        return False
    if rules.container is Container.AMPOULE or rules.after_puncture_h == 0:
        return True
    return rules.after_puncture_h is None and rules.container in (Container.SINGLE_DOSE, Container.UNKNOWN)


def drawn_until(stock: Stock) -> datetime | None:
    """By when what is open is drawn from for the last time: its beyond-use date, and no later than the end of
    the day of its opening where the rest is not kept. None while it is sealed, or while nobody knows.
    """
    if stock.opened_at is None or not is_discarded(stock):
        return stock.beyond_use_at
    ends = end_of_day(day_of(stock.opened_at, stock.zone), stock.zone)
    return ends if stock.beyond_use_at is None else min(ends, stock.beyond_use_at)


def is_untouched(stock: Stock) -> bool:
    """Whether nothing was drawn from an opened container yet."""
    return stock.remaining == stock.one_container


def _bar(asked: _Asked, code: str, words: str, reason: str, remedy: str = ANOTHER, **more: object) -> Bar:
    name = name_of(asked.stock)
    fields = {"level": Level.BLOCK, "rule": "L2", **more}
    return Bar(words, Finding(code, name, f"{name[0].upper()}{name[1:]} {reason}", remedy, **fields))  # type: ignore[arg-type]


def _held(asked: _Asked) -> Iterator[Bar]:
    if asked.stock.held:
        why = "; ".join(asked.stock.held)
        yield _bar(asked, "lot.held", f"held: {why}", f"is on hold: {why}.", "Take another lot.")


def _state(asked: _Asked) -> Iterator[Bar]:
    state = asked.stock.status
    if state == "quarantined":
        yield _bar(asked, "lot.quarantined", "in quarantine", "is in quarantine.", "Take another lot.")
    elif state not in KNOWN_STATES:
        yield _bar(asked, "vial.gone", state, f"is {state}.")


def _expired(asked: _Asked) -> Iterator[Bar]:
    stock = asked.stock
    if asked.at < end_of_day(stock.expires_on, stock.zone):
        return
    if stock.expires_on == NOT_ON_RECORD:
        reason = "has no expiry on record, so that nobody may use it."
        yield _bar(asked, "lot.expired", "expiry not on record", reason, "Take another lot.", rule="L1")
        return
    short = day_words(stock.expires_on, day_of(asked.at, stock.zone).year)
    reason = f"expired at the end of {day_words(stock.expires_on)}."
    yield _bar(asked, "lot.expired", f"expired {short}", reason, "Take another lot.", rule="L1")


def _beyond_use(asked: _Asked) -> Iterator[Bar]:
    stock = asked.stock
    if stock.opened_at is None:
        return
    if stock.beyond_use_at is None:
        reason = "is open, and how long it may be used is not known."
        more = {"rule": "L1", "result": Result.UNKNOWN}
        yield _bar(asked, "vial.beyond_use_unknown", "open, beyond use not known", reason, **more)
    elif asked.at >= stock.beyond_use_at:
        since = moment_words(stock.beyond_use_at, stock.zone, asked.at)
        yield _bar(
            asked, "vial.beyond_use", f"beyond use since {since}", f"is beyond use since {since}.", rule="L1"
        )


def _kept_over(asked: _Asked) -> Iterator[Bar]:
    stock = asked.stock
    if stock.opened_at is None or not is_discarded(stock):
        return
    opened = day_of(stock.opened_at, stock.zone)
    if opened < day_of(asked.at, stock.zone):
        words = f"opened {day_words(opened, day_of(asked.at, stock.zone).year)}, not kept"
        reason = f"was opened on {day_words(opened)} and is not kept after the session."
        yield _bar(asked, "vial.not_kept", words, reason, WASTE_IT, rule="L1")
    elif not asked.shared and not _is_anothers(asked) and _is_of_another_act(asked):
        reason = "was drawn from for another preparation or test, and is not kept after it."
        yield _bar(asked, "vial.not_kept", "drawn from before, not kept", reason, WASTE_IT, rule="L1")


def _is_of_another_act(asked: _Asked) -> bool:
    """Whether something was drawn from it for another act than the one that asks, or for one that is over."""
    own = asked.stock.opened_for_ref
    return not is_untouched(asked.stock) and (own == "" or own != asked.for_ref)


def _is_anothers(asked: _Asked) -> bool:
    """Whether it serves one patient, who is another."""
    stock = asked.stock
    return serves_one_patient(stock.container) and stock.opened_for not in (None, asked.for_patient)


def _other_patient(asked: _Asked) -> Iterator[Bar]:
    stock = asked.stock
    if stock.opened_at is None or asked.shared or not serves_one_patient(stock.container):
        return
    if stock.opened_for is None and is_untouched(stock):
        return  # nothing has been drawn: it serves whoever is first
    if stock.opened_for is None:
        reason = "is open, and for whom is not recorded; it serves one patient."
        more = {"result": Result.UNKNOWN}
        yield _bar(asked, "vial.other_patient", "opened, not recorded for whom", reason, **more)
    elif _is_anothers(asked):
        yield _bar(asked, "vial.other_patient", "opened for another patient", _serves_one(asked))


def _serves_one(asked: _Asked) -> str:
    reason = "was opened for another patient and serves one."
    if asked.shared_h is None:
        return reason
    return f"{reason[:-1]}: the site shares it for {span_words(asked.shared_h)} after opening."


def _nothing_left(asked: _Asked) -> Iterator[Bar]:
    stock = asked.stock
    spent = stock.status in {"exhausted", "empty"} or stock.remaining.steps <= 0
    if spent:
        code = "vial.empty" if stock.vial_id is not None else "lot.exhausted"
        yield _bar(asked, code, "nothing left", "has nothing left.", rule="L6")
    elif free(stock, asked.for_ref).is_zero:
        reason = "is reserved for another preparation."
        yield _bar(asked, "stock.reserved", "reserved for another preparation", reason, rule="L6")


_LOOKS = (_held, _state, _expired, _beyond_use, _kept_over, _other_patient, _nothing_left)
