"""The project's own files, read once."""

import csv

import pytest

from formulary import config
from formulary.seed.clinic_rows import Clinic, read_clinic
from formulary.seed.shelf import Shelf, read_shelf


@pytest.fixture(scope="session")
def shelf() -> Shelf:
    """The catalogue's files."""
    return read_shelf(config.seed_folder())


@pytest.fixture(scope="session")
def clinic() -> Clinic:
    """The demo clinic's files."""
    return read_clinic(config.seed_folder())


@pytest.fixture(scope="session")
def published() -> list[dict[str, str]]:
    """The table that the catalogue was split from."""
    path = config.seed_folder() / "sources" / "ingredients.csv"
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
