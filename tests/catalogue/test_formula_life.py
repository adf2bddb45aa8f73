"""Draft, in review, approved, superseded, retired: who may take which step, and what a step leaves behind."""

import pytest

from formulary import clock
from formulary.audit.models import AuditEntry
from formulary.catalogue import actions, facts
from formulary.catalogue.actions import DraftLine
from formulary.db import db, transaction
from formulary.rules import checklist
from formulary.rules.facts import Cocktail as Mixed
from formulary.rules.facts import Line, Pin, SitePolicies, Strength
from formulary.rules.findings import Refused, Stage
from formulary.rules.units import Quantity
from tests.support.builders import PASSWORD, a_product, an_ingredient, steps
from tests.support.counting import counting_queries

PINNED = {"pin": "concentration", "amount": steps("4 mg"), "volume": steps("1 mL"), "unit": "mg"}
ACCEPTED = {
    "dose_low": steps("4 mg"),
    "dose_high": steps("22 mg"),
    "concentration_low": steps("3 mg"),
    "concentration_high": steps("5 mg"),
    "reason": "published",
}


def draft(cast, product, name="Glow", by="practitioner", **columns):
    line = DraftLine(product.ingredient_id, product_id=product.id, **PINNED | ACCEPTED | columns)
    with transaction():
        return actions.draft_formula(
            name,
            lines=[line],
            target=Quantity.of(5, "mL"),
            route="ID",
            at=clock.now(),
            by=cast.actor(by),
        )


def act(cast, action, version, by, **more):
    with transaction():
        return action(version.id, at=clock.now(), by=cast.actor(by), **more)


@pytest.fixture
def product(app):
    return a_product(an_ingredient("alpha"))


@pytest.fixture
def second(cast, product, approved):
    """The second version, in review, after the first was approved."""
    approved(draft(cast, product))
    version = draft(cast, product, amount=steps("5 mg"))
    return act(cast, actions.submit_formula, version, "practitioner")


def refused(cast, action, version, by, **more):
    with pytest.raises(Refused) as refusal:
        act(cast, action, version, by, **more)
    return [finding.code for finding in refusal.value.findings]


def test_a_formula_approved_by_its_author_is_refused(cast, second):
    assert refused(cast, actions.approve_formula, second, "practitioner") == ["formula.same_person"]
    assert second.status == "in_review"


def test_a_draft_nobody_submitted_is_not_approved(cast, product):
    version = draft(cast, product)
    assert refused(cast, actions.approve_formula, version, "pharmacist") == ["formula.not_in_review"]


def test_only_its_author_submits_it_and_only_when_it_is_whole(cast, product):
    version = draft(cast, product, pin="unknown", amount=None, volume=None)
    assert refused(cast, actions.submit_formula, version, "pharmacist") == ["formula.not_author"]
    assert refused(cast, actions.submit_formula, version, "practitioner") == ["formula.no_amount"]


def test_a_version_in_review_goes_back_with_a_reason(cast, second):
    act(cast, actions.give_back_formula, second, "pharmacist", reason="ranges too wide")
    assert (second.status, second.closed_reason) == ("draft", "ranges too wide")


def test_while_a_version_is_open_no_other_is_begun(cast, product, second):
    with pytest.raises(Refused) as refusal:
        draft(cast, product)
    assert [f.code for f in refusal.value.findings] == ["formula.open_version"]


def test_what_was_submitted_is_changed_by_nobody(cast, product, second):
    written = {"name": "Glow", "lines": [], "target": Quantity.of(5, "mL"), "route": "ID"}
    codes = refused(cast, actions.revise_formula, second, "practitioner", **written)
    assert codes == ["formula.frozen"]
    assert [line.amount for line in second.lines] == [steps("5 mg")]


def test_a_version_is_retired_with_its_reason_in_the_trail(cast, product, approved):
    version = approved(draft(cast, product))
    act(cast, actions.retire_formula, version, "pharmacist", reason="shortage")
    entry = db.session.scalars(db.select(AuditEntry).filter_by(action="catalogue.retire_formula")).one()
    assert (version.status, version.closed_reason, entry.reason) == ("retired", "shortage", "shortage")
    codes = refused(cast, actions.retire_formula, version, "pharmacist", reason="again")
    assert codes == ["formula.not_in_use"]


def limit_codes(version, product):
    """What the dose and concentration of a cocktail inside the ranges answer, when it follows a version."""
    fact = facts.product(product.id)
    lines = (
        Line(1, fact, Pin.CONCENTRATION, concentration=Strength(Quantity.of(4, "mg"), Quantity.of(1, "mL"))),
    )
    mixed = Mixed(
        lines, Quantity.of(5, "mL"), "ID", SitePolicies("UTC"), clock.now(), facts.formula(version.id)
    )
    answers = checklist.run(mixed, Stage.SIGN).answers
    return {a.rule: (a.code, bool(a.accepted)) for a in answers if a.rule in ("D1", "C1")}


