"""The shares on the page of the rules: what is overridden too often, edges first."""

import pytest

from formulary.overview.labels.governance import governed
from formulary.overview.queries import RuleCount
from formulary.rules.checklist import RULES


@pytest.mark.parametrize(
    ("shown", "overridden", "on_review"),
    [(0, 0, False), (5, 4, False), (100, 80, False), (100, 81, True), (1, 1, True), (10, 9, True)],
)
def test_more_than_80_of_100_overridden_is_looked_at_again(shown, overridden, on_review):
    lines = governed([RuleCount("A1", "", shown, overridden)], [])
    assert [line.rule for line in lines if line.on_review] == (["A1"] if on_review else [])


def test_every_rule_is_on_the_page_in_its_order_with_its_codes_beneath():
    codes = [RuleCount("A1", "allergy.excipient", 1, 0), RuleCount("A1", "allergy.ingredient", 2, 1)]
    lines = governed([RuleCount("A1", "", 2, 1)], codes)
    assert [line.rule for line in lines if not line.code] == [rule.id for rule in RULES]
    own = [(line.code, line.shown, line.overridden) for line in lines if line.rule == "A1"]
    assert own == [("", 2, 1), ("allergy.excipient", 1, 0), ("allergy.ingredient", 2, 1)]
