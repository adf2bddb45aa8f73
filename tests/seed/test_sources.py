"""Every source that a file of the seed names is a short name in brackets, with a row of `sources.csv`."""

import csv
import re
from collections import Counter

import pytest

from formulary import config

CODE = re.compile(r"\[([A-Z0-9][A-Za-z0-9-]+)\]")
SAYS_THAT_NOBODY_DOES = re.compile("identifiers not established$")
BARE = re.compile(r"\barticles? S[0-9]|\bchecklist\b|\bbackground\b", re.IGNORECASE)
LIST, TABLE = "catalogue/sources.csv", "sources/ingredients.csv"


def rows(name):
    with (config.seed_folder() / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def files(*endings):
    """Every file of the seed but the list itself and the table that the catalogue was split from."""
    folder = config.seed_folder()
    names = (path.relative_to(folder).as_posix() for path in sorted(folder.rglob("*")))
    return [name for name in names if name.endswith(endings) and name not in (LIST, TABLE)]


def columns(row):
    return [name for name in row if name.endswith(("source", "sources"))]


@pytest.fixture(scope="module")
def verbatim():
    """What the published table says of its rows; the catalogue repeats it to the letter."""
    return {row["source"] for row in rows(TABLE)}


@pytest.fixture(scope="module")
def listed():
    return [row["code"] for row in rows(LIST)]


def cited_in(row, verbatim):
    """What a row cites: the cells of its columns of sources that hold anything of our own."""
    cells = [row[name] for name in columns(row) if row[name]]
    return cells if not row.get("source_row") else [cell for cell in cells if cell not in verbatim]


@pytest.mark.parametrize("name", files(".csv"))
def test_a_source_is_cited_by_its_short_name(name, verbatim):
    cells = [cell for row in rows(name) for cell in cited_in(row, verbatim)]
    assert [cell for cell in cells if not CODE.search(cell) and not SAYS_THAT_NOBODY_DOES.search(cell)] == []
    assert [cell for cell in cells if BARE.search(CODE.sub("", cell))] == []


@pytest.mark.parametrize("name", files(".csv", ".toml"))
def test_every_short_name_has_a_row(name, listed):
    text = (config.seed_folder() / name).read_text(encoding="utf-8")
    assert set(CODE.findall(text)) - set(listed) == set()


def test_a_short_name_stands_for_one_source(listed):
    assert [code for code, times in Counter(listed).items() if times > 1] == []
    assert all(row["text"] for row in rows(LIST))


def test_some_file_is_looked_at_for_every_kind_of_row():
    assert {"catalogue/contraindications.csv", "clinic/contraindications.csv", "clinic/policies.toml"} <= set(
        files(".csv", ".toml")
    )
