"""What lies on the demo clinic's shelves: codes on packs, places, and every lot received as it would be."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta

from formulary.accounts import Actor, Role
from formulary.accounts import actions as accounts_actions
from formulary.accounts import queries as accounts
from formulary.accounts.models import User
from formulary.audit import record
from formulary.db import db, transaction
from formulary.rules.units import Money, parse_money
from formulary.seed.clinic_rows import PlaceRow, StockRow
from formulary.seed.demo import FOUNDED, SEEDER, Demo
from formulary.stock import actions, queries
from formulary.stock.models import Lot, Place

PHARMACIST = "pharmacist"


def furnish(demo: Demo) -> None:
    """The shelves and fridges of each site."""
    for row in demo.clinic.places:
        with transaction():
            _place(demo, row)


def print_codes(demo: Demo) -> None:
    """The codes on the packs of the products, all of them examples (0952)."""
    at = demo.at - FOUNDED
    with transaction():
        for row in demo.clinic.gtins:
            actions.learn_code(demo.product(row.product), row.gtin, row.containers)
        record("catalogue.learn_codes", None, by=SEEDER, at=at, new={"codes": len(demo.clinic.gtins)})


def receive(demo: Demo) -> None:
    """Every lot of the list, the oldest delivery first."""
    oldest_first = sorted(demo.clinic.stock, key=lambda row: -row.received_days_ago)
    for site in demo.sites:
        with _pharmacist_at(demo, site) as by:
            for row in oldest_first:
                if row.site == site:
                    with transaction():
                        _receive(demo, row, by)


def place_named(demo: Demo, site: str, name: str) -> Place:
    """A place of a site by its name."""
    return db.session.scalars(db.select(Place).filter_by(site_id=demo.sites[site].id, name=name)).one()


def lot_numbered(number: str) -> Lot:
    """A lot by its printed number; the list has each once."""
    return db.session.scalars(db.select(Lot).filter_by(number=number)).one()


def _place(demo: Demo, row: PlaceRow) -> Place:
    site, at = demo.sites[row.site], demo.at - FOUNDED
    if not row.instead_of:
        by = at_site(demo, row.site)
        return actions.add_place(
            site.id, kind=row.kind, name=row.name, temperature=row.temperature, at=at, by=by
        )
    standing = place_named(demo, row.site, row.instead_of)
    return actions.change_place(
        standing.id,
        name=row.name,
        temperature=row.temperature,
        is_active=True,
        at=at,
        by=at_site(demo, row.site),
    )


def at_site(demo: Demo, site: str) -> Actor:
    """The administrator, who furnishes both sites."""
    admin = demo.actor("admin")
    return Actor(admin.person_id, admin.user_id, admin.username, admin.name, demo.sites[site].id, admin.roles)


@contextmanager
def _pharmacist_at(demo: Demo, site: str) -> Iterator[Actor]:
    """The pharmacist at a site; where she does not work she is given the role for as long as it takes."""
    user = db.session.scalars(db.select(User).filter_by(username=PHARMACIST)).one()
    place, at = demo.sites[site].id, demo.at - FOUNDED
    lent = place not in accounts.roles_of(user.id)
    if lent:
        with transaction():
            accounts_actions.change_roles(user, place, [Role.PHARMACIST], at=at, by=SEEDER)
    yield accounts.actor(PHARMACIST, place)
    if lent:
        with transaction():
            accounts_actions.change_roles(user, place, [], at=demo.at, by=SEEDER)


def _receive(demo: Demo, row: StockRow, by: Actor) -> Lot:
    product, at = demo.product(row.product), demo.ago(row.received_days_ago)
    gtins = {code.product: code.gtin for code in reversed(demo.clinic.gtins)}
    return actions.receive_lot(
        demo.sites[row.site].id,
        product_id=product.id,
        maker=row.maker,
        number=row.number,
        expires_on=_expiry(demo, row),
        containers=row.containers,
        place_id=place_named(demo, row.site, row.place).id,
        supplier=row.supplier,
        note_number=row.delivery_note,
        gtin=gtins.get(row.product, ""),
        price=_price(demo, row, at),
        grade="scanned",
        at=at,
        by=by,
    )


def _price(demo: Demo, row: StockRow, at: datetime) -> Money | None:
    """What one container cost, a figure of the demo, in the currency of its site."""
    currency = accounts.currency(demo.sites[row.site].id, at)
    if row.demo_price is None or currency is None:
        return None
    return parse_money(str(row.demo_price), currency)


def _expiry(demo: Demo, row: StockRow) -> date:
    if isinstance(row.expires, timedelta):
        return accounts.day_at(demo.sites[row.site].id, demo.at) + row.expires
    return row.expires


def on_shelf(lot: Lot, site_id: int) -> Place:
    """Where sealed containers of a lot lie at a site."""
    places = {place.id: place for place in queries.places(site_id, ("storage",))}
    held = (c.place_id for c in queries.contents(lot_id=lot.id) if c.vial_id is None and c.place_id in places)
    return places[next(held)]
