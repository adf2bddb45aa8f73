"""B2: the version followed is approved, was superseded, or never was approved."""

import pytest

from formulary.rules.findings import Level, Result, Stage
from tests.rules.builders import a_formula, ask

SUPERSEDED = {"approved": False, "status": "superseded", "newer": "Melasma v4"}
CHANGES = ("Tranexamic acid, concentration: 4 mg/mL becomes 5 mg/mL (+25 %).", "Ascorbic acid: taken out.")


@pytest.mark.parametrize("stage", [Stage.DRAFT, Stage.SIGN, Stage.VERIFY])
def test_the_approved_version_passes(stage):
    (answer,) = ask("B2", stage)
    assert (answer.code, answer.result, answer.reason) == (
        "formula.in_force",
        Result.PASS,
        "Melasma v3 is approved.",
    )


def test_a_superseded_one_stops_and_says_what_differs():
    (finding,) = ask("B2", formula=a_formula(**SUPERSEDED, differs=CHANGES))
    assert (finding.code, finding.level) == ("formula.superseded", Level.STOP)
    assert finding.reason == (
        "Melasma v3 is superseded, and Melasma v4 is approved. It differs: Tranexamic acid, concentration: "
        "4 mg/mL becomes 5 mg/mL (+25 %); Ascorbic acid: taken out."
    )
    assert finding.remedy.startswith("Begin from Melasma v4, or ask a second clinician to co-sign.")


def test_of_many_differences_the_first_are_named_and_the_rest_counted():
    (finding,) = ask("B2", formula=a_formula(**SUPERSEDED, differs=tuple(f"change {n}." for n in range(7))))
    assert finding.reason.endswith("change 4; and 2 more.")


def test_five_differences_are_all_named():
    (finding,) = ask("B2", formula=a_formula(**SUPERSEDED, differs=tuple(f"change {n}." for n in range(5))))
    assert finding.reason.endswith("change 3; change 4.")


@pytest.mark.parametrize("status", ["draft", "in_review", "retired", "published"])
def test_one_that_nobody_approved_stops(status):
    (finding,) = ask("B2", formula=a_formula(approved=False, status=status))
    assert (finding.code, finding.level) == ("formula.not_approved", Level.STOP)
    assert status.replace("_", " ") in finding.reason


def test_without_a_formula_it_is_not_asked():
    (answer,) = ask("B2", formula=None)
    assert answer.result is Result.NOT_APPLICABLE


def test_a_superseded_version_answers_for_nothing():
    """RULINGS 1: only an approved version accepts what is unknown."""
    (answer,) = ask("D1", formula=a_formula(**SUPERSEDED))[:1]
    assert answer.accepted == ""


def test_a_held_version_stops_everybody_even_where_it_is_approved():
    (finding,) = ask("B2", formula=a_formula(held=("recall R-7",)))
    assert (finding.code, finding.level) == ("formula.held", Level.BLOCK)
    assert finding.reason == "Melasma v3 is held: recall R-7."
