"""The pager of who received a lot: fifty at a time by key, every row once, and no token that breaks it."""

from __future__ import annotations

import base64
import json
from datetime import timedelta

import pytest

from formulary import clock
from tests.recalls.doing import a_session, opened
from tests.recalls.reading import accesses, answer, figures, rows, url_of, words
from tests.support.builders import a_lot, a_patient, act

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


def test_the_newest_fifty_stand_on_the_page_and_the_rest_behind_older(clients):
    lot = a_lot(number="MANY", containers=10)
    codes, client = sessions(lot, 101), clients("recall")
    first = answer(client, lot)
    older = client.get_ok(first.links["Older"])
    oldest = client.get_ok(older.links["Older"])
    shown = [[row.split("C-")[1][:4] for row in rows(page, "A")] for page in (first, older, oldest)]
    assert [f"C-{code}" for page in shown for code in page] == codes
    assert [len(page) for page in shown] == [50, 50, 1]
    assert {figures(page)["A"] for page in (first, older, oldest)} == {"101"}
    assert ("Newer" in first.links, "Older" in oldest.links) == (False, False)
    back = client.get_ok(client.get_ok(oldest.links["Newer"]).links["Newer"])
    assert rows(back, "A") == rows(first, "A")
    assert [row[2] for row in accesses()] == [50, 50, 1, 50, 50]


def test_the_pager_stays_right_while_rows_are_added(clients):
    lot = a_lot(number="GROWS", containers=10)
    codes, client = sessions(lot, 52), clients("pharmacist")
    first = answer(client, lot)
    sessions(lot, 3, first_minutes_ago=10)
    older = client.get_ok(first.links["Older"])
    assert [f"C-{row.split('C-')[1][:4]}" for row in rows(older, "A")] == codes[50:]
    assert [row.split("C-")[1][:4] for row in rows(client.get_ok(older.links["Newer"]), "A")] == [
        row.split("C-")[1][:4] for row in rows(first, "A")
    ]


def test_the_pager_keeps_all_the_lots_that_were_asked_for(clients):
    one, other = a_lot(number="ONE1", containers=10), a_lot(number="TWO2", containers=10)
    codes, client = sessions(one, 30) + sessions(other, 30, first_minutes_ago=500), clients("auditor")
    first = answer(client, one, other)
    older = client.get_ok(first.links["Older"])
    shown = [f"C-{row.split('C-')[1][:4]}" for page in (first, older) for row in rows(page, "A")]
    assert shown == sorted(codes, reverse=True)


def test_a_technician_is_given_no_pager(clients):
    lot = a_lot(number="MANY", containers=10)
    sessions(lot, 52)
    page = answer(clients("technician"), lot)
    assert ("Older" in page.links, "52 patients." in words(page)) == (False, True)


@pytest.mark.parametrize("end", ["after", "before"])
@pytest.mark.parametrize("token", [*(a_token(at) for at in NO_INSTANTS), "", "x", "WzFd", "%00", "a" * 500])
def test_a_token_that_is_none_of_ours_means_the_top(clients, end, token):
    lot = a_lot(number="FEW")
    [code] = sessions(lot, 1)
    page = clients("recall").get_ok(f"{url_of(lot)}&{end}={token}")
    assert [code in row for row in rows(page, "A")] == [True]


def test_a_token_with_nothing_behind_it_never_says_that_nobody_was_reached(clients):
    lot = a_lot(number="FEW", containers=10)
    sessions(lot, 51)
    client = clients("recall")
    last = answer(client, lot).links["Older"]
    early = a_lot(number="EARLY")
    a_session(a_patient(), (opened(early), "0.5 mL"))
    page = client.get_ok(last.replace(f"lot={lot.id}", f"lot={early.id}"))
    assert (figures(page)["A"], len(rows(page, "A"))) == ("1", 1)
    assert "Nobody was touched" not in words(page)
