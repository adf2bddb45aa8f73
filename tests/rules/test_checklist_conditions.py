"""A4: an answer yes, an answer that nobody gave, and whom each is about."""

from dataclasses import replace
from datetime import timedelta

import pytest

from formulary.rules.facts import ConditionAnswer, Contraindication, Precautions, Said
from formulary.rules.findings import Level, Result, Stage
from tests.rules.builders import (
    AT,
    GLUTATHIONE,
    SALINE,
    TRANEXAMIC,
    a_line,
    a_patient,
    a_product,
    an_excipient,
    ask,
    codes,
    some_policies,
)

YESTERDAY = AT - timedelta(days=1)
PROCAINE = a_product(40, "procaine", "10 mg/mL", excipients=(an_excipient("acetone sodium bisulfite", 91),))
CYANOCOBALAMIN = a_product(41, "cyanocobalamin", "1 mg/mL", of={"groups": frozenset({"cobalamin"})})


def a_row(word, selector="any", level="STOP", reason="the label says so", **more):
    told = {"name": word.replace("_", " "), "source": f"source of {word}"}
    return Contraindication(word, selector=selector, level=level, reason=reason, **{**told, **more})


# CORRECTIONS A13, D; FACTS 1.2, 1.5, 1.8, 9
CLOTS = a_row("subarachnoid_haemorrhage", "ingredient:1", "BLOCK", "contraindicated by the label")
PILL = a_row("hormonal_contraceptive", "ingredient:1", "STOP", "the label says to avoid it")
LEBER = a_row("leber_disease", "ingredient:41", "BLOCK", "contraindicated in early disease")
ASTHMA = a_row("asthma", "group:sulfite", "STOP", "sulfites provoke attacks")
GSH = a_row("asthma", "ingredient:3", "WARN", "narrowed airways were seen after inhaling it")
PREGNANT = a_row("pregnancy", "any", "STOP", "an article names it a contraindication")
SUN = a_row("planned_sun", "any", "INFO", "an article asks for a week without it")
ALL = (CLOTS, PILL, LEBER, ASTHMA, GSH, PREGNANT, SUN)


def said(word, what=Said.YES, **more):
    return ConditionAnswer(word, what, more.pop("asked_at", YESTERDAY), **more)


def all_no(*but):
    words = {row.word for row in ALL} - {answer.word for answer in but}
    return (*but, *(said(word, Said.NO) for word in sorted(words)))


def about(*answers, rows=ALL, **more):
    patient = a_patient(answers=answers)
    return ask("A4", **{"patient": patient, "precautions": Precautions(rows), **more})


def with_product(product):
    return (a_line(1, TRANEXAMIC, "20 mg"), a_line(2, product, "1 mg"), a_line(3, SALINE, "qs"))


def test_no_to_everything_passes():
    (answer,) = about(*all_no())
    assert (answer.code, answer.result) == ("condition.none", Result.PASS)


@pytest.mark.parametrize(
    ("word", "level", "line"),
    [
        ("subarachnoid_haemorrhage", Level.BLOCK, 1),  # TXA1: contraindicated
        ("hormonal_contraceptive", Level.STOP, 1),  # CORRECTIONS A13: avoid, a prescriber's hard stop
        ("pregnancy", Level.STOP, None),  # article S1, about the method
        ("planned_sun", Level.INFO, None),  # article S4
        ("asthma", Level.WARN, 3),  # Marrades 1997, glutathione; no sulfite is in the melasma cocktail
    ],
)
def test_a_yes_comes_to_the_level_of_its_row(word, level, line):
    (finding,) = about(*all_no(said(word)))
    assert (finding.code, finding.level, finding.line) == ("condition.contraindicated", level, line)
    assert finding.subject == word.replace("_", " ")


def test_the_finding_says_what_who_and_what_would_do():
    (finding,) = about(*all_no(said("hormonal_contraceptive", detail="since 2019")))
    assert finding.reason == (
        "Hormonal contraceptive: the patient said yes (“since 2019”). "
        "Tranexamic acid: the label says to avoid it."
    )
    assert finding.remedy == "Leave out tranexamic acid, or ask a second clinician to co-sign."
    assert finding.source == "source of hormonal_contraceptive"
    assert [fix.field for fix in finding.fixes] == ["lines-1-remove"]


def test_a_yes_about_a_substance_that_is_not_in_it_says_nothing():
    (answer,) = about(*all_no(said("leber_disease")))
    assert answer.code == "condition.none"


def test_an_excipient_counts_as_the_substance_it_is():
    (finding,) = about(*all_no(said("asthma")), lines=with_product(PROCAINE))
    assert (finding.level, finding.line) == (Level.STOP, 2)
    assert "procaine: sulfites provoke attacks" in finding.reason.casefold()


