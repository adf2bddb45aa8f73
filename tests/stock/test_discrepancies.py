"""What did not fit the ledger: listed, explained once by a pharmacist, and the ledger stays as it is."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from formulary import clock
from formulary.accounts import Forbidden, Role
from formulary.db import Missing, db, transaction
from formulary.rules.findings import Refused
from formulary.stock import actions as stock
from formulary.stock import queries
from formulary.stock.models import Discrepancy, Movement
from tests.stock.doing import refused_codes, somebody
from tests.support.builders import a_lot, the_place, the_site
from tests.support.client import Client
from tests.support.world import Cast

LIST = "/stock/discrepancies"


@pytest.fixture
def unfit(cast: Cast) -> Discrepancy:
    """3 mL more went out of Cabinet A than it held."""
    lot, at, by = a_lot(), clock.now(), somebody()
    with transaction() as session:
        found = stock.record_shortfall(
            lot=queries.lot(lot.id), source=the_place(), target=the_place("patient"), quantity=18_000_000,
            reason="administered", document=("attempt", 1), what="More was given than lay there.",
            occurred_at=at, at=at, by=by,
        )  # fmt: skip
        session.info["audited"] = True
    assert found.discrepancy is not None
    return found.discrepancy


def explained(row: Discrepancy, words: str = "a vial was never booked in", **more: object) -> Discrepancy:
    given = {"explanation": words, "at": clock.now(), "by": somebody()} | more
    with transaction():
        return stock.explain(row.id, the_site().id, **given)


def test_the_list_says_how_much_where_and_what_happened(
    unfit: Discrepancy, clients: Callable[[str], Client]
) -> None:
    page = clients("technician").get_ok(LIST)
    assert "3\N{NO-BREAK SPACE}mL" in page.text
    assert "More was given than lay there." in page.text
    assert "/explain" not in page.html


def test_a_pharmacist_is_called_to_it_and_explains_it(
    unfit: Discrepancy, clients: Callable[[str], Client]
) -> None:
    pharmacist = clients("pharmacist")
    assert "Explain 1\N{NO-BREAK SPACE}discrepancy" in pharmacist.get_ok("/").text
    refused = pharmacist.post_refused(f"{LIST}/{unfit.id}/explain", {"explanation": " "})
    assert refused.errors == ["Say what was found out."]
    page = pharmacist.post_ok(f"{LIST}/{unfit.id}/explain", {"explanation": "A vial was never booked in."})
    assert "A vial was never booked in." in page.text
    assert "discrepancy" not in pharmacist.get_ok("/").text


def test_the_ledger_stays_as_it_is(unfit: Discrepancy) -> None:
    before = db.session.scalars(db.select(Movement.hash)).all()
    explained(unfit)
    assert db.session.scalars(db.select(Movement.hash)).all() == before
    assert queries.open_discrepancies(the_site().id) == 0


def test_it_is_explained_once_and_with_words(unfit: Discrepancy) -> None:
    with pytest.raises(Refused) as refusal:
        explained(unfit, "  ")
    assert refused_codes(refusal) == ["discrepancy.no_words"]
    explained(unfit)
    with pytest.raises(Refused) as refusal:
        explained(unfit, "something else")
    assert refused_codes(refusal) == ["discrepancy.explained_already"]
    assert (
        queries.discrepancies(the_site().id, explained=True)[0].row.explanation
        == "a vial was never booked in"
    )


def test_a_technician_explains_nothing(unfit: Discrepancy) -> None:
    with pytest.raises(Forbidden):
        explained(unfit, by=somebody(Role.TECHNICIAN))


def test_another_site_neither_lists_nor_explains_it(unfit: Discrepancy, cast: Cast) -> None:
    assert queries.discrepancies(cast.other_site.id) == []
    with pytest.raises(Missing):
        queries.discrepancy(unfit.id, cast.other_site.id)
