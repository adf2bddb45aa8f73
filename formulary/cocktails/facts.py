"""Everything the checklist is fed for one cocktail, gathered from the rooms below in a fixed number of
queries.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial

from formulary.accounts import Actor
from formulary.accounts.facts import practitioner, site_policies
from formulary.accounts.models import Site
from formulary.catalogue import facts as catalogue
from formulary.cocktails.models import Cocktail, CocktailLine, Revision
from formulary.cocktails.queries import courses
from formulary.patch_tests.facts import with_tests
from formulary.patients.facts import history, patient_facts, precautions, usual
from formulary.rules import facts
from formulary.rules.checklist import set_aside
from formulary.rules.lot_status import day_of
from formulary.rules.units import VOLUME, Quantity
from formulary.stock.facts import candidates

REF = "cocktail:"
ELSEWHERE = "treated_elsewhere"
EARLIER = "A session of earlier records"
"""The question whose answer says whether sessions at other clinics are missing here."""


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
    cocktail = replace(
        _as_typed(content, products, book, policies=_policies(book, site, at), stock=stock, at=at),
        draws=tuple(draws),
        beyond_use_at=beyond_use_at,
        picked=tuple(picked),
        ref=ref,
        diluents=tuple(products[key] for key in sorted(mixed)),
        acting=None if by is None else practitioner(by, at),
    )
    additive = _additive(book, (products[key] for key in wanted | _mixed(others)))
    cocktail = _with_its_past(cocktail, content.patient_id, additive, of)
    return Gathered(set_aside(cocktail), {key: products[key] for key in wanted})


def _policies(book: catalogue.Book, site: Site, at: datetime) -> facts.SitePolicies:
    """What the site has decided, kept with the edition, which a decision renews too: it holds by the day."""
    name = f"policies {site.id} {site.zone} {site.decimal_mark} {day_of(at, site.zone)}"
    return book.table(name, lambda: site_policies(site, at))


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
    at: datetime,
) -> facts.Cocktail:
    """What was typed, for whom, with what lies here: nothing yet of what was drawn or given before."""
    patient_id = content.patient_id
    return facts.Cocktail(
        lines=tuple(_of_its_lot(x, line_facts(x, products[x.product_id]), stock) for x in content.lines),
        target=None if content.target is None else Quantity(content.target, VOLUME),
        route=content.route,
        policies=policies,
        at=at,
        formula=catalogue.formula(content.formula_version_id),
        patient=None if patient_id is None else _patient(patient_id, at, book, policies.zone),
        stock=stock,
        syringes=book.syringes(),
        compatibilities=book.compatibilities(),
        overfill=Quantity(content.overfill, VOLUME),
        planned_for=content.planned_for,
        precautions=precautions(book),
        is_top_up=content.is_top_up,
    )


def _patient(patient_id: int, at: datetime, book: catalogue.Book, zone: str) -> facts.Patient:
    return with_tests(patient_facts(patient_id, at, book), patient_id, zone)


def _with_its_past(
    told: facts.Cocktail,
    patient_id: int | None,
    additive: frozenset[int],
    of: Callable[[Set[int]], Mapping[int, facts.Product]],
) -> facts.Cocktail:
    """With what the patient got of its ingredients, what is usual of them here, and what else is ordered."""
    ingredients = (line.product.ingredient for line in told.lines)
    substances = {ingredient.id for ingredient in ingredients if not ingredient.is_diluent}
    told = replace(
        told, history=_history(patient_id, substances, additive, told.at, of=of), usual=usual(substances)
    )
    return replace(told, course=_course(told, substances | additive, told.ref))


def _additive(book: catalogue.Book, products: Iterable[facts.Product]) -> frozenset[int]:
    """All that adds up with one of these or with what is in them; nothing where none of it adds up."""
    told = list(products)
    groups = [*(x.ingredient.groups for x in told), *(y.groups for x in told for y in x.excipients)]
    return book.in_group(facts.ADDITIVE) if any(facts.ADDITIVE in x for x in groups) else frozenset()


def _history(
    patient_id: int | None,
    own: Set[int],
    additive: frozenset[int],
    at: datetime,
    *,
    of: Callable[[Set[int]], Mapping[int, facts.Product]],
) -> facts.History | None:
    """What the patient got of its ingredients and of what adds up with them; of that with the products."""
    if patient_id is None:
        return None
    told = history(patient_id, own | additive, at)
    given = {x.product_id for x in told.exposures if x.ingredient_id in additive}
    products = of(given) if given else {}
    return replace(told, additive=additive, products=tuple(products[key] for key in sorted(given)))


def _course(told: facts.Cocktail, asked: Collection[int], ref: str | None) -> facts.Course | None:
    """What else was ordered or given to the patient of what is asked, and what they said of other clinics."""
    if told.patient is None or told.patient.id is None:
        return None
    but_not = int(ref.removeprefix(REF)) if ref else None
    rows, more = courses.ordered_for(told.patient.id, asked, but_not=but_not)
    said = next((answer for answer in told.patient.answers if answer.word == ELSEWHERE), None)
    elsewhere, detail = said_elsewhere(said, told.policies.conditions_asked_within, told.at)
    before = told.history or facts.History()
    orders = (*map(_order, rows), *_of_earlier_records(before.exposures))
    return facts.Course(orders, more or before.truncated, elsewhere, detail)


def _of_earlier_records(exposures: Iterable[facts.Exposure]) -> Iterator[facts.Order]:
    """The sessions that were brought in from earlier records: what was given at one time is one."""
    given: dict[datetime, set[int]] = {}
    for one in exposures:
        if one.is_imported:
            given.setdefault(one.at, set()).add(one.ingredient_id)
    for at, ingredients in given.items():
        yield facts.Order(EARLIER, "administered", frozenset(ingredients), at)


def said_elsewhere(
    said: facts.ConditionAnswer | None, within: timedelta | None, at: datetime
) -> tuple[bool | None, str]:
    """Whether other clinics treated the patient, with the detail: None where the answer no longer holds.

    It holds as long as the site accepts answers; where it has not decided that, nobody knows.
    """
    if said is None or within is None or at - said.asked_at > within:
        return None, ""
    return {facts.Said.YES: True, facts.Said.NO: False}.get(said.said), said.detail


def _order(row: courses.Ordered) -> facts.Order:
    told = (row.given_at, row.planned_for, row.is_top_up)
    return facts.Order(row.code, row.state, frozenset(row.ingredients), *told)


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
