"""`formulary seed`: an invented clinic once, and never beside another."""

from collections.abc import Callable

import pytest
from click.testing import Result


# It is seeded on both databases for tests/seed and for the walk through its pages in tests/house.
@pytest.mark.databases("sqlite")
def test_seed_fills_an_empty_database_once(formulary: Callable[..., Result]) -> None:
    formulary("upgrade")
    assert "invented" in formulary("seed", "demo").output
    assert formulary("seed", "--if-empty").output == ""
    assert "belongs to" in formulary("seed", status=1).output


def test_seed_names_what_is_missing(formulary: Callable[..., Result]) -> None:
    assert "formulary" in formulary("seed", status=1).output
    assert "demo" in formulary("seed", "nothing", status=2).output
