"""How a lot or a vial stands at this moment, in a state and a few words: always computed, never stored."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from formulary.rules.facts import Stock
from formulary.rules.lot_status import bars, day_of, day_words, end_of_day, is_discarded, moment_words

SOON = timedelta(days=30)
STATES = {
    "lot.held": "held",
    "lot.quarantined": "quarantined",
    "lot.expired": "expired",
    "vial.gone": "unknown",
    "vial.beyond_use": "beyond_use",
    "vial.beyond_use_unknown": "unknown",
    "vial.not_kept": "beyond_use",
    "vial.other_patient": "unknown",
    "vial.empty": "empty",
    "lot.exhausted": "exhausted",
    "stock.reserved": "reserved",
}


@dataclass(frozen=True)
class Told:
    """A state of `web.states` and the words beside its icon."""

    state: str
    words: str

    @property
    def is_usable(self) -> bool:
        """Whether nothing stands against using it."""
        return self.state in {"usable", "expiring", "open"}


def state_of(stock: Stock, at: datetime) -> Told:
    """What stands against one source, the gravest first; or until when it may be used."""
    found = bars(stock, at=at, for_patient=stock.opened_for, for_ref=stock.opened_for_ref)
    if found:
        return Told(STATES.get(found[0].finding.code, "unknown"), found[0].words)
    if stock.vial is not None and stock.beyond_use_at is not None:
        if is_discarded(stock):
            return Told("open", "open, not kept after the session")
        return Told("open", f"open until {moment_words(stock.beyond_use_at, stock.zone, at)}")
    return _shelf_life(stock, at)


def state_of_lot(stocks: Sequence[Stock], at: datetime) -> Told:
    """How a lot stands at a site: usable where any of it is, otherwise what stands against its first part."""
    told = [state_of(stock, at) for stock in stocks]
    sealed = [t for t, stock in zip(told, stocks, strict=True) if stock.vial is None]
    return next((t for t in (*sealed, *told) if t.is_usable), (sealed or told)[0])


def also(stocks: Sequence[Stock], shown: Told, at: datetime) -> list[str]:
    """The other words about parts of the lot, each once: "in quarantine", "beyond use since 14:20"."""
    words = (state_of(stock, at) for stock in stocks)
    return list(dict.fromkeys(t.words for t in words if t != shown and not t.is_usable))


def _shelf_life(stock: Stock, at: datetime) -> Told:
    ends = end_of_day(stock.expires_on, stock.zone)
    if ends - at > SOON:
        return Told("usable", "usable")
    return Told("expiring", f"expires {day_words(stock.expires_on, day_of(at, stock.zone).year)}")
