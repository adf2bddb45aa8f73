"""`formulary recall` asked by what was done: each flag leads to whom it reached, and faults name the flag."""

from __future__ import annotations

import csv
import io
import json

import pytest

from formulary.accounts import queries as accounts
from formulary.audit.models import AccessEntry
from formulary.cocktails.models import Revision
from formulary.db import db
from formulary.preparations.models import Attempt
from formulary.recalls import queries
from formulary.recalls.queries import Scope
from formulary.stock.models import Vial
from tests.recalls.calling import recall
from tests.recalls.test_made import told
from tests.support.builders import a_formula, act
from tests.support.world import STAFF

__all__ = ["recall", "told"]

# What the terminal says does not depend on the database.
pytestmark = pytest.mark.databases("sqlite")
EVERYBODY = ["Ann First", "Cid Other", "Dan Mixed"]


def made_by_a_formula():
    """The mixed powder was composed by a version of a formula; what it is called."""
    made = queries.made(queries.draws_meant([Scope(diluent="WATER")])).rows[0]
    with act():
        revision = db.session.scalars(db.select(Revision).filter_by(cocktail_id=made.cocktail_id)).one()
        revision.formula_version_id = a_formula().id
    [(_, words)] = queries.formula_versions()
    return words


def test_each_flag_leads_to_whom_it_reached_alike_in_text_json_and_csv(recall, told):
    attempt = db.session.get_one(Attempt, told["waiting"])
    code, cocktail = db.session.get_one(Vial, told["vial"]).code, attempt.cocktail.code
    preparer = accounts.person_names([attempt.preparer_id])[attempt.preparer_id]
    [place] = [words for key, words in queries.benches_and_shelves() if key == attempt.place_id]
    formula = made_by_a_formula()
    cases = [
        (("--serials", code), ["Ann First"], ["Ann First", "Bea Waits"]),
        (("--codes", f"{code}, {cocktail}"), ["Ann First"], ["Ann First", "Bea Waits"]),
        (("--diluent", "water"), ["Dan Mixed"], ["Dan Mixed"]),
        (("--formula", formula), ["Dan Mixed"], ["Dan Mixed"]),
        (
            ("--preparer", preparer, "--to", "2026-11-24"),
            EVERYBODY,
            ["Ann First", "Bea Waits", *EVERYBODY[1:]],
        ),
        (("--place", place, "--from", "2026-11-24"), EVERYBODY, ["Ann First", "Bea Waits", *EVERYBODY[1:]]),
    ]
    for words, reached, drawn in cases:
        asked = (*words, "--as", "recall", "--names")
        answer = json.loads(recall(*asked, "--json").stdout)
        assert sorted({row["name"] for row in answer["patients"]}) == reached, words
        assert sorted(row["name"] for row in answer["cocktails"]) == drawn, words
        assert (answer["counts"]["reached"], answer["counts"]["cocktails"]) == (len(reached), len(drawn))
        rows = list(csv.DictReader(io.StringIO(recall(*asked, "--csv").stdout.lstrip("\ufeff"))))
        assert sorted({row["name"] for row in rows if row["bucket"] == "Received"}) == reached
        text = recall(*asked).stdout
        assert [name for name in sorted({"Bea Waits", *EVERYBODY}) if name in text] == drawn
    nothing = recall("--place", place, "--from", "2026-11-25", "--json", status=1).stdout
    assert set(json.loads(nothing)["counts"].values()) == {0}


def test_a_lot_beside_what_was_done_narrows_it(recall, told):
    attempt = db.session.get_one(Attempt, told["waiting"])
    preparer = accounts.person_names([attempt.preparer_id])[attempt.preparer_id]
    for lot, names in (("shared", ["Ann First", "Bea Waits", "Cid Other"]), ("POWDER", ["Dan Mixed"])):
        asked = (lot, "--preparer", preparer, "--as", "recall", "--names")
        answer = json.loads(recall(*asked, "--json").stdout)
        assert sorted(row["name"] for row in answer["cocktails"]) == names
        assert answer["asked"] == {"lot": lot, "preparer": preparer}
        assert recall(*asked).stdout.startswith(f"What was done: LOT {lot}, --preparer {preparer}\n")
    nothing = recall("POWDER", "--serials", db.session.get_one(Vial, told["vial"]).code, "--json", status=1)
    assert set(json.loads(nothing.stdout)["counts"].values()) == {0}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--preparer", "Nobody Here"), "--preparer: nothing is called Nobody Here. What there is: "),
        (("--place", "Nowhere"), "--place: nothing is called Nowhere. What there is: "),
        (
            ("--formula", "None v9"),
            "--formula: nothing is called None v9. What there is: nothing is on record.",
        ),
        (("--serials", " "), "--serials says nothing."),
        (("--from", "2026-11-24"), "--from: a time alone is everything."),
        (("--diluent", "WATER", "--from", "noon"), "--from: It is no day and no time that can be told."),
        (("--diluent", "WATER", "--from", "2026-11-25", "--to", "2026-11-24"), "--to is before --from."),
        (("--case", "R-1", "--diluent", "WATER"), "Name a LOT, what was done, or both"),
        (("WATER", "--case", "R-1"), "Name a LOT, what was done, or both"),
        (("SHARD", "--diluent", "WATER"), "No lot has the number SHARD."),
        (("V-0001", "--diluent", "WATER"), "V-0001 is a code of ours: beside what was done it is said with"),
        (("SHARED", "--from", "2026-11-24"), "--from: a time alone is everything."),
    ],
)
def test_a_fault_names_the_flag(recall, told, words, said):
    result = recall(*words, "--as", "recall", status=1)
    assert (result.stdout, result.stderr.startswith(said)) == ("", True), result.stderr


def test_what_leaves_is_noted_without_what_was_typed(recall, told):
    recall("--diluent", "WATER", "--as", "recall")
    [access] = db.session.scalars(db.select(AccessEntry))
    assert (access.what, access.patients, access.person_name) == ("recalls.lookup", 1, STAFF["recall"][0])
    assert access.detail.partition(": ")[2] == "what was done"
