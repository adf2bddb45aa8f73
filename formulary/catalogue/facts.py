"""What the rules are told of the catalogue: frozen facts, read anew in a fixed number of queries."""

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction

from sqlalchemy.orm import joinedload, selectinload

from formulary.catalogue.models import (
    CompatibilityRule,
    Device,
    FormulaLine,
    FormulaVersion,
    Ingredient,
    Limit,
    Product,
    ProductExcipient,
)
from formulary.db import Missing, db
from formulary.rules import facts
from formulary.rules.units import VOLUME, Dimension, Quantity, dimension

AS_EXCIPIENT = " (excipient)"
MIXING = ("pair", "alone", "compatible", "handling")
WITH_EVERYTHING = (
    selectinload(Product.limits),
    joinedload(Product.ingredient).selectinload(Ingredient.synonyms),
    joinedload(Product.ingredient).selectinload(Ingredient.groups),
    selectinload(Product.excipients)
    .joinedload(ProductExcipient.ingredient)
    .options(selectinload(Ingredient.groups), joinedload(Ingredient.synonyms)),
)
RULE_COLUMNS = (
    CompatibilityRule.number,
    CompatibilityRule.kind,
    CompatibilityRule.a,
    CompatibilityRule.b,
    CompatibilityRule.level,
    CompatibilityRule.mechanism,
    CompatibilityRule.source,
    CompatibilityRule.version,
    CompatibilityRule.condition,
    CompatibilityRule.concentration_above_amount,
    CompatibilityRule.concentration_above_volume,
    CompatibilityRule.ph_below,
    CompatibilityRule.ph_above,
)


def products(product_ids: Iterable[int]) -> dict[int, facts.Product]:
    """The facts of these products by id; Missing when one of them does not exist."""
    wanted = set(product_ids)
    rows = db.session.scalars(db.select(Product).where(Product.id.in_(wanted)).options(*WITH_EVERYTHING))
    routes = _rules("route")
    found = {row.id: product_facts(row, routes) for row in rows}
    if wanted - found.keys():
        raise Missing(f"No product {sorted(wanted - found.keys())}")
    return found


def product(product_id: int) -> facts.Product:
    """The facts of one product; Missing when it does not exist."""
    return products([product_id])[product_id]


def product_facts(row: Product, routes: Sequence[facts.Compatibility] = ()) -> facts.Product:
    """One product as the rules see it; what the catalogue does not know stays None.

    A rule of the table against a route becomes a limit of 0 by that route: must not be used that way.
    """
    measured_in = dimension(row.dimension)
    ingredient = ingredient_facts(row.ingredient, measured_in)
    return facts.Product(
        id=row.id,
        name=row.name,
        ingredient=ingredient,
        strength=_strength(row.strength_amount, row.strength_volume, measured_in),
        container=facts.Container(row.container),
        is_powder=row.form == "lyophilised",
        routes=tuple(filter(None, row.label_routes.split(";"))),
        route_words=row.route,
        excipients=tuple(_excipient(other.ingredient) for other in row.excipients),
        excipients_known=row.excipients_known,
        limits=(*_limits(row, measured_in), *_forbidden_routes(ingredient, routes)),
        after_puncture_h=_hours(row.after_puncture_h),
        after_reconstitution_h=_hours(row.after_reconstitution_h),
        mixture_stability_h=_hours(row.mixture_stability_h),
        ph_low=_number(row.ph_low),
        ph_high=_number(row.ph_high),
    )


def ingredient_facts(ingredient: Ingredient, measured_in: Dimension) -> facts.Ingredient:
    """One ingredient as the rules see it, measured in its product's dimension."""
    return facts.Ingredient(
        id=ingredient.id,
        name=str(ingredient),
        dimension=measured_in,
        synonyms=tuple(s.name for s in ingredient.synonyms),
        groups=frozenset(group.word for group in ingredient.groups),
        do_not_mix=ingredient.do_not_mix,
        do_not_mix_source=ingredient.do_not_mix_source,
        high_alert=ingredient.high_alert,
        is_diluent=ingredient.role == "diluent",
        patch_test_required=ingredient.patch_test_required,
    )


def compatibilities() -> tuple[facts.Compatibility, ...]:
    """The rules about mixing; selectors name ingredients by id."""
    return _rules(*MIXING)


def syringes() -> tuple[facts.Syringe, ...]:
    """The measuring devices, smallest first."""
    rows = db.session.scalars(db.select(Device).order_by(Device.capacity, Device.graduation))
    return tuple(syringe(row) for row in rows)


def syringe(row: Device) -> facts.Syringe:
    """One measuring device as the rules see it."""
    dead_space = None if row.dead_space is None else _volume(row.dead_space)
    return facts.Syringe(row.name, _volume(row.capacity), _volume(row.graduation), dead_space, row.source)


