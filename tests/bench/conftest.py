"""A small history for a test: the project's own catalogue, and a site that is nobody's."""

from collections.abc import Callable

import pytest
from flask import Flask

from formulary import clock, config
from formulary.accounts import Operator
from formulary.bench.history import Wanted, generate
from formulary.db import transaction
from formulary.seed.catalogue import load_catalogue
from formulary.seed.shelf import Shelf, read_shelf
from tests.support.databases import Database
from tests.support.snapshots import Ids, reach

BY = Operator("a test")
Tell = Callable[..., Wanted]


@pytest.fixture(scope="session")
def shelf() -> Shelf:
    """The catalogue's files."""
    return read_shelf(config.seed_folder())


@pytest.fixture
def catalogue(app: Flask, database: Database, shelf: Shelf) -> None:
    """The catalogue, in the test's database: loaded once, put back after."""
    reach(app, database, "catalogue", lambda: fill(shelf))


def fill(shelf: Shelf) -> Ids:
    """Put the catalogue into the database of now."""
    with transaction():
        load_catalogue(shelf, at=clock.now())
    return {}


@pytest.fixture
def tell(catalogue: None) -> Tell:
    """Write a history: `tell(cocktails=30)`."""

    def write(cocktails: int = 30, **more: object) -> Wanted:
        wanted = Wanted(cocktails, **{"seed": 7, "days": 20, "per_lot": (3, 10)} | more)  # type: ignore[arg-type]
        list(generate(wanted, at=clock.now(), by=BY))
        return wanted

    return write
