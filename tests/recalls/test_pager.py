"""The pager of who received a lot: so many at a time by key, every row once, and no token that breaks it.

A page holds fifty; in these stories it holds five, so that eleven patients fill three.
"""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from datetime import timedelta

import pytest

from formulary import clock
from formulary.db import db
from formulary.recalls.queries import given
from formulary.stock.models import Lot
from formulary.web.paging import Window
from tests.recalls.doing import a_session, opened
from tests.recalls.reading import accesses, answer, figures, rows, url_of, words
from tests.support.builders import a_lot, a_patient, act
from tests.support.snapshots import reach

FIVE = 5
NO_INSTANTS = ("2026-11-24", "2026-11-24T12:00:00", "0001-01-01T00:00:00+14:00", "x")


def a_token(at):
    """What a stranger may write into the address of a page."""
    return base64.urlsafe_b64encode(json.dumps([{"at": at}, 1]).encode()).decode().rstrip("=")


def sessions(lot, count, *, first_minutes_ago=1000):
    """So many cocktails of the lot given to as many patients, a minute apart; their codes, newest first."""
    vial, codes = opened(lot), []
    with act():
        for number in range(count):
            at = clock.now() - timedelta(minutes=first_minutes_ago - number)
            codes.append(a_session(a_patient(ready=False), (vial, "0.02 mL"), at=at).code)
    return codes[::-1]


@dataclass(frozen=True)
class Given:
    """A lot that many got, with the codes of their cocktails, newest first."""

    lot: Lot
    codes: list[str]


def test_a_page_holds_fifty():
    assert given.received_page.__kwdefaults__ == {"size": 50}


@pytest.fixture
def _by_fives(monkeypatch):
    monkeypatch.setitem(given.received_page.__kwdefaults__, "size", FIVE)


@pytest.fixture
def many(app, database, _by_fives):
    """11 patients of one lot."""
    return _given(app, database)("many")


@pytest.fixture
def both(app, database, _by_fives):
    """11 patients of one lot, and 3 of another."""
    of = _given(app, database)
    return of("many"), of("some")


def _given(app, database):
    """What was told once and is put back for each story after."""
    ids = reach(app, database, "given to many", _tell)

    def of(name):
        codes = [f"C-{ids[key]:04d}" for key in ids if key.startswith(f"{name} ")]
        return Given(db.session.get_one(Lot, ids[name]), codes)

    return of


def _tell():
    ids = {}
    for name, number, count, minutes in (("many", "MANY", 11, 1000), ("some", "SOME", 3, 997)):
        lot = a_lot(number=number, containers=10)
        codes = sessions(lot, count, first_minutes_ago=minutes)
        ids |= {name: lot.id} | {f"{name} {code}": int(code[2:]) for code in codes}
    return ids


def codes_in(page):
    return [f"C-{row.split('C-')[1][:4]}" for row in rows(page, "A")]


def test_the_newest_stand_on_the_page_and_the_rest_behind_older(many, clients):
    client = clients("recall")
    first = answer(client, many.lot)
    older = client.get_ok(first.links["Older"])
    oldest = client.get_ok(older.links["Older"])
    shown = [codes_in(page) for page in (first, older, oldest)]
    assert [code for page in shown for code in page] == many.codes
    assert [len(page) for page in shown] == [5, 5, 1]
    assert {figures(page)["A"] for page in (first, older, oldest)} == {"11"}
    assert ("Newer" in first.links, "Older" in oldest.links) == (False, False)
    back = client.get_ok(client.get_ok(oldest.links["Newer"]).links["Newer"])
    assert rows(back, "A") == rows(first, "A")
    assert [row[2] for row in accesses()] == [5, 5, 1, 5, 5]


def test_the_pager_stays_right_while_rows_are_added(many, clients):
    client = clients("pharmacist")
    first = answer(client, many.lot)
    sessions(many.lot, 3, first_minutes_ago=10)
    older = client.get_ok(first.links["Older"])
    assert codes_in(older) == many.codes[5:10]
    assert codes_in(client.get_ok(older.links["Newer"])) == codes_in(first)


def test_the_pager_keeps_all_the_lots_that_were_asked_for(both, clients):
    client, (one, other) = clients("auditor"), both
    first = answer(client, one.lot, other.lot)
    older = client.get_ok(first.links["Older"])
    oldest = client.get_ok(older.links["Older"])
    shown = [code for page in (first, older, oldest) for code in codes_in(page)]
    given_at = [(990 + n, code) for n, code in enumerate(one.codes)]
    given_at += [(995 + n, code) for n, code in enumerate(other.codes)]
    assert shown == [code for _, code in sorted(given_at, key=lambda told: (told[0], -int(told[1][2:])))]


def test_a_technician_is_given_no_pager(many, clients):
    page = answer(clients("technician"), many.lot)
    assert ("Older" in page.links, "11 patients." in words(page)) == (False, True)


@pytest.mark.parametrize("end", ["after", "before"])
@pytest.mark.parametrize("token", [*(a_token(at) for at in NO_INSTANTS), "", "x", "WzFd", "\0", "a" * 500])
def test_a_token_that_is_none_of_ours_means_the_top(many, end, token):
    ids = [many.lot.id]
    assert given.received_page(ids, Window(**{end: token})) == given.received_page(ids, Window())


@pytest.mark.parametrize("window", ["after=%00", "before=" + a_token(NO_INSTANTS[2])])
def test_an_address_with_such_a_token_opens_the_top(many, clients, window):
    page = clients("recall").get_ok(f"{url_of(many.lot)}&{window}")
    assert codes_in(page) == many.codes[:FIVE]


def test_a_token_with_nothing_behind_it_never_says_that_nobody_was_reached(many, clients):
    client = clients("recall")
    last = answer(client, many.lot).links["Older"]
    early = a_lot(number="EARLY")
    a_session(a_patient(), (opened(early), "0.5 mL"))
    page = client.get_ok(last.replace(f"lot={many.lot.id}", f"lot={early.id}"))
    assert (figures(page)["A"], len(rows(page, "A"))) == ("1", 1)
    assert "Nobody was touched" not in words(page)
