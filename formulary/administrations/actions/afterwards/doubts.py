"""What of a record is odd enough to be looked at a second time before it is written: how much, and when."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from formulary.accounts import queries as accounts
from formulary.administrations.actions.afterwards.told import AsRead, Source
from formulary.administrations.actions.afterwards.writing import Found
from formulary.catalogue import facts as catalogue
from formulary.catalogue import queries
from formulary.catalogue.models import Product
from formulary.cocktails.labels.rows import answer_row
from formulary.patients.models import Patient
from formulary.rules.findings import Finding, Level, Refused, refuse
from formulary.rules.lot_status import day_of, stamp_words
from formulary.rules.units import VOLUME, Quantity, show
from formulary.stock import queries as shelf
from formulary.stock.queries.movements import first_came

MANY = 20
"""So many containers out of one lot are odd: house policy."""
MOST_AT_ONCE = 500
"""So many containers one record opens: nobody else can write while it does."""
REMEDY = "Look at it again. If it was so, say in a few words why."


def looked_at_again(
    sources: Iterable[Source], patient: Patient, done_at: datetime, *, site_id: int, sure: str
) -> Found:
    """What is odd about how much it was and when, kept with the record as it was answered for.

    Refused as long as nobody said why it was so (`sure`), for an instant before the patient's birth, and for
    more containers than one record opens.
    """
    zone = accounts.site(site_id).zone
    if day_of(done_at, zone) < patient.born_on:
        reason, remedy = "That is before the patient was born.", "Correct the time, or look at the patient."
        raise refuse("after.before_birth", patient.code, reason, remedy, field="done_at")
    _bounded(sources)
    found = [*_much(sources), *_early(sources, patient, done_at, zone)]
    if found and not sure.strip():
        raise Refused(*found)
    rows = tuple(answer_row(finding) for finding in found)
    return Found(rows, rows)


def answered(reason: str, sure: str) -> str:
    """The reason of a record with what was said when it was looked at again."""
    return f"{reason}; looked at again: {sure.strip()}" if sure.strip() else reason


def _much(sources: Iterable[Source]) -> Iterator[Finding]:
    """More out of one lot than the largest syringe on record holds, or than so many of its containers, and
    another volume of diluent than the label states: most likely another unit was meant.
    """
    largest = max((one.capacity for one in catalogue.syringes()), default=None)
    for source in sources:
        volumes = [source.volume, *([source.mixed.volume] if source.mixed else [])]
        if largest is not None and (most := max(volumes, key=lambda one: one.steps)) > largest:
            reason = f"{show(most)} is more than the largest syringe on record, of {show(largest)}."
            yield _doubt("after.much", reason)
        yield from _unlike_its_product(source)


def _bounded(sources: Iterable[Source]) -> None:
    """Refuse more containers in all than one record opens; what it was mixed with counts as well."""
    opened = 0
    for product, volume, field in (poured for source in sources for poured in _poured(source)):
        one = _container(product)
        opened += 1 if one is None else -(-volume.whole() // one)
        if opened > MOST_AT_ONCE:
            with_this = f"With {show(volume)} of {product.name}"
            reason = f"{with_this} it is more than {MOST_AT_ONCE} containers, and one record opens no more."
            remedy = "Correct the volume or its unit; if it was so, record it in parts."
            raise refuse("after.too_many_containers", product.name, reason, remedy, field=field)


def _poured(source: Source) -> Iterator[tuple[Product, Quantity, str]]:
    """Each product that was poured, how much of it, and the field in which that was typed."""
    yield _product(source.as_read, source.lot_id), source.volume, "volume"
    if mixed := source.mixed:
        yield _product(mixed.as_read, mixed.diluent_lot_id), mixed.volume, "diluent_volume"


def _product(read: AsRead | None, lot_id: int) -> Product:
    return queries.product(read.product_id) if read else shelf.lot(lot_id).product


def _container(product: Product) -> int | None:
    """How much fluid one container holds; None of a powder, and where nobody knows."""
    return product.content if product.ledger == "volume" else None


def _unlike_its_product(source: Source) -> Iterator[Finding]:
    product = _product(source.as_read, source.lot_id)
    one = _container(product)
    if one is not None and source.volume.whole() > MANY * one:
        many = f"{MANY} containers of {product.name}, each of {show(Quantity(one, VOLUME))}"
        yield _doubt("after.many_containers", f"{show(source.volume)} is more than {many}.")
    stated = product.reconstitution_volume
    if source.mixed is not None and stated is not None and source.mixed.volume.whole() != stated:
        reason = f"{product.name} was mixed with {show(source.mixed.volume)}, and its label states "
        yield _doubt("after.mixed_otherwise", f"{reason}{show(Quantity(stated, VOLUME))}.")


def _early(sources: Iterable[Source], patient: Patient, done_at: datetime, zone: str) -> Iterator[Finding]:
    """Given on a day before the patient was registered, or before the lot came."""
    day = day_of(done_at, zone)
    if day < day_of(patient.created_at, zone):
        when = stamp_words(patient.created_at, zone)
        yield _doubt("after.before_registered", f"The patient was registered on {when}, after it was given.")
    for lot_id in sorted({source.lot_id for source in sources if source.lot_id}):
        came, lot = first_came(lot_id), shelf.lot(lot_id)
        if came is not None and day < day_of(came, zone):
            reason = f"Lot {lot.number} came on {stamp_words(came, zone)}, after it was given."
            yield _doubt("after.before_the_lot", reason)


def _doubt(code: str, reason: str) -> Finding:
    return Finding(code, "the record", reason, REMEDY, level=Level.STOP, field="sure")
