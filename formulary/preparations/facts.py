"""What the rules are told of a preparation: what each step needs, what was drawn, until when it may be
used.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime

from formulary.accounts.models import Site
from formulary.catalogue.models import Device
from formulary.cocktails.facts import Gathered, content_of, gather, reservation_ref
from formulary.cocktails.models import Revision
from formulary.db import Missing, db
from formulary.preparations import queries
from formulary.preparations.models import Attempt, Draw, PlannedDraw
from formulary.rules import facts
from formulary.rules.beyond_use import BeyondUse, cocktail_until
from formulary.rules.units import VOLUME, Quantity
from formulary.stock import facts as stock_facts
from formulary.stock.models import Lot, Place, Vial


def source_of(step: PlannedDraw, at: datetime, ref: str) -> facts.Stock:
    """The sealed lot or open vial that a step draws from, as it is now."""
    lot, vial = (
        db.session.get_one(Lot, step.lot_id),
        db.session.get(Vial, step.vial_id) if step.vial_id else None,
    )
    found = stock_facts.stock_of(lot, vial, db.session.get_one(Place, step.place_id), at, for_ref=ref)
    if found is None:
        raise Missing(f"Nothing of {lot} lies where step {step.position} expects it")
    return found


def drawn(draws: Iterable[Draw], at: datetime) -> tuple[facts.Draw, ...]:
    """What was really drawn, one fact per draw; the diluent inside a vial is part of its own draw."""
    direct = [draw for draw in draws if draw.via != "diluent"]
    devices = syringes({draw.device_id for draw in direct if draw.device_id})
    return tuple(_drawn(draw, devices, at) for draw in direct)


def _drawn(draw: Draw, devices: Mapping[int, facts.Syringe], at: datetime) -> facts.Draw:
    lot, vial = db.session.get_one(Lot, draw.lot_id), db.session.get_one(Vial, draw.vial_id)
    place = queries.place_of(vial)
    stock = stock_facts.stock_of(lot, vial, place, at)
    if stock is None:
        raise Missing(f"{vial.code} is not at {place}")
    return facts.Draw(
        line=draw.line_number,
        stock=stock,
        measured=Quantity(draw.volume, VOLUME),
        amount=lot.quantity(draw.quantity),
        syringe=devices.get(draw.device_id or 0),
        drawn_at=draw.drawn_at,
    )


def syringes(device_ids: set[int]) -> dict[int, facts.Syringe]:
    """The devices of these draws by key."""
    rows = db.session.scalars(db.select(Device).where(Device.id.in_(device_ids)))
    return {row.id: syringe(row) for row in rows}


def syringe(row: Device) -> facts.Syringe:
    """One device as the rules see it."""
    dead = None if row.dead_space is None else Quantity(row.dead_space, VOLUME)
    return facts.Syringe(
        row.name, Quantity(row.capacity, VOLUME), Quantity(row.graduation, VOLUME), dead, row.source
    )


def gather_attempt(attempt: Attempt, *, at: datetime) -> Gathered:
    """The cocktail's facts with what was drawn for it in this attempt."""
    revision = db.session.get_one(Revision, attempt.revision_id)
    done = drawn(queries.draws(attempt.id), at)
    return gather(
        content_of(attempt.cocktail, revision),
        site=db.session.get_one(Site, attempt.site_id),
        at=at,
        ref=reservation_ref(attempt.cocktail),
        picked=[draw.stock for draw in done],
        draws=done,
        beyond_use_at=attempt.beyond_use_at,
    )


def beyond_use(attempt: Attempt, gathered: Gathered) -> BeyondUse:
    """Until when giving must have begun, with the limit that decides."""
    sources = [draw.stock for draw in gathered.cocktail.draws]
    started = min((draw.drawn_at for draw in gathered.cocktail.draws), default=attempt.claimed_at)
    products = list(gathered.products.values())
    return cocktail_until(sources, products, prepared_from=started, policies=gathered.cocktail.policies)