def test_one_question_is_one_finding_with_all_that_it_is_about():
    rows = (PREGNANT, a_row("pregnancy", "ingredient:2", "STOP", "not above the recommended allowance"))
    (finding,) = about(said("pregnancy"), rows=rows)
    assert finding.reason == (
        "Pregnancy: the patient said yes. "
        "An article names it a contraindication and ascorbic acid: not above the recommended allowance."
    )
    assert (finding.line, finding.fixes) == (None, ())


def test_what_was_never_asked_is_unknown_and_never_no():
    grave, mild = about()
    assert (grave.code, grave.result, grave.level) == ("condition.not_asked", Result.UNKNOWN, Level.STOP)
    assert grave.reason == (
        "Never asked: “subarachnoid haemorrhage”, “hormonal contraceptive”, “asthma” and “pregnancy”. "
        "What was not asked is unknown, and unknown is not no."
    )
    assert (mild.reason.split("”")[0], mild.level) == ("Never asked: “planned sun", Level.INFO)


def test_the_patient_who_does_not_know_has_not_said_no():
    (answer,) = about(*all_no(said("pregnancy", Said.UNKNOWN)))
    assert (answer.code, answer.result, answer.level) == ("condition.not_known", Result.UNKNOWN, Level.STOP)


def test_another_answer_is_another_finding_and_the_same_one_the_same():
    def key(*answers):
        return [finding.key for finding in about(*all_no(*answers))]

    yes = said("hormonal_contraceptive")
    assert key(yes) == key(replace(yes, asked_at=AT))
    assert key(yes) != key(replace(yes, detail="stopped a month ago"))


@pytest.mark.parametrize(
    ("within", "found"),
    [
        (timedelta(days=1), [("condition.none", Result.PASS, None)]),
        (
            timedelta(hours=23),
            [
                ("condition.asked_long_ago", Result.FINDING, Level.STOP),
                ("condition.asked_long_ago", Result.FINDING, Level.INFO),
            ],
        ),
        (
            None,
            [
                ("condition.policy_undecided", Result.UNKNOWN, Level.STOP),
                ("condition.policy_undecided", Result.UNKNOWN, Level.INFO),
            ],
        ),
    ],
)
def test_an_answer_holds_as_long_as_the_site_has_decided_and_no_longer(within, found):
    answers = about(*all_no(), policies=some_policies(conditions_asked_within=within))
    assert [(answer.code, answer.result, answer.level) for answer in answers] == found


def test_an_undecided_site_is_told_which_answers_it_is_about_and_who_decides():
    undecided = some_policies(conditions_asked_within=None)
    (answer,) = about(said("pregnancy", Said.NO), rows=(PREGNANT,), policies=undecided)
    assert answer.reason == (
        "The site has not said how long an answer holds, and these were given: “pregnancy”."
    )
    assert answer.remedy == (
        "Let an administrator set the policy of the site, or ask a second clinician to co-sign."
    )


def test_where_nothing_is_asked_about_it_an_undecided_site_has_nothing_to_decide():
    answers = about(rows=(), policies=some_policies(conditions_asked_within=None))
    assert codes(answers) == ["condition.none"]


def test_without_a_patient_it_is_not_asked():
    (answer,) = ask("A4", patient=None, precautions=Precautions(ALL))
    assert answer.result is Result.NOT_APPLICABLE


def test_it_is_asked_again_before_it_is_given():
    told = {"patient": a_patient(answers=all_no(said("hormonal_contraceptive")))}
    told |= {"precautions": Precautions(ALL), "draws": ()}
    (finding,) = ask("A4", Stage.ADMINISTER, **told)
    assert finding.level is Level.STOP


def test_the_gravest_of_the_rows_decides_for_the_question():
    more = {"lines": (*with_product(PROCAINE)[:2], a_line(3, GLUTATHIONE, "1 mg"), a_line(4, SALINE, "qs"))}
    for rows in ((ASTHMA, GSH), (GSH, ASTHMA)):
        (finding,) = about(said("asthma"), rows=rows, **more)
        assert (finding.level, finding.line) == (Level.STOP, 2)
        assert [fix.field for fix in finding.fixes] == ["lines-2-remove"]


def test_every_line_that_a_gravest_row_is_about_is_named():
    rows = (a_row("pill", "ingredient:1", "STOP"), a_row("pill", "group:sulfite", "STOP"))
    (finding,) = about(said("pill"), rows=rows, lines=with_product(PROCAINE))
    assert (finding.line, [fix.field for fix in finding.fixes]) == (
        None,
        ["lines-1-remove", "lines-2-remove"],
    )
    assert finding.remedy.startswith("Leave out tranexamic acid and procaine, or ask")


def test_an_answer_rests_on_what_was_said_and_on_each_row():
    (finding,) = about(said("asthma", detail="as a child"), rows=(ASTHMA,), lines=with_product(PROCAINE))
    assert finding.rests_on == (
        ("said", "yes"),
        ("detail", "as a child"),
        ("group:sulfite", "STOP v1"),
    )
    assert "(“as a child”)" in finding.reason
