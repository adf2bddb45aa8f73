"""What the approver of a formula answered for, and what a version says."""

from collections.abc import Mapping, Sequence

from sqlalchemy.orm import selectinload

from formulary.catalogue.facts.figures import amount, hours, strength, volume
from formulary.catalogue.facts.kept import now, products
from formulary.catalogue.facts.substances import ingredient_facts
from formulary.catalogue.models import FormulaLine, FormulaPair, FormulaVersion, Ingredient
from formulary.catalogue.queries import ingredient_names
from formulary.db import Missing, db
from formulary.rules import facts
from formulary.rules.formulas import UNKNOWN, Content, Scaling, Written, difference, lines_of
from formulary.rules.units import MASS, Dimension, Quantity, dimension


def formula(version_id: int | None) -> facts.Formula | None:
    """What the approver of a formula version answered for, or None without a formula."""
    if version_id is None:
        return None
    wanted = (selectinload(FormulaVersion.lines), selectinload(FormulaVersion.pairs))
    version = db.session.get(FormulaVersion, version_id, options=wanted)
    if version is None:
        raise Missing(f"No formula version {version_id}")
    ranges = (_range(line) for line in version.lines)
    newer = _approved_now(version)
    return facts.Formula(
        name=version.formula.name,
        version=version.number,
        approved=version.status == "approved",
        route=version.route,
        ranges=tuple(r for r in ranges if r is not None),
        accepted_pairs=frozenset(frozenset((pair.a_id, pair.b_id)) for pair in version.pairs),
        products=frozenset(line.product_id for line in version.lines if line.product_id is not None),
        any_product_of=frozenset(
            line.ingredient_id for line in version.lines if line.product_id is None and line.ingredient_id
        ),
        beyond_use_h=hours(version.beyond_use_h),
        beyond_use_source=version.beyond_use_source,
        status=version.status,
        newer=str(newer) if newer else "",
        differs=_differs(version, newer) if newer else (),
    )


def _approved_now(version: FormulaVersion) -> FormulaVersion | None:
    """The version of the formula that is approved, where it is another one."""
    if version.status == "approved":
        return None
    return next((row for row in version.formula.versions if row.status == "approved"), None)


def _differs(version: FormulaVersion, newer: FormulaVersion) -> tuple[str, ...]:
    """What the approved version changed of what a patient gets, in words."""
    changes = difference(content(version), content(newer))
    return tuple(change.words for change in changes if change.is_clinical)


def _range(line: FormulaLine) -> facts.AcceptedRange | None:
    steps = (
        line.accepted_dose_low,
        line.accepted_dose_high,
        line.accepted_concentration_low,
        line.accepted_concentration_high,
    )
    if None in steps or line.ingredient_id is None or line.dimension == "units":
        return None
    low, high, thin, thick = (Quantity(each or 0, dimension(line.dimension)) for each in steps)
    one = Quantity.of(1, "mL")
    thin_to_thick = (facts.Strength(thin, one), facts.Strength(thick, one))
    figures = (low, high, *thin_to_thick)
    return facts.AcceptedRange(line.ingredient_id, line.product_id, *figures, basis=line.accepted_basis)


def content(version: FormulaVersion, known: Mapping[int, facts.Product] | None = None) -> Content:
    """What a version says, as the rules tell versions apart, scale them and put another product in.

    Products that are `known` are not read again.
    """
    known = known or {}
    wanted = {line.product_id for line in version.lines if line.product_id is not None} - known.keys()
    found = {**known, **(products(wanted) if wanted else {})}
    names = ingredient_names() if version.pairs else {}
    return Content(
        name=str(version),
        lines=tuple(_written(line, found.get(line.product_id or 0)) for line in version.lines),
        target=None if version.target is None else volume(version.target),
        route=version.route,
        pairs={_named(pair, names): pair.reason for pair in version.pairs},
        instructions=version.instructions,
        storage=version.storage,
        beyond_use_h=hours(version.beyond_use_h),
        beyond_use_source=version.beyond_use_source,
    )


def mixed(
    lines: Sequence[tuple[int | None, int | None]], ingredients: Mapping[int, Ingredient]
) -> tuple[facts.Line, ...]:
    """Lines of (ingredient, product or None) as the rules about mixing see them, whatever they pin."""
    found = products(product for _, product in lines if product)
    written = (
        Written(
            number,
            str(ingredients[ingredient]),
            UNKNOWN,
            found.get(product or 0),
            ingredient_facts(ingredients[ingredient], MASS),
        )
        for number, (ingredient, product) in enumerate(lines, start=1)
        if ingredient is not None and ingredient in ingredients
    )
    return lines_of(Content("", tuple(written)))


def products_like(content: Content) -> dict[int, list[facts.Product]]:
    """The other products of each line's substance, by the line's number, for lines that name a product."""
    named = {line.number: line.product for line in content.lines if line.product}
    ingredients = {product.ingredient.id for product in named.values()}
    book = now()
    alike = [row.id for row in book.listed() if row.ingredient_id in ingredients]
    found = sorted(book.products(alike).values(), key=lambda product: product.name)
    return {
        number: [x for x in found if x.ingredient.id == own.ingredient.id and x.id != own.id]
        for number, own in named.items()
    }


def _written(line: FormulaLine, product: facts.Product | None) -> Written:
    measured_in = None if line.dimension == "units" else dimension(line.dimension)
    ingredient = product.ingredient if product else None
    if ingredient is None and line.ingredient and measured_in:
        ingredient = ingredient_facts(line.ingredient, measured_in)
    return Written(
        number=line.number,
        substance=line.substance,
        pin=line.pin,
        product=product,
        ingredient=ingredient,
        quantity=_pinned(line, measured_in),
        concentration=_concentration(line, measured_in),
        scaling=Scaling(line.scaling),
        dose=_doses(line, measured_in),
        mixture=_mixtures(line, measured_in),
        basis=line.accepted_basis,
        reason=line.accepted_reason,
        evidence=line.evidence,
    )


def _pinned(line: FormulaLine, measured_in: Dimension | None) -> Quantity | None:
    if line.pin == facts.Pin.VOLUME:
        return None if line.volume is None else volume(line.volume)
    return amount(line.amount, measured_in) if line.pin == facts.Pin.DOSE and measured_in else None


def _concentration(line: FormulaLine, measured_in: Dimension | None) -> facts.Strength | None:
    if line.pin != facts.Pin.CONCENTRATION or measured_in is None:
        return None
    return strength(line.amount, line.volume, measured_in)


def _doses(line: FormulaLine, measured_in: Dimension | None) -> tuple[Quantity, Quantity] | None:
    low, high = line.accepted_dose_low, line.accepted_dose_high
    if low is None or high is None or measured_in is None:
        return None
    return Quantity(low, measured_in), Quantity(high, measured_in)


def _mixtures(
    line: FormulaLine, measured_in: Dimension | None
) -> tuple[facts.Strength, facts.Strength] | None:
    low, high = line.accepted_concentration_low, line.accepted_concentration_high
    if low is None or high is None or measured_in is None:
        return None
    one = Quantity.of(1, "mL")
    return (
        facts.Strength(Quantity(low, measured_in), one),
        facts.Strength(Quantity(high, measured_in), one),
    )


def _named(pair: FormulaPair, names: Mapping[int, str]) -> tuple[str, str]:
    a, b = sorted((names.get(pair.a_id, ""), names.get(pair.b_id, "")))
    return a, b
