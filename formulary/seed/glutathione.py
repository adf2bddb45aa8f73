"""The second scenario: thirteen lots of one powder, two lots compounded from it, and whom they reached.

What happened is documented; maker lots, compounded lots and persons are invented, and the files say so.
"""

from datetime import UTC, date, datetime, time, timedelta
from itertools import groupby

from formulary import config
from formulary.accounts import Actor
from formulary.audit import record
from formulary.catalogue.models import Ingredient, Limit, Product
from formulary.db import db, transaction
from formulary.patients import actions as patients
from formulary.patients.models import Patient
from formulary.rules.units import Quantity
from formulary.seed import demo_stock
from formulary.seed.demo import SEEDER, Demo, found_clinic
from formulary.seed.glutathione_rows import CompoundedRow, Events, GivenRow, RepackedRow, read_events
from formulary.seed.imported import Dose, import_dose
from formulary.stock import actions as stock
from formulary.stock import queries
from formulary.stock.models import Lot, Vial

WARNED = datetime(2019, 2, 5, 9, tzinfo=UTC)
SITE, SHELF = "Larkspur Clinic", "Cabinet A"
MAKER, REPACKER, PHARMACY = "Drum Demo Chemicals", "Repack Demo Medical", "Compounding Demo Pharmacy"
SUBSTANCE = "glutathione"
SOURCE = "FDA statements of 1 Feb and 7 June 2019 [LETCO1] [LETCO2]"


def glutathione(*, password: str, at: datetime) -> Demo:
    """The clinic on the morning of 5 Feb 2019, whatever the day of seeding: warned, nothing stopped yet."""
    demo = found_clinic(password=password, at=min(at, WARNED))
    demo_stock.furnish(demo)
    events = read_events(config.seed_folder())
    with transaction():
        _powders(demo, events)
    for repacked in events.repacked:
        with transaction():
            _receive_powder(demo, events, repacked)
    for compounded in events.compounded:
        with transaction():
            _receive_compounded(demo, compounded)
    people = _register(demo, events)
    for _, doses in groupby(events.given, key=lambda row: (row.lot, row.vial)):
        with transaction():
            _give(demo, list(doses), people)
    return demo


def _powders(demo: Demo, events: Events) -> None:
    """The powder in each size: labelled a dietary supplement, so never to be injected."""
    ingredient = demo.ingredient(SUBSTANCE)
    source = demo.shelf.cited(SOURCE)
    for row in events.packs:
        db.session.add(_powder(row.product, row.grams, ingredient, source))
    db.session.flush()
    record(
        "catalogue.load",
        None,
        by=SEEDER,
        at=demo.at - timedelta(days=399),
        new={"products": len(events.packs)},
    )


def _powder(name: str, grams: int, ingredient: Ingredient, source: str) -> Product:
    never = Limit(measure="dose", kind="label_limit", amount=0, unit_text="mg", route="any", source=source)
    return Product(
        name=name,
        ingredient=ingredient,
        dimension="mass",
        form="lyophilised",
        ledger="mass",
        content=Quantity.of(grams, "g").whole(),
        container="bulk",
        strength_text="powder",
        status="not for injection",
        note="Label: Caution: Dietary Supplement",
        source=source,
        confidence="high",
        limits=[never],
    )


def _receive_powder(demo: Demo, events: Events, row: RepackedRow) -> Lot:
    """One pack of a repacked lot; the maker's lot stands behind it and never came here."""
    products = {pack.pack: demo.product(pack.product) for pack in events.packs}
    drum = db.session.scalars(db.select(Lot).filter_by(number=row.maker_lot)).one_or_none()
    if drum is None:
        drum = Lot(product=products["drum"], maker=MAKER, number=row.maker_lot, expires_on=row.expires_on)
        drum.grade, drum.created_at = "imported", _noon(row.repacked_on)
        db.session.add(drum)
        db.session.flush()
    lot = _receive(demo, products[row.pack], row, containers=1, maker=REPACKER, on=row.repacked_on)
    lot.made_from_id = drum.id
    return lot


def _receive_compounded(demo: Demo, row: CompoundedRow) -> Lot:
    """Vials that the pharmacy made from one pack; the powder that went into them leaves the pack."""
    pack = demo_stock.lot_numbered(row.made_from)
    product = demo.product(row.product)
    lot = _receive(demo, product, row, containers=row.containers, maker=PHARMACY, on=row.made_on)
    lot.made_from_id = pack.id
    by, at = _pharmacist(demo), _noon(row.made_on)
    opened = stock.open_vial(pack, place=demo_stock.on_shelf(pack, by.site_id), at=at, by=by)
    used = stock.post(
        lot=pack,
        vial=opened,
        source=queries.place(by.site_id, "in_use"),
        target=queries.place(by.site_id, "preparation"),
        quantity=Quantity.of(row.powder_mg, "mg").whole(),
        reason="drawn",
        document=("lot", lot.id),
        occurred_at=at,
        at=at,
        by=by,
        already_happened=True,
    )
    new = {"lot": lot.number, "made_from": pack.number}
    record("seed.compound", lot, by=by, at=at, new=new, movements=[used])
    return lot


def _receive(
    demo: Demo,
    product: Product,
    row: RepackedRow | CompoundedRow,
    *,
    containers: int,
    maker: str,
    on: date,
) -> Lot:
    by = _pharmacist(demo)
    return stock.receive_lot(
        by.site_id,
        product_id=product.id,
        maker=maker,
        number=row.lot,
        expires_on=row.expires_on,
        containers=containers,
        place_id=demo_stock.place_named(demo, SITE, SHELF).id,
        supplier=maker,
        second_record=True,
        at=_noon(on),
        by=by,
    )


def _register(demo: Demo, events: Events) -> dict[str, Patient]:
    by, at = demo.actor("practitioner"), demo.ago(200)
    people = {}
    for row in events.patients:
        with transaction():
            person = patients.register_patient(
                name=row.name,
                born_on=row.born_on,
                sex=row.sex,
                others=[p.id for p in people.values()],
                at=at,
                by=by,
            )
            person.is_demo = True
        people[row.name] = person
    return people


def _give(demo: Demo, rows: list[GivenRow], people: dict[str, Patient]) -> None:
    """The doses of one vial, and what was left of it."""
    by, lot = demo.actor("practitioner"), demo_stock.lot_numbered(rows[0].lot)
    vial: Vial = stock.open_vial(lot, place=demo_stock.on_shelf(lot, by.site_id), at=rows[0].given_at, by=by)
    for row in rows:
        volume = Quantity.of(row.volume_mL, "mL")
        dose = Dose(people[row.patient], vial, volume, row.given_at, f"Reported: {row.reaction}.")
        import_dose(dose, at=row.given_at, by=by)
    stock.waste_vial(vial, reason="left_over", at=rows[-1].given_at + timedelta(hours=1), by=by)


def _pharmacist(demo: Demo) -> Actor:
    return demo.actor("pharmacist", SITE)


def _noon(on: date) -> datetime:
    return datetime.combine(on, time(12), UTC)
