"""How a site stands with a product in words: how much, what comes, how fast it is used, why so many packs."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from formulary.catalogue.models import Product
from formulary.rules.lot_status import day_words
from formulary.rules.units import Quantity, show
from formulary.stock.labels.containers import container_word
from formulary.stock.models import measured_in
from formulary.stock.queries import OnOrder, Supply

NOT_SET, UNKNOWN = "not set", "unknown"


@dataclass(frozen=True)
class SupplyRow:
    """A product at a site as a row of a list; `why` are the numbers that the suggestion rests on."""

    supply: Supply
    state: str
    words: str
    usable: str
    opened: str
    minimum: str
    target: str
    coming: str
    use: str
    order: str
    why: tuple[str, ...]


def supply_row(supply: Supply, mark: str) -> SupplyRow:
    """One row, with its reasons."""
    level = supply.level
    return SupplyRow(
        supply,
        *state_words(supply),
        usable=how_many(supply.product, supply.plan.usable, mark),
        opened=opened_words(supply, mark),
        minimum=_level(supply.product, level.minimum if level else None),
        target=_level(supply.product, level.target if level else None),
        coming=coming_words(supply.product, supply.coming),
        use=use_words(supply, mark),
        order=packs_words(supply),
        why=tuple(why(supply, mark)),
    )


def state_words(supply: Supply) -> tuple[str, str]:
    """How it stands: a state of `web.states` and its words."""
    plan = supply.plan
    if supply.is_withdrawn:
        return "info", supply.product.status
    if plan.minimum is None:
        return "unknown", "minimum not set"
    if plan.is_short:
        return "warn", "below minimum"
    return ("warn", "to order") if plan.packs else ("pass", "enough")


def counted(product: Product, containers: int) -> str:
    """So many whole containers: "1 vial", "30 vials"."""
    word = container_word(product)
    return f"{containers:,} {word}{'' if containers == 1 else 's'}"


def how_many(product: Product, containers: Fraction, mark: str) -> str:
    """Containers and a part of one: "9 vials and 2.5 mL"; none is "none"."""
    whole = int(containers)
    part = (containers - whole) * (product.content or 1)
    words = [counted(product, whole)] if whole else []
    if part:
        words.append(show(Quantity(part, measured_in(product)), mark=mark))
    return " and ".join(words) or "none"


def opened_words(supply: Supply, mark: str) -> str:
    """What is left in open vials, which count for nothing: "3 mL in 2 open vials"."""
    if not supply.opened:
        return ""
    left = sum((stock.remaining.steps for stock in supply.opened), Fraction(0))
    open_ones = f"{len(supply.opened):,} open {container_word(supply.product)}"
    plural = "" if len(supply.opened) == 1 else "s"
    return f"{show(Quantity(left, measured_in(supply.product)), mark=mark)} in {open_ones}{plural}"


def coming_words(product: Product, coming: Sequence[OnOrder]) -> str:
    """What is on order: "30 vials: PO-3, expected 1 Dec 2026"; "" where nothing is."""
    if not coming:
        return ""
    parts = ", ".join(f"{one.order.code} {_expected(one)}" for one in coming)
    return f"{counted(product, sum(one.line.outstanding for one in coming))}: {parts}"


def on_order_words(coming: Sequence[OnOrder]) -> dict[int, str]:
    """How much is on order in all, by product: "30 vials"."""
    sums: dict[int, int] = {}
    for one in coming:
        sums[one.line.product.id] = sums.get(one.line.product.id, 0) + one.line.outstanding
    products = {one.line.product.id: one.line.product for one in coming}
    return {key: counted(products[key], total) for key, total in sums.items()}


def use_words(supply: Supply, mark: str) -> str:
    """How fast it is used: "0.5 mL a day (45 mL in 90 days, since 26 Aug 2026)", or that it is unknown."""
    used = supply.used
    if used is None:
        return UNKNOWN
    whole = _steps(supply.product, Fraction(used.used), mark)
    since = f"in {used.days} days, since {day_words(used.since.date())}"
    if not used.used:
        return f"none {since}"
    return f"{_steps(supply.product, used.per_day, mark)} a day ({whole} {since})"


def packs_words(supply: Supply) -> str:
    """What to order: "3 packs of 10 vials", "nothing", or unknown."""
    plan = supply.plan
    if plan.packs is None:
        return UNKNOWN
    if not plan.packs or supply.is_withdrawn:
        return "nothing"
    return packs_of(supply.product, plan.packs, plan.per_pack)


def packs_of(product: Product, packs: int, per_pack: int) -> str:
    """Packs in words: "3 packs of 10 vials"; single containers by their own word."""
    if per_pack == 1:
        return counted(product, packs)
    return f"{packs:,} pack{'' if packs == 1 else 's'} of {counted(product, per_pack)}"


def why(supply: Supply, mark: str) -> Iterator[str]:
    """Every number of the suggestion, in the order in which it is worked out."""
    plan, product = supply.plan, supply.product
    yield f"Usable now: {how_many(product, plan.usable, mark)}."
    if supply.opened:
        yield f"Not counted: {opened_words(supply, mark)}."
    if plan.lapsing:
        yield f"Of these {how_many(product, plan.lapsing, mark)} lapse before they are used."
    if plan.coming:
        yield f"On order: {coming_words(product, supply.coming)}."
    if plan.overdue:
        yield f"Of these {counted(product, plan.overdue)} are overdue: ask for them before ordering again."
    if supply.apart:
        apart = sum((stock.remaining.steps for stock in supply.apart), Fraction(0)) / supply.content
        yield f"In quarantine, waiting for release: {how_many(product, apart, mark)}."
    for code, steps in supply.awaited.items():
        yield f"On its way in {code}: {how_many(product, Fraction(steps) / supply.content, mark)}."
    yield _use_until(supply, mark)
    yield from _against(supply, mark)


def _use_until(supply: Supply, mark: str) -> str:
    plan, lead = supply.plan, supply.lead_days
    if plan.use_known:
        days = f"{lead} day{'' if lead == 1 else 's'}"
        used = how_many(supply.product, plan.used, mark)
        return f"Expected use until a delivery in {days}: {used}, at {use_words(supply, mark)}."
    unknown = "the lead time" if lead is None else "the use"
    both = "lead time and use" if lead is None and supply.used is None else unknown
    verb = "are" if both == "lead time and use" else "is"
    return f"Use until a delivery: unknown, because {both} {verb} unknown. Nothing is taken off for it."


def _against(supply: Supply, mark: str) -> Iterator[str]:
    plan, product = supply.plan, supply.product
    if plan.minimum is None:
        yield "No minimum is set, so nothing is suggested."
        return
    left = how_many(product, plan.then, mark)
    yield f"That leaves {left}, against a minimum of {counted(product, plan.minimum)}."
    if supply.is_withdrawn:
        yield f"The catalogue says that it is {product.status}, so nothing is suggested."
    elif not plan.packs:
        yield "That is not below the minimum, so nothing is suggested."
    else:
        level = "target" if supply.level and supply.level.target is not None else "minimum (no target is set)"
        short = how_many(product, plan.short, mark)
        yield f"Up to the {level} of {counted(product, plan.up_to or 0)}, {short} are missing."
        yield f"In whole packs: {packs_words(supply)}, {counted(product, plan.containers)}."


def _level(product: Product, containers: int | None) -> str:
    return NOT_SET if containers is None else counted(product, containers)


def _steps(product: Product, steps: Fraction, mark: str) -> str:
    return show(Quantity(steps, measured_in(product)), mark=mark)


def _expected(one: OnOrder) -> str:
    if one.line.row.expected_on is None:
        return "without a day"
    return f"expected {day_words(one.line.row.expected_on)}"
