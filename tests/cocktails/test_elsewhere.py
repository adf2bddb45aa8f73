"""What the patient said of other clinics counts as long as the site accepts answers, and no longer."""

from datetime import UTC, datetime, timedelta

import pytest

from formulary.cocktails.facts.past import said_elsewhere
from formulary.rules.facts import ConditionAnswer, Said

AT = datetime(2026, 11, 24, 9, tzinfo=UTC)
MONTH = timedelta(days=30)


@pytest.mark.parametrize(
    ("said", "days", "within", "known"),
    [
        (Said.NO, 30, MONTH, False),
        (Said.YES, 30, MONTH, True),
        (Said.UNKNOWN, 30, MONTH, None),
        (Said.NO, 31, MONTH, None),
        (Said.NO, 0, None, None),  # the site has not decided
    ],
)
def test_an_answer_about_other_clinics_holds_as_long_as_the_site_accepts_it(said, days, within, known):
    answer = ConditionAnswer("treated_elsewhere", said, AT - timedelta(days=days))
    assert said_elsewhere(answer, within, AT) == (known, "")


def test_what_nobody_asked_is_not_known():
    assert said_elsewhere(None, MONTH, AT) == (None, "")
