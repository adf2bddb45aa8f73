"""What those who govern the rules read: of the cocktails that showed a finding, which a reaction followed."""

from datetime import timedelta

import pytest

from formulary import clock
from formulary.accounts import Operator
from formulary.administrations.actions import reactions as actions
from formulary.administrations.models import Administration
from formulary.cocktails.models import Override, Revision, ShownFinding
from formulary.db import db, transaction
from formulary.overview.labels.governance import governed
from formulary.overview.queries import RuleCount, answered_rules
from tests.reactions.doing import recorded, withdrawn
from tests.recalls.doing import a_session, opened
from tests.support.builders import a_lot, a_patient, saved, the_site

CODE = "allergy.excipient"


@pytest.fixture
def vial(app):
    """An open vial, and a checklist with redness on it."""
    rows = [{"word": "redness", "name": "Redness", "source": "test"}]
    with transaction():
        actions.set_reaction_kinds(rows, at=clock.now(), by=Operator("tests"))
    return opened(a_lot())


def cocktail_that_showed(vial, *, overridden=False, share="0.9"):
    """A cocktail on which the finding stood, answered or not, and its session."""
    cocktail = a_session(a_patient(), (vial, "0.1 mL"), share=share)
    shown = {"rule": "A1", "code": CODE, "level": "warn", "at": clock.now()}
    saved(ShownFinding(cocktail_id=cocktail.id, site_id=cocktail.site_id, **shown))
    if overridden:
        override(db.session.scalars(db.select(Revision).filter_by(cocktail_id=cocktail.id)).one())
    return db.session.scalars(db.select(Administration).filter_by(cocktail_id=cocktail.id)).one()


def override(revision):
    told = {"finding_key": f"A1:{CODE}:0:x:1", "code": CODE, "level": "warn", "answered": {}, "stage": "S"}
    who = {"by_id": revision.saved_by_id, "at": clock.now(), "inputs_hash": "", "reason": "weighed"}
    saved(Override(revision_id=revision.id, **told, **who))


def test_what_followed_is_counted_of_what_was_given_overridden_or_not(vial):
    recorded(cocktail_that_showed(vial, overridden=True))
    recorded(cocktail_that_showed(vial))
    cocktail_that_showed(vial, overridden=True)
    cocktail_that_showed(vial, overridden=True, share="0")
    withdrawn(recorded(cocktail_that_showed(vial)))
    counts = {"shown": 5, "overridden": 3, "given": 4, "followed": 2}
    counts |= {"overridden_given": 2, "overridden_followed": 1}
    by_rule, by_code = answered_rules(the_site().id, clock.now() - timedelta(days=1))
    assert (by_rule, by_code) == ([RuleCount("A1", "", **counts)], [RuleCount("A1", CODE, **counts)])


@pytest.mark.parametrize(("followed", "on_review"), [(0, []), (1, ["A1"])])
def test_a_rule_is_looked_at_again_once_a_reaction_followed_an_override(followed, on_review):
    count = RuleCount(
        "A1", "", 100, 1, given=50, followed=5, overridden_given=1, overridden_followed=followed
    )
    assert [line.rule for line in governed([count], []) if line.on_review] == on_review


def test_the_page_says_what_came_after_and_not_why(vial, clients):
    recorded(cocktail_that_showed(vial, overridden=True))
    page = clients("auditor").get_ok("/rules")
    [row] = [r for r in page.texts("tr") if CODE in r]
    assert row.replace("\N{NO-BREAK SPACE}", " ") == f"A1 {CODE} 1 1 100 % 1 of 1 given 1 of 1 given review"
    assert "It says what came after, not why." in page.text
