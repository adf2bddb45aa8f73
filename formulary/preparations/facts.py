"""What the rules are told of a preparation: what each step draws from, what was drawn, until when it may be
used.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from formulary.accounts import Actor
from formulary.accounts import queries as accounts
from formulary.accounts.facts import site_policies
from formulary.catalogue import facts as catalogue
from formulary.cocktails.facts import Gathered, content_of, gather, reservation_ref
from formulary.cocktails.facts import gather_draw as gather_draw_of
from formulary.db import Missing
from formulary.preparations import queries
from formulary.preparations.models import Attempt, Draw, PlannedDraw
from formulary.rules import facts
from formulary.rules.beyond_use import BeyondUse, cocktail_until
from formulary.rules.lot_status import serves_one_patient
from formulary.rules.units import VOLUME, Quantity
from formulary.stock import facts as stock_facts
from formulary.stock.models import Lot, Vial

STORAGES = ("room", "fridge")


@dataclass(frozen=True)
class Rest:
    """What is left in a vial opened for a preparation; one for one patient is not kept afterwards."""

    vial: Vial
    stock: facts.Stock
    for_one_patient: bool


def source_of(step: PlannedDraw, at: datetime, ref: str) -> facts.Stock:
    """The sealed lot or open vial that a step draws from, as it is now."""
    lot, vial = queries.lot(step.lot_id or 0), queries.vial(step.vial_id) if step.vial_id else None
    found = stock_facts.stock_of(lot, vial, queries.place(step.place_id or 0), at, for_ref=ref)
    if found is None:
        raise Missing(f"Nothing of {lot} lies where step {step.position} expects it")
    return found


def source_in(told: facts.Cocktail, step: PlannedDraw) -> facts.Stock:
    """The same, out of what was gathered for the cocktail already."""
    key = (step.lot_id, step.vial_id, step.place_id)
    found = next((s for s in told.stock if (s.lot_id, s.vial_id, s.place_id) == key), None)
    if found is None:
        raise Missing(f"Nothing lies where step {step.position} expects it")
    return found


def drawn(draws: Iterable[Draw], at: datetime, ref: str) -> tuple[facts.Draw, ...]:
    """What was really drawn, one fact per draw; the diluent inside a vial is part of its own draw."""
    direct = [draw for draw in draws if draw.via != "diluent"]
    stocks = stock_facts.of_vials({draw.vial_id for draw in direct if draw.vial_id}, at, for_ref=ref)
    return tuple(_drawn(draw, stocks[draw.vial_id or 0]) for draw in direct)


def gather_draw(attempt: Attempt, *, at: datetime) -> facts.Cocktail:
    """The facts that the rules of a draw look at: what was drawn, and what is still to be drawn from.

    All of them where a diluent is among it, or a line is pinned to a lot that is not: then more counts.
    """
    ref, site = reservation_ref(attempt.cocktail), accounts.site(attempt.site_id)
    done = [draw for draw in queries.draws(attempt.id) if draw.via != "diluent"]
    waiting = [step for step in queries.steps(attempt) if step.state == "planned"]
    content = content_of(attempt.cocktail, queries.signed(attempt))
    found = _sources([*done, *waiting], waiting, at, ref)
    pinned = {line.lot_id for line in content.lines if line.lot_id is not None}
    if any(stock.diluent for stock in found) or not pinned <= {stock.lot_id for stock in found}:
        return gather_attempt(attempt, at=at).cocktail
    vials = stock_facts.fullest(found)
    draws = tuple(_drawn(draw, vials[draw.vial_id or 0]) for draw in done)
    keys = {(step.lot_id, step.vial_id, step.place_id) for step in waiting}
    left = [s for s in found if s.remaining.steps > 0 and (s.lot_id, s.vial_id, s.place_id) in keys]
    return gather_draw_of(
        content,
        site=site,
        at=at,
        ref=ref,
        storage=attempt.storage,
        sources=found,
        picked=(*left, *(draw.stock for draw in draws)),
        draws=draws,
        beyond_use_at=attempt.beyond_use_at,
    )


def _sources(
    rows: Iterable[Draw | PlannedDraw], waiting: Iterable[PlannedDraw], at: datetime, ref: str
) -> tuple[facts.Stock, ...]:
    """What was drawn from and what will be, each read once."""
    lots = {step.lot_id for step in waiting if step.lot_id and step.vial_id is None}
    places = {step.place_id for step in waiting if step.place_id and step.vial_id is None}
    vials = {row.vial_id for row in rows if row.vial_id}
    return stock_facts.sources(lots, places, vials, at, for_ref=ref)


def _drawn(draw: Draw, stock: facts.Stock) -> facts.Draw:
    return facts.Draw(
        line=draw.line_number,
        stock=stock,
        measured=Quantity(draw.volume, VOLUME),
        amount=Quantity(draw.quantity, stock.remaining.dimension),
        syringe=catalogue.syringe(queries.device(draw.device_id)) if draw.device_id else None,
        drawn_at=draw.drawn_at,
    )


def gather_attempt(
    attempt: Attempt, *, at: datetime, storage: str | None = None, by: Actor | None = None
) -> Gathered:
    """The cocktail's facts with what was drawn for it in this attempt, and what is still to be drawn from.

    `storage` tells of another storage than the one chosen, to see what it would change; `by` is who is
    about to give it.
    """
    ref, site = reservation_ref(attempt.cocktail), accounts.site(attempt.site_id)
    done = drawn(queries.draws(attempt.id), at, ref)
    gathered = gather(
        content_of(attempt.cocktail, queries.revision(attempt)),
        site=site,
        at=at,
        ref=ref,
        draws=done,
        beyond_use_at=attempt.beyond_use_at,
        by=by,
    )
    told = gathered.cocktail
    if (kept_at := storage or attempt.storage) != STORAGES[0]:
        told = replace(told, policies=site_policies(site, at, storage=kept_at))
    picked = (*pending(attempt, told), *(draw.stock for draw in done))
    return replace(gathered, cocktail=replace(told, picked=picked))


def with_diluent(told: facts.Cocktail, step: PlannedDraw, lot: Lot) -> facts.Cocktail:
    """The same facts as they would be with this diluent in the vial of a step."""
    mixed = facts.Diluent(lot.id, lot.number, lot.product_id, lot.expires_on)
    picked = tuple(replace(s, diluent=mixed) if s.vial_id == step.vial_id else s for s in told.picked)
    return replace(told, picked=picked, diluents=(*told.diluents, catalogue.product(lot.product_id)))


def pending(attempt: Attempt, told: facts.Cocktail) -> list[facts.Stock]:
    """What the steps that are not drawn yet will draw from, as far as it still lies there."""
    keys = {(s.lot_id, s.vial_id, s.place_id) for s in queries.steps(attempt) if s.state == "planned"}
    return [stock for stock in told.stock if (stock.lot_id, stock.vial_id, stock.place_id) in keys]


def beyond_use(attempt: Attempt, gathered: Gathered, at: datetime) -> BeyondUse:
    """Until when giving must have begun, with the limit that decides, by what was drawn and what will be.

    The clock starts with the first draw; before it, at `at`.
    """
    told = gathered.cocktail
    started = min((draw.drawn_at for draw in told.draws), default=at)
    sources = {(stock.lot_id, stock.vial_id): stock for stock in told.picked}
    products = list(gathered.products.values())
    drawn_from = list(sources.values())
    return cocktail_until(
        drawn_from, products, prepared_from=started, policies=told.policies, formula=told.formula
    )


def by_storage(attempt: Attempt, gathered: Gathered, at: datetime) -> dict[str, BeyondUse]:
    """Until when it may be used wherever the site lets it be kept: at room temperature, in the fridge."""
    site, found = accounts.site(attempt.site_id), {}
    for kind in STORAGES:
        policies = site_policies(site, at, storage=kind)
        if policies.preparation_limit_h is not None or kind == STORAGES[0]:
            told = replace(gathered.cocktail, policies=policies)
            found[kind] = beyond_use(attempt, replace(gathered, cocktail=told), at)
    return found


def rests(attempt: Attempt, at: datetime) -> list[Rest]:
    """What is left in the vials opened for it, those for one patient and those that stay open."""
    vials = {vial.id: vial for vial in queries.open_rests(attempt)}
    stocks = stock_facts.of_vials(vials.keys(), at)
    left = ((vials[key], stock) for key, stock in stocks.items() if stock.remaining.steps > 0)
    ordered = sorted(left, key=lambda rest: rest[0].id)
    return [Rest(vial, stock, serves_one_patient(stock.container)) for vial, stock in ordered]
