"""The project's own catalogue, loaded once into the databases of this folder's tests."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from flask import Flask

from formulary import clock, config
from formulary.app import create_app
from formulary.catalogue import actions
from formulary.catalogue.models import Ingredient, Product
from formulary.db import db, transaction
from formulary.seed.catalogue import load_catalogue
from formulary.seed.shelf import read_shelf
from tests.conftest import dispose
from tests.support.databases import KINDS, Database
from tests.support.watch import NOON
from tests.support.world import fill, settings_for


class Stores(dict[str, tuple[Database, Flask]]):
    """Databases of both kinds, each made when it is first asked for, with the catalogue in it."""

    def __contains__(self, kind: object) -> bool:
        if not super().__contains__(kind):
            made = KINDS[str(kind)](fill_with_catalogue)
            self[str(kind)] = made, create_app(settings_for(made.url))
        return True


def fill_with_catalogue(url: str) -> None:
    """The cast, the noise and the catalogue as it ships."""
    fill(url)
    app = create_app(settings_for(url))
    with app.app_context(), clock.frozen(NOON), transaction():
        load_catalogue(read_shelf(config.seed_folder()), at=NOON)
    dispose(app)


@pytest.fixture(scope="session")
def _stores() -> Iterator[Stores]:
    """Instead of the databases that all other tests share."""
    stores = Stores()
    yield stores
    for store, app in stores.values():
        dispose(app)
        store.close()


@dataclass(frozen=True)
class Loaded:
    """Rows of the catalogue by name."""

    def ingredient(self, name: str) -> Ingredient:
        """An ingredient."""
        return db.session.scalars(db.select(Ingredient).filter_by(name=name)).one()

    def product(self, name: str) -> Product:
        """A product."""
        return db.session.scalars(db.select(Product).filter_by(name=name)).one()


@pytest.fixture
def loaded(app: Flask) -> Loaded:
    """The catalogue as it ships."""
    return Loaded()


@pytest.fixture
def approved(cast):
    """A function that takes a draft of the practitioner to approved, by the pharmacist."""

    def approve(version):
        with transaction():
            actions.submit_formula(version.id, at=clock.now(), by=cast.actor("practitioner"))
        with transaction():
            return actions.approve_formula(version.id, at=clock.now(), by=cast.actor("pharmacist"))

    return approve