def test_a_superseded_record_satisfies_no_gate(cast, product, approved):
    """Approved, its ranges answer for unknown limits; once it is superseded, nobody does."""
    first = approved(draft(cast, product))
    assert limit_codes(first, product) == {
        "D1": ("dose.limit_unknown", True),
        "C1": ("concentration.limit_unknown", True),
    }
    approved(draft(cast, product))
    db.session.expire_all()
    assert first.status == "superseded"
    assert {accepted for _, accepted in limit_codes(first, product).values()} == {False}


@pytest.mark.databases("sqlite")
def test_the_approver_sees_what_is_different_before_signing(clients, second):
    page = clients("pharmacist").get_ok(f"/catalogue/formulas/{second.id}")
    shown = page.text.replace("\N{NO-BREAK SPACE}", " ")
    assert "What is different from Glow v1" in shown
    assert "alpha, concentration 4 mg/mL 5 mg/mL +25 %" in shown
    assert "alpha, dose 20 mg 25 mg +25 %" in shown


@pytest.mark.databases("sqlite")
def test_the_list_shows_what_is_approved_beside_what_waits(clients, second):
    page = clients("technician").get_ok("/catalogue/formulas")
    rows = [row for row in page.texts("th", scope="row") if row.startswith("Glow")]
    assert rows == ["Glow v1", "Glow v2"]
    assert page.h1.replace("\N{NO-BREAK SPACE}", " ") == "1 formula approved here"


def test_each_step_is_taken_on_the_page_of_the_version(clients, cast, product):
    version = draft(cast, product)
    here = f"/catalogue/formulas/{version.id}"
    author, other = clients("practitioner"), clients("pharmacist")
    author.post_ok(f"{here}/submit", at=here)
    other.post_refused(f"{here}/give-back", {"reason": ""}, at=here)
    other.post_ok(f"{here}/give-back", {"reason": "no storage"}, at=here)
    page = author.post_ok(f"{here}/submit", at=here)
    assert "Approve it" in page.text
    assert author.post_refused(f"{here}/approve", {"secret": PASSWORD}, at=here).errors != []
    other.post_ok(f"{here}/approve", {"secret": PASSWORD}, at=here)
    page = other.post_ok(f"{here}/retire", {"reason": "shortage"}, at=here)
    assert "retired" in page.text
    assert "Retire it" not in page.text


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize("username", ["technician", "auditor"])
def test_others_read_a_formula_and_may_not_touch_it(clients, second, username):
    client = clients(username)
    page = client.get_ok(f"/catalogue/formulas/{second.id}")
    assert [form.action for form in page.forms if "formulas" in form.action] == []
    assert client.get("/catalogue/formulas/new").status_code == 403


@pytest.mark.databases("sqlite")
def test_any_two_versions_are_compared(clients, second):
    first = second.formula.versions[0]
    here = f"/catalogue/formulas/{first.id}/difference"
    page = clients("technician").get_ok(f"{here}?against={second.id}")
    assert page.h1.replace("\N{NO-BREAK SPACE}", " ") == "3 differences between Glow v2 and Glow v1"
    assert "−20 %" in page.text.replace("\N{NO-BREAK SPACE}", " ")
    assert clients("technician").get_ok(f"{here}?against=77").status == 200


def test_other_products_of_a_line_are_shown_with_what_they_change(clients, cast, product, approved):
    sulfite = an_ingredient("sulfite alpha", role="excipient")
    weak = a_product(product.ingredient, strength="50 mg/1 mL", excipients=(sulfite,))
    version = approved(draft(cast, product))
    client = clients("pharmacist")
    page = client.get_ok(f"/catalogue/formulas/{version.id}/substitutes")
    shown = page.text.replace("\N{NO-BREAK SPACE}", " ")
    assert "20 mg is 0.4 mL instead of 0.2 mL. It brings sulfite alpha" in shown
    page = client.get_ok(page.links["Write a version with it"])
    filled = page.form(button="Save the draft").filled({})
    assert filled["lines-0-product_id"] == [str(weak.id)]
    client.submit(page, {"lines-0-evidence": "own data"}, press="Save the draft")
    db.session.expire_all()
    line = version.formula.versions[-1].lines[0]
    assert (line.product_id, line.evidence) == (weak.id, "own data")


def test_a_long_formula_asks_no_more_questions_than_a_short_one(clients, cast, product):
    client, version = clients("technician"), draft(cast, product)
    several = [a_product() for _ in range(6)]
    lines = [DraftLine(x.ingredient_id, product_id=x.id, **PINNED) for x in several]
    with transaction():
        long = actions.draft_formula(
            "Long",
            lines=lines,
            target=Quantity.of(5, "mL"),
            route="ID",
            at=clock.now(),
            by=cast.actor("practitioner"),
        )
    for row in (version, long):
        client.get_ok(f"/catalogue/formulas/{row.id}")
    with counting_queries() as short:
        client.get_ok(f"/catalogue/formulas/{version.id}")
    with counting_queries() as longer:
        client.get_ok(f"/catalogue/formulas/{long.id}")
    assert len(longer) == len(short)
