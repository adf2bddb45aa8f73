"""A2: an allergy to one member of a group whose members may provoke the same one."""

import pytest

from formulary.rules.facts import AllergySeverity, CrossReactivity, Precautions
from formulary.rules.findings import Level, Result
from tests.rules.builders import (
    SALINE,
    TRANEXAMIC,
    a_line,
    a_patient,
    a_product,
    an_allergy,
    an_excipient,
    ask,
    codes,
)

# PTX1: allergy to any xanthine contraindicates pentoxifylline. Esters: background, unconfirmed.
XANTHINES = CrossReactivity("methylxanthine", "STOP", "the label names any xanthine", "[PTX1]")
ESTERS = CrossReactivity("local_anaesthetic_ester", "WARN", "esters of PABA; unconfirmed", "background")
SULFITES = CrossReactivity("sulfite", "STOP", "the labels name sulfites as one", "[PRO3]")
PENTOXIFYLLINE = a_product(50, "pentoxifylline", "20 mg/mL", of={"groups": frozenset({"methylxanthine"})})
PROCAINE = a_product(
    51,
    "procaine",
    "10 mg/mL",
    excipients=(an_excipient("acetone sodium bisulfite", 91),),
    of={"groups": frozenset({"local_anaesthetic_ester", "local_anaesthetic"})},
)
THEOPHYLLINE = an_allergy("theophylline", ingredient_id=60, groups=frozenset({"methylxanthine"}))
BENZOCAINE = an_allergy("benzocaine", ingredient_id=61, groups=frozenset({"local_anaesthetic_ester"}))
METABISULFITE = an_allergy("metabisulfite", ingredient_id=90, groups=frozenset({"sulfite"}))


def allergic(*allergies, product=PENTOXIFYLLINE, rows=(XANTHINES, ESTERS, SULFITES)):
    lines = (a_line(1, TRANEXAMIC, "20 mg"), a_line(2, product, "10 mg"), a_line(3, SALINE, "qs"))
    told = Precautions(cross_reactivities=rows)
    return ask("A2", lines=lines, patient=a_patient(allergies=allergies), precautions=told)


@pytest.mark.parametrize(
    ("allergy", "product", "level"),
    [
        (THEOPHYLLINE, PENTOXIFYLLINE, Level.STOP),
        (BENZOCAINE, PROCAINE, Level.WARN),
        (METABISULFITE, PROCAINE, Level.STOP),
    ],
)
def test_a_relative_stops_or_warns_by_its_evidence(allergy, product, level):
    (finding,) = allergic(allergy, product=product)
    assert (finding.code, finding.level, finding.line) == ("allergy.related", level, 2)


def test_the_finding_names_both_and_the_group():
    (finding,) = allergic(THEOPHYLLINE)
    assert finding.reason == (
        "The patient is allergic to theophylline (severe), and line 2 is pentoxifylline 20 mg/mL: "
        "both are of the group methylxanthine (the label names any xanthine)."
    )
    assert (finding.source, [fix.field for fix in finding.fixes]) == ("[PTX1]", ["lines-2-remove"])


def test_the_excipient_that_is_related_is_named():
    (finding,) = allergic(METABISULFITE, product=PROCAINE)
    assert "procaine 10 mg/mL contains acetone sodium bisulfite" in finding.reason


@pytest.mark.parametrize(
    "allergy",
    [
        an_allergy("pentoxifylline", ingredient_id=50, groups=frozenset({"methylxanthine"})),
        an_allergy("xanthines", group="methylxanthine"),
        an_allergy("latex", group="latex"),
        an_allergy("lidocaine", ingredient_id=62, groups=frozenset({"local_anaesthetic"})),
    ],
)
def test_the_substance_itself_its_whole_group_and_strangers_are_not_its_question(allergy):
    assert codes(allergic(allergy)) == ["allergy.no_relative"]


def test_a_group_without_evidence_on_record_says_nothing():
    assert codes(allergic(THEOPHYLLINE, rows=())) == ["allergy.no_relative"]


def test_a_mild_one_is_as_grave_as_the_evidence():
    mild = an_allergy(
        "theophylline", AllergySeverity.MILD, ingredient_id=60, groups=frozenset({"methylxanthine"})
    )
    assert [finding.level for finding in allergic(mild)] == [Level.STOP]


def test_never_asked_is_unknown():
    (answer,) = ask("A2", patient=a_patient(allergies_asked_at=None))
    assert (answer.code, answer.result) == ("allergy.never_asked", Result.UNKNOWN)


def test_what_would_do_depends_on_how_far_it_stops():
    out = "Leave it out, or take a product without it"
    (stopped,), (warned,) = allergic(THEOPHYLLINE), allergic(BENZOCAINE, product=PROCAINE)
    assert stopped.remedy == f"{out}, or ask a second clinician to co-sign."
    assert warned.remedy == f"{out}, or say why it is right for this patient."
    assert stopped.inputs == (
        ("allergy", "theophylline"),
        ("severity", "severe"),
        ("through", "pentoxifylline"),
    )


def test_of_a_reaction_of_unknown_severity_it_says_so():
    unknown = an_allergy(
        "theophylline", AllergySeverity.UNKNOWN, ingredient_id=60, groups=frozenset({"methylxanthine"})
    )
    assert allergic(unknown)[0].reason.startswith(
        "The patient is allergic to theophylline (severity unknown)"
    )


def test_asked_and_none_known_has_no_relative():
    assert codes(ask("A2")) == ["allergy.no_relative"]


def test_never_asked_and_yet_some_on_record_is_compared():
    allergies = (an_allergy("latex", group="latex"),)
    assert codes(ask("A2", patient=a_patient(allergies_asked_at=None, allergies=allergies))) == [
        "allergy.no_relative"
    ]
