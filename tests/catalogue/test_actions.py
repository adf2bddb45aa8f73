"""Formulas: one person writes, another approves; what was approved before is superseded."""

import pytest

from formulary import clock
from formulary.accounts.models import Signature
from formulary.accounts.permissions import Forbidden
from formulary.audit.models import AuditEntry
from formulary.catalogue import actions, facts
from formulary.catalogue.actions import DraftLine, DraftPair
from formulary.db import db, transaction
from formulary.rules.findings import Refused
from formulary.rules.units import Quantity
from tests.support.builders import a_product, an_ingredient, steps


@pytest.fixture
def two(app):
    """Two products that may be mixed."""
    return a_product(an_ingredient("alpha")), a_product(an_ingredient("beta"))


def line(product, **columns):
    accepted = {
        "dose_low": 0,
        "dose_high": steps("50 mg"),
        "concentration_low": 0,
        "concentration_high": steps("10 mg"),
    }
    pinned = {"pin": "concentration", "amount": steps("4 mg"), "volume": steps("1 mL"), "unit": "mg"}
    return DraftLine(
        product.ingredient_id, product_id=product.id, reason="published", **pinned | accepted | columns
    )


def draft(cast, *products, name="Glow", by="practitioner", pairs=(), key=None):
    with transaction():
        return actions.draft_formula(
            name,
            lines=[line(product) for product in products],
            pairs=pairs,
            target=Quantity.of(5, "mL"),
            route="ID",
            at=clock.now(),
            by=cast.actor(by),
            key=key,
        )


def submit(cast, version, by="practitioner"):
    with transaction():
        return actions.submit_formula(
            version.id, version=version.row_version, at=clock.now(), by=cast.actor(by)
        )


def approve(cast, version, by="pharmacist"):
    if version.status == "draft":
        submit(cast, version)
    with transaction():
        return actions.approve_formula(
            version.id, version=version.row_version, at=clock.now(), by=cast.actor(by)
        )


def test_a_draft_may_not_be_followed_until_another_person_approves_it(cast, two):
    version = draft(cast, *two, pairs=[DraftPair(two[0].ingredient_id, two[1].ingredient_id, "published")])
    assert not facts.formula(version.id).approved
    approve(cast, version)
    told = facts.formula(version.id)
    assert told.approved
    assert told.accepted_pairs == {frozenset((two[0].ingredient_id, two[1].ingredient_id))}
    assert [r.dose_high for r in told.ranges] == [Quantity.of(50, "mg")] * 2
    assert told.ranges[0].concentration_high.amount == Quantity.of(10, "mg")


def test_the_approval_is_signed_over_its_content_and_stands_in_the_trail(cast, two):
    version = approve(cast, draft(cast, *two))
    signature = db.session.scalars(db.select(Signature).filter_by(object_kind="formula_version")).one()
    entry = db.session.scalars(db.select(AuditEntry).filter_by(action="catalogue.approve_formula")).one()
    assert (signature.object_id, signature.meaning, signature.self_checked) == (version.id, "approved", False)
    assert signature.signed_hash == entry.new["signed"]
    assert (version.approver_id, version.approved_at) == (cast.actor("pharmacist").person_id, clock.now())


def test_the_author_does_not_approve(cast, two):
    version = draft(cast, *two)
    with pytest.raises(Refused) as refusal:
        approve(cast, version, by="practitioner")
    assert refusal.value.findings[0].code == "formula.same_person"


def test_where_every_site_is_solo_the_author_approves_and_it_says_so(cast, two):
    with transaction():
        cast.site.solo = cast.other_site.solo = True
        db.session.info["audited"] = True
    approve(cast, draft(cast, *two), by="practitioner")
    assert db.session.scalars(db.select(Signature)).one().self_checked


def test_a_new_version_supersedes_the_one_approved_before(cast, two):
    first = approve(cast, draft(cast, *two))
    second = approve(cast, draft(cast, *two))
    db.session.expire_all()
    assert [(v.number, v.status) for v in (first, second)] == [(1, "superseded"), (2, "approved")]


def test_what_is_approved_is_not_approved_again(cast, two):
    version = approve(cast, draft(cast, *two))
    with pytest.raises(Refused) as refusal:
        approve(cast, version, by="pharmacist2")
    assert refusal.value.findings[0].code == "formula.not_in_review"


def test_what_is_never_mixed_is_no_line_of_a_formula(cast, two):
    alone = a_product(an_ingredient("gamma", do_not_mix=True, do_not_mix_source="label"))
    with pytest.raises(Refused) as refusal:
        draft(cast, *two, alone)
    assert [f.code for f in refusal.value.findings] == ["mix.do_not_mix"]
    assert draft(cast, alone, name="As supplied").status == "draft"


def test_a_published_name_is_not_taken_over(cast, loaded):
    txa = loaded.product("tranexamic acid")
    with pytest.raises(Refused) as refusal:
        draft(cast, txa, name="Melasma A (Iraji 2019)")
    assert refusal.value.findings[0].code == "formula.published"


@pytest.mark.parametrize("by", ["technician", "recall", "auditor", "admin"])
def test_others_neither_write_nor_approve(cast, two, by):
    with pytest.raises(Forbidden):
        draft(cast, *two, by=by)
    with pytest.raises(Forbidden):
        approve(cast, draft(cast, *two), by=by)


def test_a_repeat_with_the_same_key_answers_with_the_first(cast, two):
    assert draft(cast, *two, key="k1").id == draft(cast, *two, key="k1").id


@pytest.mark.parametrize("name", ["glow", " Glow  ", "Gl\N{LATIN SMALL LETTER O WITH DIAERESIS}w", "G low"])
def test_a_name_that_differs_by_case_spaces_or_accents_is_the_same_name(cast, two, name):
    draft(cast, *two)
    with pytest.raises(Refused) as refusal:
        draft(cast, *two, name=name)
    (finding,) = refusal.value.findings
    assert (finding.code, finding.field) == ("formula.name_taken", "name")
    assert finding.reason.startswith("Another formula is called Glow;")


def test_another_draft_is_not_renamed_to_a_spelling_of_an_existing_name(cast, two):
    draft(cast, *two)
    row = draft(cast, *two, name="Radiance")
    told = {"lines": [line(two[0])], "target": Quantity.of(5, "mL"), "route": "ID"}
    act = {"at": clock.now(), "by": cast.actor("practitioner")}
    with pytest.raises(Refused) as refusal, transaction():
        actions.revise_formula(row.id, name="GLOW", **told, **act)
    assert [f.code for f in refusal.value.findings] == ["formula.name_taken"]
    with transaction():
        assert actions.revise_formula(row.id, name="RADIANCE", **told, **act).formula.name == "RADIANCE"