def formula(version_id: int | None) -> facts.Formula | None:
    """What the approver of a formula version answered for, or None without a formula."""
    if version_id is None:
        return None
    wanted = (selectinload(FormulaVersion.lines), selectinload(FormulaVersion.pairs))
    version = db.session.get(FormulaVersion, version_id, options=wanted)
    if version is None:
        raise Missing(f"No formula version {version_id}")
    ranges = (_range(line) for line in version.lines)
    return facts.Formula(
        name=version.formula.name,
        version=version.number,
        approved=version.status == "approved",
        route=version.route,
        ranges=tuple(r for r in ranges if r is not None),
        accepted_pairs=frozenset(frozenset((pair.a_id, pair.b_id)) for pair in version.pairs),
        products=frozenset(line.product_id for line in version.lines if line.product_id is not None),
        any_product_of=frozenset(line.ingredient_id for line in version.lines if line.product_id is None),
    )


def limit_strength(row: Limit, measured_in: Dimension) -> facts.Strength | None:
    """The concentration that a limit names, as a pair."""
    return _strength(row.amount, row.volume, measured_in)


def _rules(*kinds: str) -> tuple[facts.Compatibility, ...]:
    query = db.select(*RULE_COLUMNS).where(CompatibilityRule.kind.in_(kinds)).order_by(CompatibilityRule.id)
    return tuple(_compatibility(row) for row in db.session.execute(query))


def _compatibility(row) -> facts.Compatibility:  # type: ignore[no-untyped-def]
    above = _strength(row.concentration_above_amount, row.concentration_above_volume, dimension("mass"))
    return facts.Compatibility(
        number=row.number,
        kind=row.kind,
        a=row.a,
        b=row.b,
        level=row.level.upper(),
        mechanism=row.mechanism,
        source=row.source,
        version=row.version,
        condition=row.condition,
        concentration_above=above,
        ph_below=_number(row.ph_below),
        ph_above=_number(row.ph_above),
    )


def _excipient(ingredient: Ingredient) -> facts.Excipient:
    words = frozenset(group.word for group in ingredient.groups)
    plain = ingredient.name.removesuffix(AS_EXCIPIENT)
    names = (plain, *(synonym.name for synonym in ingredient.synonyms))
    return facts.Excipient(ingredient.id, str(ingredient), words, names)


def _limits(row: Product, measured_in: Dimension) -> Iterator[facts.Limit]:
    """A limit for several routes is as many limits; an unknown one is none."""
    for limit in row.limits:
        if limit.kind != facts.LimitKind.UNKNOWN:
            yield from (_limit(limit, route, measured_in) for route in limit.route.split(";"))


def _limit(row: Limit, route: str, measured_in: Dimension) -> facts.Limit:
    is_dose = row.measure == "dose"
    return facts.Limit(
        kind=facts.LimitKind(row.kind),
        route=route,
        source=row.source,
        dose=_amount(row.amount, measured_in) if is_dose else None,
        per_kg=_amount(row.per_kg, measured_in),
        concentration=None if is_dose else limit_strength(row, measured_in),
        hard=row.hard,
        version=row.version,
    )


def _forbidden_routes(
    ingredient: facts.Ingredient, routes: Sequence[facts.Compatibility]
) -> Iterator[facts.Limit]:
    mine = {f"ingredient:{ingredient.id}", *(f"group:{word}" for word in ingredient.groups)}
    for rule in routes:
        if rule.a in mine:
            yield facts.Limit(
                kind=facts.LimitKind.LABEL_LIMIT,
                route=rule.b.removeprefix("route:"),
                source=f"{rule.mechanism} (table row {rule.number}): {rule.source}",
                dose=Quantity.zero(ingredient.dimension),
                version=rule.version,
            )


def _range(line: FormulaLine) -> facts.AcceptedRange | None:
    steps = (
        line.accepted_dose_low,
        line.accepted_dose_high,
        line.accepted_concentration_low,
        line.accepted_concentration_high,
    )
    measured_in = line.product.dimension if line.product else line.ingredient.dimension
    if None in steps or measured_in == "units":
        return None
    low, high, thin, thick = (Quantity(each or 0, dimension(measured_in)) for each in steps)
    one = Quantity.of(1, "mL")
    thin_to_thick = (facts.Strength(thin, one), facts.Strength(thick, one))
    return facts.AcceptedRange(line.ingredient_id, line.product_id, low, high, *thin_to_thick)


def _strength(amount: int | None, volume: int | None, measured_in: Dimension) -> facts.Strength | None:
    if amount is None or volume is None:
        return None
    return facts.Strength(Quantity(amount, measured_in), _volume(volume))


def _amount(steps: int | None, measured_in: Dimension) -> Quantity | None:
    return None if steps is None else Quantity(steps, measured_in)


def _volume(steps: int) -> Quantity:
    return Quantity(steps, VOLUME)


def _hours(hours: int | None) -> Fraction | None:
    return None if hours is None else Fraction(hours)


def _number(text: str | None) -> Fraction | None:
    return None if text is None else Fraction(text)
