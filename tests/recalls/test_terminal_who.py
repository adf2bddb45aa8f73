"""`formulary recall`: who is told codes, who names, and what of it is noted and audited."""

from __future__ import annotations

import json

import pytest

from formulary.accounts.models import User
from formulary.audit.models import AccessEntry, AuditEntry
from formulary.db import db
from formulary.recalls import actions
from formulary.stock.models import Vial
from tests.recalls.calling import recall, story, told
from tests.recalls.casing import a_case
from tests.support.builders import a_lot, act
from tests.support.world import STAFF

__all__ = ["recall", "story", "told"]

SEEN = {
    ("pharmacist", False): (True, set()),
    ("pharmacist", True): (True, set()),
    ("technician", False): (False, set()),
    ("technician", True): (False, set()),
    ("practitioner", False): (True, set()),
    ("practitioner", True): (True, {"Anna Kovac", "Bnna Kovac"}),
    ("practitioner3", True): (True, {"Lnna Kovac"}),
    ("recall", False): (True, set()),
    ("recall", True): (True, {"Anna Kovac", "Lnna Kovac", "Bnna Kovac"}),
    ("auditor", False): (True, set()),
    ("auditor", True): (True, {"Anna Kovac", "Lnna Kovac", "Bnna Kovac"}),
}


# Who reads what does not depend on the database.
@pytest.mark.databases("sqlite")
@pytest.mark.parametrize(("who", "names"), SEEN)
def test_names_are_told_only_when_asked_for_and_to_whoever_may_see_them(recall, told, story, who, names):
    codes, expected = SEEN[who, names]
    more = ("--names",) if names else ()
    answer = told(story.lot.number, who, *more)
    rows = answer["patients"] + answer["patch_tested"]
    assert {row["patient"] for row in rows} == (story.codes("ABL") if codes else set())
    assert {row["name"] for row in rows if "name" in row} == expected
    text = recall(story.lot.number, "--as", who, *more).stdout
    assert {name for name in ("Anna Kovac", "Bnna Kovac", "Lnna Kovac") if name in text} == expected
    vials = ", ".join(db.session.scalars(db.select(Vial.code)))
    for flag in ("--json", "--csv"):
        text = recall("--codes", vials, "--as", who, *more, flag).stdout
        assert {name for name in ("Anna Kovac", "Bnna Kovac", "Lnna Kovac") if name in text} == expected
        assert (story.patients["A"].code in text) == codes
    everybody = story.codes("ABCDEFJL")
    text = recall(story.lot.number, "--as", who, *more).stdout
    assert {code for code in everybody if f" {code} " in text} == (everybody if codes else set())
    assert answer["buckets"]["A"] == 2


@pytest.mark.parametrize(
    ("who", "names", "codes"),
    [("recall", True, True), ("pharmacist", False, True), ("technician", False, False)],
)
def test_files_hold_as_much_as_the_page(recall, story, who, names, codes):
    """The answer as CSV, and the list of a case."""
    case = a_case(story.lot.number, actions.open_case)
    for words in ((story.lot.number, "--csv"), ("--case", case.code)):
        text = recall(*words, "--as", who, "--names").stdout
        assert ("Anna Kovac" in text, story.patients["A"].code in text) == (names, codes)
        assert "Anna Kovac" not in recall(*words, "--as", who).stdout
    assert text.count(f"Recall {case.code}, confidential. Copy of {STAFF[who][0]}") == 1 + codes
    seen = db.session.scalars(db.select(AccessEntry.patients).order_by(AccessEntry.id.desc()).limit(1)).one()
    assert seen == (4 if codes else 0)


def test_what_does_not_belong_together_is_said(recall, story):
    one_of_them = "Name a LOT, what was done, or both (with --json or --csv), or a --case alone.\n"
    for words in ((), (story.lot.number, "--case", "R-1"), ("--case", "R-1", "--json")):
        assert recall(*words, status=1).stderr == one_of_them
    assert recall("--case", "R-99", status=1).stderr == "No recall R-99\n"


@pytest.mark.parametrize(("who", "patients"), [("recall", 8), ("pharmacist", 8), ("technician", 0)])
def test_what_leaves_is_noted_with_the_systems_user_and_in_the_trail(
    recall, story, monkeypatch, who, patients
):
    monkeypatch.setattr("getpass.getuser", lambda: "o.leroy")
    recall(story.lot.number, "--as", who, "--names", "--json")
    [access] = db.session.scalars(db.select(AccessEntry))
    seen = (access.what, access.patients, access.detail)
    assert seen == ("recalls.lookup", patients, "o.leroy on the terminal: TX-2231")
    [entry] = db.session.scalars(db.select(AuditEntry).filter_by(action="recalls.export"))
    assert entry.new == {
        "lots": "TX-2231", "patients": patients, "names": True, "system_user": "o.leroy on the terminal",
    }  # fmt: skip
    assert entry.person_name == access.person_name


def test_a_lookup_that_finds_nothing_is_noted_without_what_was_typed(recall):
    recall("Anna Kovac", "--as", "recall", status=1)
    [access] = db.session.scalars(db.select(AccessEntry))
    assert (access.patients, access.detail.partition(": ")[2]) == (0, "no lot")


@pytest.mark.parametrize(
    ("who", "said"),
    [
        ("admin", "admin may not look up who was touched by a lot."),
        ("nobody", "No account nobody with a role"),
    ],
)
def test_who_may_not_look_up_is_told_so_and_nothing_is_written(recall, who, said):
    a_lot(number="TX-2231")
    result = recall("TX-2231", "--as", who, "--json", status=1)
    assert (result.stdout, result.stderr.strip()) == ("", said)
    assert db.session.scalar(db.select(db.func.count(AccessEntry.id))) == 0


def test_an_account_that_was_closed_asks_nothing(recall, cast):
    a_lot(number="TX-2231")
    with act():
        db.session.get_one(User, cast.user("recall").id).is_active = False
    assert recall("TX-2231", "--as", "recall", status=1).stdout == ""


def test_without_an_account_the_terminal_reads_codes_and_is_noted(recall, story):
    answer = json.loads(recall(story.lot.number, "--json").stdout)
    assert {row["patient"][:2] for row in answer["patients"]} == {"P-"}
    assert not any("name" in row for row in answer["patients"])
    access = db.session.scalars(db.select(AccessEntry).order_by(AccessEntry.id.desc())).first()
    assert access.person_name.endswith("on the terminal")
    entry = db.session.scalars(db.select(AuditEntry).order_by(AuditEntry.id.desc())).first()
    assert (entry.action, entry.person_id, entry.new["names"]) == ("recalls.export", None, False)


def test_names_need_an_account_behind_them(recall, story):
    words = recall(story.lot.number, "--names", status=1).stderr
    assert words == "--names needs --as USER: a name is shown to an account that may see it.\n"


def test_everybody_of_every_bucket_is_listed(recall, story):
    answer = json.loads(recall(story.lot.number, "--json").stdout)
    cocktails = {row["bucket"]: row["cocktail"] for row in answer["under_way"]}
    assert {letter: answer["buckets"][letter] for letter in cocktails} == dict.fromkeys(cocktails, 1)
    assert len({row["cocktail"] for row in answer["promised"]}) == answer["buckets"]["F"]
    assert len({row["patient"] for row in answer["not_excluded"]}) == answer["buckets"]["J"]
    assert sum(answer["buckets"][letter] for letter in "CDEF") >= 3
