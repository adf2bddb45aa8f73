"""`formulas/<id>/patients`: who is on which version; counts, and names for those who care for them."""

from datetime import timedelta

import pytest

from formulary import clock
from formulary.audit.models import AccessEntry
from formulary.bench.queries import plans_of
from formulary.catalogue.models import Formula, FormulaVersion
from formulary.cocktails.models import Revision
from formulary.db import db
from formulary.overview.queries import follower_counts
from tests.overview.doing import words
from tests.recalls.doing import a_cocktail, an_attempt, given
from tests.recalls.test_by_index import without_shortcuts
from tests.support.builders import a_patient, act, fresh, saved
from tests.support.counting import counting_queries


@pytest.fixture
def glow(app):
    """A formula whose first version is superseded by its second."""
    formula = saved(Formula(name=fresh("Glow")))
    for number, status in ((1, "superseded"), (2, "approved")):
        saved(FormulaVersion(formula_id=formula.id, number=number, status=status, route="ID"))
    return formula


@act()
def on(version, state="draft", patient=None, *, given_on=None, site=None):
    """A patient with a cocktail of this version, given so many days from today where that is said."""
    patient = patient or a_patient(ready=False, site=site)
    cocktail = a_cocktail(patient, state, site=site)
    revision = db.session.scalars(db.select(Revision).filter_by(cocktail_id=cocktail.id)).one()
    revision.formula_version_id = version.id
    if given_on is not None:
        given(an_attempt(cocktail, "released"), "1", at=clock.now() + timedelta(days=given_on))
    return patient


def counted(client, formula):
    """(open, last session, who is named) of every version, the newest first."""
    page = client.get_ok(f"/formulas/{formula.id}/patients")
    found = [[words(cell) for cell in row.iter("td")] for row in page.one("tbody").iter("tr")]
    return [tuple(cells[1:]) for cells in found]


def test_open_cocktails_and_last_sessions_are_counted_by_version(clients, glow):
    first, second = glow.versions
    for state in ("draft", "verified", "released", "cancelled", "wasted"):
        on(first, state)
    on(first, given_on=-3)
    on(second, given_on=-1)
    assert [row[:2] for row in counted(clients("technician"), glow)] == [("0", "1"), ("3", "1")]
    page = clients("technician").get_ok(f"/formulas/{glow.id}/patients")
    assert words(page.one("h1")).startswith("4 open cocktails or last sessions of an older version")


def test_a_later_session_of_anything_else_leaves_the_version_behind(clients, glow):
    first, second = glow.versions
    patient = on(first, given_on=-9)
    on(second, patient=patient, given_on=-2)
    assert [row[:2] for row in counted(clients("technician"), glow)] == [("0", "1"), ("0", "0")]


def test_a_merged_record_counts_as_the_one_that_was_kept(clients, glow):
    first, second = glow.versions
    kept = on(second, given_on=-2)
    other = on(first, given_on=-9)
    with_pointer(other, kept)
    assert [row[:2] for row in counted(clients("technician"), glow)] == [("0", "1"), ("0", "0")]


@act()
def with_pointer(other, kept):
    db.session.merge(other).merged_into_id = kept.id


def test_names_are_shown_to_those_who_care_and_the_look_is_logged(clients, cast, glow):
    patient = on(glow.versions[0])
    on(glow.versions[0], site=cast.other_site)
    assert counted(clients("technician"), glow)[1] == ("2", "0", "not shown")
    assert counted(clients("practitioner"), glow)[1][2] == f"{patient.name} {patient.code} an open cocktail"
    (entry,) = db.session.scalars(db.select(AccessEntry).filter_by(what="overview.formula_patients"))
    assert entry.person_id == cast.actor("practitioner").person_id


def test_names_beyond_one_page_are_on_the_next_and_every_look_is_logged(clients, glow, monkeypatch):
    monkeypatch.setattr("formulary.overview.queries.formulas.MOST_NAMES", 1)
    client, url, said = clients("practitioner"), f"/formulas/{glow.id}/patients", "there are more"
    patient = on(glow.versions[0])
    on(glow.versions[1], patient=patient)
    assert said not in words(client.get_ok(url).one("main"))
    other = on(glow.versions[0])
    first = client.get_ok(url)
    assert said in words(first.one("main"))
    second = client.get_ok(first.links["Older"])
    for page, here, elsewhere in ((first, 0, 1), (second, 1, 0)):
        inside, names = words(page.one("main")), sorted([patient, other], key=lambda x: (x.folded, x.id))
        assert (names[here].code in inside, names[elsewhere].code in inside) == (True, False)
    looks = db.select(AccessEntry).filter_by(what="overview.formula_patients").order_by(AccessEntry.id)
    assert [entry.patients for entry in db.session.scalars(looks)] == [1, 1, 1]


def test_what_came_later_is_read_from_one_patients_sessions(glow, cast):
    on(glow.versions[0], given_on=-3)
    versions = [version.id for version in glow.versions]
    without_shortcuts()
    [plan] = plans_of(lambda: follower_counts(versions))
    assert sum("ix_administration_patient" in line for line in plan.lines) == 2, plan.lines
    assert (plan.uses("ix_cocktail_revision_formula"), plan.uses("ix_patient_merged_into")) == (True, True)
    scanned = [line for line in plan.lines if "SCAN" in line.upper() and "INDEX" not in line.upper()]
    assert [line for line in scanned if "administration" in line or "patient" in line] == [], plan.lines


def test_an_administrator_is_shown_no_patients_at_all(clients, glow):
    assert clients("admin").get(f"/formulas/{glow.id}/patients").status_code == 403


def test_ten_times_as_many_patients_cost_no_more_questions(clients, glow):
    client, url = clients("practitioner"), f"/formulas/{glow.id}/patients"

    def asked():
        client.get(url)
        with counting_queries() as sent:
            client.get_ok(url)
        return len(sent)

    on(glow.versions[0])
    few = asked()
    for _ in range(9):
        on(glow.versions[0])
    assert asked() == few
