"""Two officers decide on one lot of a case: the later one reads first what the other decided."""

import pytest

from formulary.recalls import queries
from tests.recalls.casing import a_case, decided, lots_of
from tests.support.builders import a_lot


# What a page shows does not depend on the database.
@pytest.mark.databases("sqlite")
def test_who_decides_on_what_another_has_decided_meanwhile_reads_that_first(cast, clients):
    a_lot(number="L223I")
    case, client = a_case("L2231"), clients("recall")
    [row] = [one.row for one in queries.case_lots(case.id)]
    at = f"/recalls/cases/{case.id}/lots/{row.id}"
    opened = client.get_ok(at)
    decided(case, "L223I", "out")
    told = {"decision": "in", "reason": "it looks like it"}
    page = client.read(client.submit(opened, told, to=at), at, 422)
    assert "compared with the pack" in page.text
    assert lots_of(case) == {"L223I": ("near", "out")}
    assert client.submit(page, told, to=at).status_code == 303
    assert lots_of(case) == {"L223I": ("near", "in")}
