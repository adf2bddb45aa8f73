"""The project's own catalogue, loaded into the test's database."""

from dataclasses import dataclass

import pytest

from formulary import clock, config
from formulary.catalogue.models import Ingredient, Product
from formulary.db import db, transaction
from formulary.seed.catalogue import load_catalogue
from formulary.seed.shelf import read_shelf


@dataclass(frozen=True)
class Loaded:
    """Rows of the catalogue by name."""

    def ingredient(self, name: str) -> Ingredient:
        return db.session.scalars(db.select(Ingredient).filter_by(name=name)).one()

    def product(self, name: str) -> Product:
        return db.session.scalars(db.select(Product).filter_by(name=name)).one()


@pytest.fixture
def loaded(app) -> Loaded:
    """The catalogue as it ships."""
    with transaction():
        load_catalogue(read_shelf(config.seed_folder()), at=clock.now())
    return Loaded()
