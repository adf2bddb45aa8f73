"""The open-vial board: what is left, until when, who could share it today, what letting it lapse costs."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from formulary.cocktails.facts import reservation_ref_of
from formulary.overview.queries import OpenVial, Planned
from formulary.rules.facts import SitePolicies
from formulary.rules.lot_status import (
    hours,
    moment_words,
    serves_one_patient,
    sharing_h,
    usable,
)
from formulary.rules.units import Money, Quantity
from formulary.stock.labels import Told, state_of
from formulary.stock.labels.prices import no_price, worked_out
from formulary.stock.queries import Prices
from formulary.web import site
from formulary.web.words import distance, plural

SOON = timedelta(hours=24)


@dataclass(frozen=True)
class Around:
    """What the board is told besides the vials: today's list, the site's policies, what was paid."""

    planned: Sequence[Planned] = ()
    policies: SitePolicies | None = None
    prices: Prices | None = None
    names: bool = False


@dataclass(frozen=True)
class VialLine:
    """One open vial: what is left, until when, how it stands, whom it may serve, what is lost if it lapses.

    `cost` is None where nobody can say, and `why` says how it is worked out or why nobody can. `has_lapsed`:
    time has stopped it, so that it is wasted; what is held is kept for whoever asks for it.
    """

    vial: OpenVial
    told: Told
    left: Quantity
    until: datetime | None
    away: str
    whose: str = ""
    sharers: tuple[Planned, ...] = ()
    cost: Money | None = None
    why: str = ""
    has_lapsed: bool = False

    @property
    def may_be_used(self) -> bool:
        """Whether nothing stands against drawing from it."""
        return self.told.is_usable or self.lapses_soon

    @property
    def lapses_soon(self) -> bool:
        """Whether it may be used and will lapse within a day."""
        return self.told.state == "soon"

    @property
    def shared_words(self) -> str:
        """How many of today's patients it could serve."""
        if self.has_lapsed or not self.may_be_used:
            return ""
        counted = len({each.patient_id for each in self.sharers})
        return f"{plural(counted, 'patient')} today" if counted else "nobody today"

    @property
    def unseen(self) -> int:
        """How many of them the asker may not see."""
        seen = {each.patient_id for each in self.sharers if each.seen}
        return len({each.patient_id for each in self.sharers} - seen)

    @property
    def to_draw(self) -> Planned | None:
        """The first of today's cocktails at the bench that it could serve."""
        at_bench = (each for each in self.sharers if each.state in ("verified", "in_preparation"))
        return next(at_bench, None)


@dataclass(frozen=True)
class Board:
    """The page: its lines, those to be wasted first, and what is lost in all if nobody draws any more."""

    lines: list[VialLine]
    lost: Money | None
    unpriced: int
    names: bool

    @property
    def heading(self) -> str:
        """ "5 open vials, 1 to be wasted, 1 soon over"."""
        over = sum(1 for line in self.lines if line.has_lapsed)
        soon = sum(1 for line in self.lines if line.lapses_soon)
        more = (f", {over:,} to be wasted" if over else "") + (f", {soon:,} soon over" if soon else "")
        return f"{plural(len(self.lines), 'open vial')}{more}" if self.lines else "No vial is open"

    @property
    def sharing(self) -> list[VialLine]:
        """The vials that somebody of today's list could share."""
        return [line for line in self.lines if line.sharers]

    @property
    def named(self) -> int:
        """How many patients the page shows by name."""
        seen = {each.patient_id for line in self.lines for each in line.sharers if each.seen}
        return len(seen) if self.names else 0


def board(vials: Iterable[OpenVial], at: datetime, around: Around | None = None) -> Board:
    """The open vials: what has lapsed, then the first to lapse first."""
    around = around or Around()
    lines = [_line(vial, at, around) for vial in vials]
    lines.sort(key=lambda line: (not line.has_lapsed, line.until is None, line.until or at, line.vial.id))
    priced = [line.cost for line in lines if line.cost is not None]
    lost = sum(priced[1:], priced[0]) if priced else None
    return Board(lines, lost, len(lines) - len(priced), around.names)


def _line(vial: OpenVial, at: datetime, around: Around) -> VialLine:
    until = vial.until
    away = distance(until, at, site.zone()) if until else "not known"
    priced, over = _cost(vial, around.prices), vial.has_lapsed(at)
    told, whose = _told(vial, at), _whose(vial, around.policies)
    return VialLine(vial, told, vial.left, until, away, whose, _sharers(vial, at, around), *priced, over)


def _told(vial: OpenVial, at: datetime) -> Told:
    told, until = state_of(vial.source, at), vial.until
    if told.is_usable and until is not None and until - at <= SOON:
        return Told("soon", "soon over")
    return Told("open", "open") if told.state == "open" else told


def _sharers(vial: OpenVial, at: datetime, around: Around) -> tuple[Planned, ...]:
    """Those of today's list whom the vial may serve when their cocktail is planned, by the rule of draws."""
    if around.policies is None:
        return ()
    return tuple(
        each
        for each in around.planned
        if each.product_id == vial.source.product_id and _may_serve(vial, each, at, around.policies)
    )


def _may_serve(vial: OpenVial, planned: Planned, at: datetime, policies: SitePolicies) -> bool:
    when = max(at, planned.planned_for or at)
    ref = reservation_ref_of(planned.cocktail_id)
    return not usable(vial.source, at=when, for_patient=planned.patient_id, policies=policies, for_ref=ref)


def _whose(vial: OpenVial, policies: SitePolicies | None) -> str:
    """Whether others may be served from it (ruling of single-dose containers), in words."""
    container, opened = vial.source.container, vial.opened_at
    if not serves_one_patient(container):
        return ""
    shared = None if policies is None else sharing_h(container, policies)
    if shared and opened is not None:
        until = moment_words(opened + hours(shared), vial.source.zone, opened)
        return f"shared until {until}, by policy"
    return "for one patient"


def _cost(vial: OpenVial, prices: Prices | None) -> tuple[Money | None, str]:
    if prices is None:
        return None, ""
    paid = prices.by_lot.get(vial.lot_id)
    if paid is None:
        return None, no_price(f"lot {vial.lot}", prices.currency)
    left = vial.source.remaining
    return paid.of(left.steps), worked_out(left, paid, site.mark())
