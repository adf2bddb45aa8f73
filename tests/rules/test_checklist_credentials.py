"""P3: who prescribes, prepares and injects, and until when."""

from datetime import date

import pytest

from formulary.rules.facts import Credential, CredentialKind, Practitioner
from formulary.rules.findings import Level, Result, Stage
from tests.rules.builders import ask

TODAY = date(2026, 11, 24)  # the builders' day in Paris
BOARD = "Board of Medicine"
WHO = "Claire Needleham"


def entitled(kind="prescribe", begins=date(2020, 1, 1), ends=date(2030, 12, 31)):
    return Credential(CredentialKind(kind), BOARD, begins, ends)


def asked(*credentials, stage=Stage.SIGN):
    return ask("P3", stage, acting=Practitioner(WHO, credentials))


@pytest.mark.parametrize(
    ("begins", "ends", "code"),
    [
        (date(2020, 1, 1), date(2030, 12, 31), "credential.valid"),
        (TODAY, TODAY, "credential.valid"),
        (date(2020, 1, 1), date(2026, 11, 23), "credential.lapsed"),
        (date(2026, 11, 25), date(2030, 12, 31), "credential.not_begun"),
    ],
)
def test_it_counts_from_its_first_day_through_its_last(begins, ends, code):
    (answer,) = asked(entitled(begins=begins, ends=ends))
    assert (answer.code, answer.level) == (code, None if code == "credential.valid" else Level.BLOCK)


def test_a_lapsed_one_is_named_with_what_would_do():
    (finding,) = asked(entitled(ends=date(2026, 5, 3)))
    assert finding.reason == (
        "The credential of Claire Needleham to prescribe (Board of Medicine) lapsed on 3 May 2026."
    )
    assert finding.remedy == "Let an administrator record one that is valid, on the page of the person."


def test_nothing_on_record_is_unknown_and_blocks():
    (answer,) = asked()
    assert (answer.code, answer.result, answer.level) == ("credential.unknown", Result.UNKNOWN, Level.BLOCK)


@pytest.mark.parametrize(
    ("stage", "kind"),
    [
        (Stage.DRAFT, "prescribe"),
        (Stage.SIGN, "prescribe"),
        (Stage.CLAIM, "prepare"),
        (Stage.ADMINISTER, "inject"),
    ],
)
def test_each_act_asks_for_its_own_kind(stage, kind):
    others = [entitled(other) for other in ("prescribe", "prepare", "inject") if other != kind]
    assert [answer.code for answer in asked(*others, stage=stage)] == ["credential.unknown"]
    assert [answer.code for answer in asked(entitled(kind), stage=stage)] == ["credential.valid"]


def test_one_valid_credential_is_enough():
    (answer,) = asked(entitled(ends=date(2025, 1, 1)), entitled())
    assert answer.code == "credential.valid"


def test_where_nobody_acts_nobody_is_asked_for():
    (answer,) = ask("P3", acting=None)
    assert answer.result is Result.NOT_APPLICABLE


def test_of_two_that_hold_the_later_end_is_told_and_of_two_that_lapsed_the_later_day():
    (answer,) = asked(entitled(ends=date(2027, 1, 31)), entitled(ends=date(2028, 1, 31)))
    assert answer.reason.endswith("through 31 Jan 2028.")
    (finding,) = asked(entitled(ends=date(2026, 10, 31)), entitled(ends=date(2025, 10, 31)))
    assert "lapsed on 31 Oct 2026" in finding.reason
