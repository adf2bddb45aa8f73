"""L5: what is open, was opened earlier or expires first is drawn from first; what may not be used is not."""

from datetime import date, timedelta

import pytest

from formulary.rules.checklist import check_passed_over
from formulary.rules.facts import Container
from formulary.rules.findings import Level
from tests.rules.builders import AT, TRANEXAMIC, a_stock, some_policies

MULTI = {"container": Container.MULTI_DOSE, "after_puncture_h": 672}
SEALED = a_stock(TRANEXAMIC, **MULTI)
EARLIER = a_stock(TRANEXAMIC, lot="L0", lot_id=11, expires_on=date(2027, 3, 31), **MULTI)


def opened(hours, vial_id=1, **more):
    told = {"vial_id": vial_id, "vial": f"V-{vial_id}", "opened_at": AT - timedelta(hours=hours)}
    told["beyond_use_at"] = told["opened_at"] + timedelta(days=28)
    return a_stock(TRANEXAMIC, "5 mL", **MULTI, **told, **more)


def asked(chosen, *instead):
    return check_passed_over(chosen, instead, at=AT, for_patient=7, policies=some_policies())


@pytest.mark.parametrize(
    ("chosen", "instead", "words"),
    [
        (opened(2), SEALED, "is open and may still be used"),
        (opened(5), opened(2, vial_id=2), "was opened earlier and may still be used"),
        (EARLIER, SEALED, "expires first, on 31 Mar 2027"),
    ],
)
def test_what_goes_first_is_not_passed_over_without_a_reason(chosen, instead, words):
    (finding,) = asked(chosen, instead)
    assert (finding.code, finding.rule, finding.level) == ("vial.passed_over", "L5", Level.WARN)
    assert words in finding.reason


@pytest.mark.parametrize(
    ("chosen", "instead"),
    [
        (SEALED, opened(2)),
        (opened(2), opened(5, vial_id=2)),
        (SEALED, EARLIER),
        (SEALED, SEALED),
        (opened(700), SEALED),
        (opened(2, held=("recall R-7",)), SEALED),
    ],
)
def test_what_goes_later_or_may_not_be_used_is_passed_over_without_a_word(chosen, instead):
    assert asked(chosen, instead) == ()


def test_nothing_instead_is_no_deviation():
    assert asked(SEALED) == ()
