"""Everything the checklist is fed for one cocktail, gathered from the rooms below in a fixed number of
queries.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial

from formulary.accounts import Actor
from formulary.accounts.facts import practitioner, site_policies
from formulary.accounts.models import Site
from formulary.catalogue import facts as catalogue
from formulary.cocktails.facts.past import REF, additive_with, with_its_past
from formulary.cocktails.models import Cocktail, CocktailLine, Revision
from formulary.patch_tests.facts import with_tests
from formulary.patients.facts import bench_facts, patient_facts, precautions
from formulary.rules import facts
from formulary.rules.checklist import set_aside
from formulary.rules.lot_status import day_of
from formulary.rules.units import VOLUME, Quantity
from formulary.stock.facts import candidates
from formulary.stock.queries import holds_on_formula


@dataclass(frozen=True)
class TypedLine:
    """One line as the form or the database holds it: what is pinned, its steps, the text as entered."""

    number: int
    product_id: int
    pin: str
    amount: int | None = None
    volume: int | None = None
    unit: str = ""
    entered: str = ""
    lot_id: int | None = None


@dataclass(frozen=True)
class Content:
    """What was typed for one cocktail, saved or not; volumes in nL."""

    patient_id: int | None
    lines: tuple[TypedLine, ...] = ()
    target: int | None = None
    target_text: str = ""
    route: str = "ID"
    area: str = ""
    overfill: int = 0
    formula_version_id: int | None = None
    planned_for: datetime | None = None
    is_direct: bool = False
    is_top_up: bool = False


@dataclass(frozen=True)
class Gathered:
    """The facts of a cocktail, with the products by id for the pages."""

    cocktail: facts.Cocktail
    products: Mapping[int, facts.Product] = field(default_factory=dict)


def content_of(cocktail: Cocktail, revision: Revision) -> Content:
    """A saved revision as content."""
    return Content(
        patient_id=cocktail.patient_id,
        lines=tuple(_typed(line) for line in revision.lines),
        target=revision.target,
        target_text=revision.target_text,
        route=revision.route,
        area=revision.area,
        overfill=revision.overfill,
        formula_version_id=revision.formula_version_id,
        planned_for=cocktail.planned_for,
        is_direct=cocktail.is_direct,
        is_top_up=cocktail.is_top_up,
    )


def gather(
    content: Content,
    *,
    site: Site,
    at: datetime,
    ref: str | None = None,
    picked: Sequence[facts.Stock] = (),
    draws: Sequence[facts.Draw] = (),
    beyond_use_at: datetime | None = None,
    by: Actor | None = None,
) -> Gathered:
    """The facts the rules are fed for this content at this site and instant; Missing for unknown rows.

    `ref` is the cocktail's own name in reservations, so that it does not block itself; `by` is who
    is about to act.
    """
    wanted = {line.product_id for line in content.lines}
    stock = candidates(site.id, wanted, at, for_ref=ref)
    others = (*picked, *(draw.stock for draw in draws))
    book, on = catalogue.now(), day_of(at, site.zone)
    mixed, of = _mixed((*stock, *others)), partial(book.products, on=on)
    products = of(wanted | mixed)
    patient_id, policies = content.patient_id, _policies(book, site, at)
    patient = None if patient_id is None else _patient(patient_id, at, book, policies.zone)
    cocktail = replace(
        _as_typed(
            content, products, book, policies=policies, stock=stock, patient=patient, at=at, drawn_from=others
        ),
        precautions=precautions(book),
        draws=tuple(draws),
        beyond_use_at=beyond_use_at,
        picked=tuple(picked),
        ref=ref,
        diluents=tuple(products[key] for key in sorted(mixed)),
        acting=None if by is None else practitioner(by, at),
    )
    additive = additive_with(book, (products[key] for key in wanted | _mixed(others)))
    cocktail = with_its_past(cocktail, patient_id, additive, of)
    return Gathered(set_aside(cocktail), {key: products[key] for key in wanted})


def _policies(book: catalogue.Book, site: Site, at: datetime, storage: str = "room") -> facts.SitePolicies:
    """What the site has decided, kept with the edition, which a decision renews too: it holds by the day."""
    name = f"policies {site.id} {site.zone} {site.decimal_mark} {storage} {day_of(at, site.zone)}"
    return book.table(name, lambda: site_policies(site, at, storage=storage))


def gather_draw(
    content: Content,
    *,
    site: Site,
    at: datetime,
    ref: str,
    storage: str,
    sources: Sequence[facts.Stock],
    picked: Sequence[facts.Stock],
    draws: Sequence[facts.Draw],
    beyond_use_at: datetime | None = None,
) -> facts.Cocktail:
    """As much of it as the rules of a draw look at: the patient's allergies and weight, the sources.

    It tells of no diluent, so it is for sources without any.
    """
    book, patient_id = catalogue.now(), content.patient_id
    policies = _policies(book, site, at, storage)
    products = book.products({line.product_id for line in content.lines}, day_of(at, site.zone))
    patient = None if patient_id is None else bench_facts(patient_id, at)
    told = _as_typed(content, products, book, policies=policies, stock=tuple(sources), patient=patient, at=at)
    return replace(told, draws=tuple(draws), picked=tuple(picked), ref=ref, beyond_use_at=beyond_use_at)


def _mixed(sources: Iterable[facts.Stock]) -> frozenset[int]:
    """The products with which powders among these are dissolved."""
    return frozenset(source.diluent.product_id for source in sources if source.diluent is not None)


def _as_typed(
    content: Content,
    products: Mapping[int, facts.Product],
    book: catalogue.Book,
    *,
    policies: facts.SitePolicies,
    stock: tuple[facts.Stock, ...],
    patient: facts.Patient | None,
    at: datetime,
    drawn_from: tuple[facts.Stock, ...] = (),
) -> facts.Cocktail:
    """What was typed, for whom, with what lies here: nothing yet of what was drawn or given before.

    `drawn_from` is what was picked and drawn from, which tells the assay of a lot of which nothing lies here.
    """
    sources = (*stock, *drawn_from)
    return facts.Cocktail(
        lines=tuple(_of_its_lot(x, line_facts(x, products[x.product_id]), sources) for x in content.lines),
        target=None if content.target is None else Quantity(content.target, VOLUME),
        route=content.route,
        policies=policies,
        at=at,
        formula=_formula(content.formula_version_id),
        patient=patient,
        stock=stock,
        syringes=book.syringes(),
        compatibilities=book.compatibilities(),
        overfill=Quantity(content.overfill, VOLUME),
        planned_for=content.planned_for,
        is_top_up=content.is_top_up,
    )


def _formula(version_id: int | None) -> facts.Formula | None:
    """What the approver answered for, with the holds that stand on the version."""
    found, held = catalogue.formula(version_id), holds_on_formula(version_id)
    return replace(found, held=held) if found and held else found


def _patient(patient_id: int, at: datetime, book: catalogue.Book, zone: str) -> facts.Patient:
    return with_tests(patient_facts(patient_id, at, book), patient_id, zone)


def _of_its_lot(typed: TypedLine, line: facts.Line, stock: Sequence[facts.Stock]) -> facts.Line:
    """A line pinned to a lot is computed with that lot's assay, where it has one."""
    if typed.lot_id is None or line.product.is_powder:
        return line
    return replace(line, strength=next((s.strength for s in stock if s.lot_id == typed.lot_id), None))


def reservation_ref(cocktail: Cocktail) -> str:
    """How the stock room names this cocktail in its reservations."""
    return reservation_ref_of(cocktail.id)


def reservation_ref_of(cocktail_id: int) -> str:
    """The same where only its key is at hand."""
    return f"{REF}{cocktail_id}"


def _typed(line: CocktailLine) -> TypedLine:
    return TypedLine(
        line.number, line.product_id, line.pin, line.amount, line.volume, line.unit, line.entered, line.lot_id
    )


def line_facts(line: TypedLine, product: facts.Product) -> facts.Line:
    """One line as the rules see it; what was not typed stays None."""
    pin = facts.Pin(line.pin)
    if pin is facts.Pin.QS or (line.amount is None and line.volume is None):
        return facts.Line(line.number, product, pin)
    if pin is facts.Pin.VOLUME:
        return facts.Line(line.number, product, pin, quantity=Quantity(line.volume or 0, VOLUME))
    amount = Quantity(line.amount or 0, product.ingredient.dimension)
    if pin is facts.Pin.DOSE:
        return facts.Line(line.number, product, pin, quantity=amount)
    strength = facts.Strength(amount, Quantity(line.volume or 0, VOLUME))
    return facts.Line(line.number, product, pin, concentration=strength)
