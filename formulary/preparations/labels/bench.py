"""The worksheet as the bench shows it: one line fills the screen, the others wait or are done."""

from dataclasses import dataclass
from datetime import datetime

from formulary.accounts import queries as accounts
from formulary.catalogue.models import Device, Product
from formulary.cocktails.facts import reservation_ref
from formulary.db import db
from formulary.preparations import facts, queries
from formulary.preparations.models import Attempt, CloseCall, Draw, PlannedDraw, Syringe
from formulary.rules.beyond_use import BeyondUse
from formulary.rules.units import VOLUME, Quantity
from formulary.stock.labels import Named, names_documents
from formulary.stock.models import Lot, Place, Vial


@dataclass(frozen=True)
class Step:
    """One step of the worksheet, ready to print."""

    row: PlannedDraw
    product: Product
    lot: Lot
    vial: Vial | None
    place: str
    volume: Quantity
    low: Quantity
    high: Quantity
    device: Device | None
    remaining: Quantity | None
    needs_mixing: bool

    @property
    def capacity(self) -> Quantity | None:
        """What the syringe holds."""
        return None if self.device is None else Quantity(self.device.capacity, VOLUME)

    @property
    def graduation(self) -> Quantity | None:
        """One mark of the syringe."""
        return None if self.device is None else Quantity(self.device.graduation, VOLUME)

    @property
    def diluent_volume(self) -> Quantity | None:
        """How much diluent the product's label asks for."""
        volume = self.product.reconstitution_volume
        return None if volume is None else Quantity(volume, VOLUME)

    @property
    def is_scanned(self) -> bool:
        """Whether its vial was scanned."""
        return self.row.scanned_at is not None


@dataclass(frozen=True)
class Bench:
    """An attempt as its page shows it."""

    attempt: Attempt
    steps: list[Step]
    current: Step | None
    draws: list[Draw]
    close_calls: list[CloseCall]
    rests: list[Vial]
    syringes: list[Syringe]
    until: BeyondUse
    zone: str
    names: dict[int, str]
    total: Quantity
    at: datetime

    @property
    def until_words(self) -> str:
        """Until when it may be used, with the limit that decides."""
        return self.until.words(self.zone, self.at)


def bench(attempt: Attempt, *, at: datetime) -> Bench:
    """Everything the page of an attempt shows."""
    ref = reservation_ref(attempt.cocktail)
    steps = [_step(row, at, ref) for row in attempt.planned if row.state != "dropped"]
    draws = queries.draws(attempt.id)
    people = {attempt.preparer_id, attempt.prescriber_id, attempt.verifier_id, attempt.releaser_id}
    return Bench(
        attempt=attempt,
        steps=steps,
        current=next((step for step in steps if step.row.state == "planned"), None),
        draws=draws,
        close_calls=queries.close_calls(attempt.id),
        rests=queries.open_rests(attempt),
        syringes=queries.syringes(attempt.id),
        until=facts.beyond_use(attempt, facts.gather_attempt(attempt, at=at)),
        zone=accounts.site(attempt.site_id).zone,
        names=accounts.person_names({p for p in people if p is not None}),
        total=Quantity(sum(draw.volume for draw in draws if draw.via != "diluent"), VOLUME),
        at=at,
    )


def _step(row: PlannedDraw, at: datetime, ref: str) -> Step:
    product = db.session.get_one(Product, row.product_id)
    vial = db.session.get(Vial, row.vial_id) if row.vial_id else None
    place = db.session.get(Place, row.place_id) if row.place_id else None
    source = facts.source_of(row, at, ref) if row.state == "planned" else None
    return Step(
        row=row,
        product=product,
        lot=db.session.get_one(Lot, row.lot_id),
        vial=vial,
        place=str(place or ""),
        volume=Quantity(row.volume, VOLUME),
        low=Quantity(row.allowed_low, VOLUME),
        high=Quantity(row.allowed_high, VOLUME),
        device=db.session.get(Device, row.device_id) if row.device_id else None,
        remaining=source.remaining if source else None,
        needs_mixing=product.form == "lyophilised" and vial is not None and vial.mixed_volume is None,
    )


@names_documents("attempt")
def _named(attempt_ids: list[int]) -> dict[int, Named]:
    rows = db.session.scalars(db.select(Attempt).where(Attempt.id.in_(attempt_ids)))
    return {
        row.id: Named(row.cocktail.code, "preparations.attempt", (("attempt_id", row.id),)) for row in rows
    }
