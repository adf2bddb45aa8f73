"""The worksheet: vials become draws that a syringe can measure, and the diluent takes the rest."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from formulary.catalogue import queries as catalogue
from formulary.preparations import queries
from formulary.preparations.models import Attempt, PlannedDraw
from formulary.rules import checklist
from formulary.rules.allocation import Pick
from formulary.rules.facts import Cocktail, Pin, SitePolicies, Strength, Syringe
from formulary.rules.formulation import Solved, devices, strength_of
from formulary.rules.units import VOLUME, Quantity, Rounding, total

NOTHING = Quantity.zero(VOLUME)


@dataclass(frozen=True)
class Part:
    """One draw to be made: out of which source, how much of its ledger, which volume, with which syringe."""

    pick: Pick
    quantity: Quantity
    volume: Quantity
    syringe: Syringe | None


def parts(solved: Solved, picks: Sequence[Pick], facts: Cocktail) -> list[Part]:
    """The draws of a line: one per source, or several where no syringe holds what one source gives."""
    volumes = _volumes(solved, picks, facts)
    return [part for each in zip(picks, volumes, strict=True) for part in _draws(solved, *each, facts)]


def _volumes(solved: Solved, picks: Sequence[Pick], facts: Cocktail) -> list[Quantity]:
    """The volume out of each source; together they are the line's, to the last nanolitre."""
    product, strength = solved.line.product, strength_of(solved.line)
    if not product.is_powder:
        return _on_marks([pick.quantity for pick in picks], picks, solved, facts)
    found = [volume_holding(pick.quantity, pick.stock.strength or strength) for pick in picks]
    if all(pick.stock.strength is None for pick in picks):
        return [*found[:-1], solved.achieved_volume - total(found[:-1], VOLUME)]
    return [on_marks(volume, facts).volume for volume in found]


def volume_holding(quantity: Quantity, strength: Strength | None) -> Quantity:
    """The volume that holds so much of a powder at its strength, to the nanolitre."""
    if strength is None:
        raise ValueError("A powder without a strength has no volume")
    return Quantity(quantity.steps / strength.ratio, VOLUME).to_step()


def on_marks(volume: Quantity, facts: Cocktail, *, ties_down: bool = False) -> devices.Measured:
    """What the syringes on record make of a volume."""
    syringes = devices.sorted_syringes(facts.syringes)
    return devices.measure(volume, syringes, facts.policies.smallest_fill, ties_down=ties_down)


def _on_marks(
    volumes: list[Quantity], picks: Sequence[Pick], solved: Solved, facts: Cocktail
) -> list[Quantity]:
    """Bring all but the last draw down to a mark of its syringe; the last takes what that leaves over."""
    if solved.line.pin is Pin.QS or len(volumes) < 2:  # noqa: PLR2004 - one draw is on its mark already
        return volumes
    whole, read = total(volumes, VOLUME), [down(volume, facts) for volume in volumes[:-1]]
    last = whole - total(read, VOLUME)
    return [*read, last] if last <= picks[-1].holds and all(volume > NOTHING for volume in read) else volumes


def down(volume: Quantity, facts: Cocktail) -> Quantity:
    """The mark of its syringe next below a volume."""
    syringe = on_marks(volume, facts).syringe
    return volume if syringe is None else volume.rounded(syringe.graduation, Rounding.FLOOR)


def _draws(solved: Solved, pick: Pick, volume: Quantity, facts: Cocktail) -> Iterator[Part]:
    quantity = volume if pick.quantity.dimension == VOLUME else pick.quantity
    if solved.to_mark:
        yield Part(pick, quantity, volume, solved.syringe)
        return
    measured = on_marks(volume, facts)
    shares = _shared(volume, measured)
    amounts = _in_proportion(quantity, shares)
    for share, amount in zip(shares, amounts, strict=True):
        yield Part(pick, amount, share, on_marks(share, facts).syringe)


def _shared(volume: Quantity, measured: devices.Measured) -> list[Quantity]:
    """A volume in so many draws, all on a mark but the last, which takes the remainder."""
    if measured.times == 1 or measured.syringe is None:
        return [volume]
    each = (volume / measured.times).rounded(measured.syringe.graduation, Rounding.FLOOR)
    return [each] * (measured.times - 1) + [volume - each * (measured.times - 1)]


def _in_proportion(quantity: Quantity, shares: Sequence[Quantity]) -> list[Quantity]:
    """The ledger's share of each draw; the last takes the remainder."""
    whole = total(shares, VOLUME)
    first = [(quantity * (share / whole)).to_step() for share in shares[:-1]]
    return [*first, quantity - total(first, quantity.dimension)]


def planned_draw(
    position: int, number: int, product_id: int, part: Part, policies: SitePolicies, *, is_qs: bool = False
) -> PlannedDraw:
    """A row of the worksheet."""
    stock = part.pick.stock
    step = PlannedDraw(
        position=position,
        line_number=number,
        product_id=product_id,
        lot_id=stock.lot_id,
        vial_id=stock.vial_id,
        place_id=stock.place_id,
        device_id=device_of(part.syringe),
        is_qs=is_qs,
        state="planned",
        why=part.pick.why[:200],
    )
    change(step, part.volume, part.quantity, policies)
    return step


def change(
    step: PlannedDraw,
    volume: Quantity,
    quantity: Quantity,
    policies: SitePolicies,
    of: Quantity | None = None,
) -> None:
    """Plan this volume for a step, its amount in the ledger, and what passes as planned (a share of `of`)."""
    low, high = checklist.allowed(volume, policies, of) or (volume, volume)
    step.volume, step.quantity = volume.whole(), quantity.whole()
    step.allowed_low = low.to_step(Rounding.CEILING).whole()
    step.allowed_high = high.to_step(Rounding.FLOOR).whole()


def device_of(syringe: Syringe | None) -> int | None:
    """The key of a syringe on record."""
    named = {device.name: device.id for device in catalogue.devices()} if syringe else {}
    return named.get(syringe.name) if syringe else None


def follow(attempt: Attempt, policies: SitePolicies) -> None:
    """Let the line that makes up take what the others really left; where nothing is left, drop it."""
    whole = queries.prepared_volume(attempt)
    waiting = [s for s in attempt.planned if s.is_qs and s.state in ("planned", "dropped")]
    if whole is None or not waiting:
        return
    done = sum(draw.volume for draw in queries.draws(attempt.id) if draw.via != "diluent")
    left = whole - done - sum(s.volume for s in attempt.planned if s.state == "planned" and not s.is_qs)
    *first, last = sorted(waiting, key=lambda s: s.position)
    for step in first:
        left -= _fill(step, min(step.volume, left), whole, policies)
    _fill(last, left, whole, policies)


def _fill(step: PlannedDraw, volume: int, whole: int, policies: SitePolicies) -> int:
    """Give a step that makes up its volume, on the mark of the whole or of its own syringe."""
    step.state = "planned" if volume > 0 else "dropped"
    if volume <= 0:
        return 0
    exact = Quantity(volume, VOLUME)
    if queries.is_to_mark(step, whole):
        change(step, exact, exact, policies, Quantity(whole, VOLUME))
    elif step.device_id is not None:
        marked = exact.rounded(Quantity(queries.device(step.device_id).graduation, VOLUME))
        change(step, marked, marked, policies)
    return volume
