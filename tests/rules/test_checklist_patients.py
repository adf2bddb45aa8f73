"""A1 A3 P1: allergies by substance, excipient and group, when they were asked for, and consent."""

from dataclasses import replace
from datetime import timedelta

import pytest

from formulary.rules.facts import AllergySeverity
from formulary.rules.findings import Level, Result, Stage
from tests.rules.builders import (
    ASCORBIC,
    AT,
    ROUTE,
    SALINE,
    TRANEXAMIC,
    a_consent,
    a_line,
    a_patient,
    a_product,
    an_allergy,
    an_excipient,
    ask,
    codes,
    melasma_lines,
    some_policies,
)

YESTERDAY, AFTER_IT = AT - timedelta(days=1), AT - timedelta(hours=23)
PROCAINE = a_product(
    40,
    "procaine",
    "10 mg/mL",
    excipients=(an_excipient("acetone sodium bisulfite", 91),),
    of={"synonyms": ("Novocain",), "groups": frozenset({"local_anaesthetic"})},
)


def allergic(*allergies, product=PROCAINE, **more):
    lines = (a_line(1, TRANEXAMIC, "20 mg"), a_line(2, product, "10 mg"), a_line(3, SALINE, "qs"))
    return {"lines": lines, "patient": a_patient(allergies=allergies), **more}


class TestA1:
    def test_sulfites_in_a_sulfited_product_block(self):
        (finding,) = ask("A1", **allergic(an_allergy("sulfites")))
        assert (finding.code, finding.level, finding.line) == ("allergy.group", Level.BLOCK, 2)
        assert finding.reason == (
            "The patient is allergic to sulfites (severe), "
            "and procaine 10 mg/mL contains acetone sodium bisulfite."
        )
        assert finding.remedy == "Leave it out, or take a product without it."
        assert [fix.field for fix in finding.fixes] == ["lines-2-remove"]

    @pytest.mark.parametrize(
        ("severity", "level"),
        [
            (AllergySeverity.ANAPHYLAXIS, Level.BLOCK),
            (AllergySeverity.SEVERE, Level.BLOCK),
            (AllergySeverity.MODERATE, Level.STOP),
            (AllergySeverity.MILD, Level.STOP),
            (AllergySeverity.UNKNOWN, Level.STOP),
        ],
    )
    def test_severe_blocks_and_the_rest_asks_a_second_person(self, severity, level):
        (finding,) = ask("A1", **allergic(an_allergy("sulfites", severity)))
        assert finding.level is level
        assert finding.remedy.endswith("co-sign.") == (level is Level.STOP)

    @pytest.mark.parametrize(
        ("allergy", "code"),
        [
            (an_allergy("procaine", ingredient_id=40), "allergy.ingredient"),
            (an_allergy("something else", ingredient_id=40), "allergy.ingredient"),
            (an_allergy("Procaine", group=None), "allergy.ingredient"),
            (an_allergy("novocain", group=None), "allergy.ingredient"),
            (an_allergy("bisulfite", ingredient_id=91), "allergy.excipient"),
            (an_allergy("Acetone sodium bisulfite", group=None), "allergy.excipient"),
            (an_allergy("acetone sodium bisulphite", group=None), "allergy.excipient"),
            (an_allergy("local anaesthetics", group=None), "allergy.group"),
            (an_allergy("esters", group="local_anaesthetic"), "allergy.group"),
            (an_allergy("Sulphites", group=None), "allergy.group"),
            (an_allergy("sulfites", group="sulfite"), "allergy.group"),
        ],
    )
    def test_by_number_name_synonym_excipient_and_group(self, allergy, code):
        assert codes(ask("A1", **allergic(allergy))) == [code]

    @pytest.mark.parametrize(
        "allergy",
        [
            an_allergy("latex", group="latex"),
            an_allergy("sulfonamides", group="sulfonamide"),
            an_allergy("cobalt", ingredient_id=4711),
            an_allergy("pro", group="pro"),
        ],
    )
    def test_nothing_else_matches(self, allergy):
        (answer,) = ask("A1", **allergic(allergy))
        assert (answer.code, answer.result) == ("allergy.none_match", Result.PASS)

    def test_an_allergy_to_an_excipient_is_found(self):
        """FACTS 2, engine note i: what is in the vial beside its active counts (procaine: PRO1)."""
        (finding,) = ask("A1", **allergic(an_allergy("acetone sodium bisulfite", ingredient_id=91)))
        assert (finding.code, finding.level, finding.line) == ("allergy.excipient", Level.BLOCK, 2)
        assert "procaine 10 mg/mL contains acetone sodium bisulfite" in finding.reason

    def test_each_allergy_and_each_line_is_named(self):
        found = ask("A1", **allergic(an_allergy("sulfites"), an_allergy("tranexamic acid", ingredient_id=1)))
        assert [(f.line, f.code) for f in found] == [(1, "allergy.ingredient"), (2, "allergy.group")]

    def test_a_diluent_is_looked_at_too(self):
        bacteriostatic = a_product(
            41,
            "water",
            None,
            excipients=(an_excipient("benzyl alcohol", 92, "alcohol"),),
            of={"is_diluent": True},
        )
        lines = (a_line(1, TRANEXAMIC, "20 mg"), a_line(2, bacteriostatic, "qs"))
        patient = a_patient(allergies=(an_allergy("benzyl alcohol", ingredient_id=92),))
        assert [f.line for f in ask("A1", lines=lines, patient=patient)] == [2]

    def test_unknown_excipients_with_an_allergic_patient_are_unknown(self):
        product = replace(PROCAINE, excipients=(), excipients_known=False)
        (answer,) = ask("A1", **allergic(an_allergy("sulfites"), product=product))
        assert (answer.code, answer.result, answer.level) == (
            "allergy.excipients_unknown",
            Result.UNKNOWN,
            Level.STOP,
        )

    def test_but_a_known_match_is_a_finding(self):
        product = replace(PROCAINE, excipients_known=False)
        assert codes(ask("A1", **allergic(an_allergy("sulfites"), product=product))) == ["allergy.group"]

    def test_a_match_does_not_hide_what_is_unknown_about_another_allergy(self):
        product = replace(PROCAINE, excipients_known=False)
        match, unknown = ask("A1", **allergic(an_allergy("sulfites"), an_allergy("latex"), product=product))
        assert (match.code, unknown.code) == ("allergy.group", "allergy.excipients_unknown")
        assert unknown.reason.endswith("the patient is allergic to latex.")

    def test_unknown_excipients_do_not_matter_to_a_patient_without_allergies(self):
        product = replace(PROCAINE, excipients=(), excipients_known=False)
        assert codes(ask("A1", **allergic(product=product))) == ["allergy.none_recorded"]

    @pytest.mark.parametrize(
        ("severity", "level"),
        [
            (AllergySeverity.MODERATE, Level.INFO),
            (AllergySeverity.UNKNOWN, Level.INFO),
            (AllergySeverity.SEVERE, Level.STOP),
            (AllergySeverity.ANAPHYLAXIS, Level.STOP),
        ],
    )
    def test_an_allergy_in_words_alone_is_shown_as_such_and_stops_where_it_is_grave(self, severity, level):
        (answer,) = ask("A1", **allergic(an_allergy("bee stings", severity, group=None)))
        assert (answer.code, answer.result, answer.level) == ("allergy.words_only", Result.UNKNOWN, level)

    def test_another_match_does_not_hide_what_nobody_could_compare(self):
        match, words = ask("A1", **allergic(an_allergy("sulfites"), an_allergy("bee stings", group=None)))
        assert (match.code, words.code, words.level) == ("allergy.group", "allergy.words_only", Level.STOP)

    def test_words_alone_find_an_excipient_by_its_other_names(self):
        alcohol = an_excipient("benzyl alcohol (excipient)", 93, "alcohol", synonyms=("benzyl alcohol",))
        vial = replace(PROCAINE, excipients=(alcohol,))
        grave = an_allergy("Benzyl alcohol", AllergySeverity.ANAPHYLAXIS, group=None)
        (finding,) = ask("A1", **allergic(grave, product=vial))
        assert (finding.code, finding.level, finding.line) == ("allergy.excipient", Level.BLOCK, 2)

    def test_never_asked_is_not_none_known(self):
        (answer,) = ask("A1", patient=a_patient(allergies_asked_at=None))
        assert (answer.code, answer.result) == ("allergy.never_asked", Result.UNKNOWN)

    def test_without_a_patient_it_is_not_asked(self):
        assert ask("A1", patient=None)[0].result is Result.NOT_APPLICABLE


class TestA3:
    @pytest.mark.parametrize(
        ("ago", "expected"),
        [
            (timedelta(0), "allergy.asked"),
            (timedelta(days=30), "allergy.asked"),
            (timedelta(days=30, seconds=1), "allergy.asked_long_ago"),
            (-timedelta(minutes=1), "allergy.asked"),
        ],
    )
    def test_within_the_sites_days(self, ago, expected):
        assert codes(ask("A3", patient=a_patient(allergies_asked_at=AT - ago))) == [expected]

    def test_never_asked_stops(self):
        (finding,) = ask("A3", patient=a_patient(allergies_asked_at=None))
        assert (finding.code, finding.level) == ("allergy.not_asked", Level.STOP)

    def test_while_the_site_has_not_decided_nobody_knows(self):
        (answer,) = ask("A3", policies=some_policies(allergy_asked_within=None))
        assert (answer.code, answer.result, answer.level) == (
            "allergy.policy_undecided",
            Result.UNKNOWN,
            Level.STOP,
        )

    def test_without_a_patient_it_is_not_asked(self):
        assert ask("A3", patient=None)[0].result is Result.NOT_APPLICABLE


class TestP1:
    def test_a_consent_in_the_current_version(self):
        assert codes(ask("P1")) == ["consent.given"]

    @pytest.mark.parametrize(
        ("consents", "code"),
        [
            ((), "consent.missing"),
            ((a_consent(procedure="filler"),), "consent.missing"),
            ((a_consent(given_at=AT + timedelta(seconds=1)),), "consent.missing"),
            ((a_consent(version="2025-1"),), "consent.wrong_version"),
            ((a_consent(withdrawn_at=AT),), "consent.withdrawn"),
            ((a_consent(withdrawn_at=AT + timedelta(seconds=1)),), "consent.given"),
            ((a_consent(withdrawn_at=YESTERDAY), a_consent()), "consent.withdrawn"),
            ((a_consent(), a_consent(withdrawn_at=YESTERDAY)), "consent.withdrawn"),
            ((a_consent(withdrawn_at=YESTERDAY, version="2025-1"), a_consent()), "consent.withdrawn"),
            ((a_consent(withdrawn_at=YESTERDAY, procedure="filler"), a_consent()), "consent.given"),
            ((a_consent(withdrawn_at=YESTERDAY), a_consent(given_at=YESTERDAY)), "consent.withdrawn"),
            ((a_consent(withdrawn_at=YESTERDAY), a_consent(given_at=AFTER_IT)), "consent.given"),
            ((a_consent(version="2025-1"), a_consent()), "consent.given"),
            ((a_consent(), a_consent(version="2025-1")), "consent.given"),
        ],
    )
    def test_what_is_missing(self, consents, code):
        assert codes(ask("P1", patient=a_patient(consents=consents))) == [code]

    @pytest.mark.parametrize(
        ("routes", "code"),
        [
            ((ROUTE,), "consent.given"),
            (("IM", ROUTE.upper()), "consent.given"),
            (("IV",), "consent.not_off_label"),
            ((), "consent.not_off_label"),
        ],
    )
    def test_a_route_that_no_label_names_needs_a_consent_that_covers_it(self, routes, code):
        patient = a_patient(consents=(a_consent(covers_off_label=False),))
        lines = (a_line(1, replace(TRANEXAMIC, routes=routes), "20 mg"), a_line(2, SALINE, "qs"))
        assert codes(ask("P1", Stage.ADMINISTER, lines=lines, patient=patient)) == [code]

    def test_a_diluent_is_on_label_by_any_route(self):
        patient = a_patient(consents=(a_consent(covers_off_label=False),))
        lines = (a_line(1, TRANEXAMIC, "20 mg"), a_line(2, replace(SALINE, routes=("diluent",)), "qs"))
        assert codes(ask("P1", lines=lines, patient=patient)) == ["consent.given"]

    def test_it_warns_at_signing_and_blocks_at_administering(self):
        patient = a_patient(consents=())
        levels = {stage: ask("P1", stage, patient=patient)[0].level for stage in Stage}
        assert levels[Stage.DRAFT] is levels[Stage.SIGN] is Level.WARN
        assert levels[Stage.ADMINISTER] is Level.BLOCK

    def test_while_the_site_has_not_decided_nobody_knows(self):
        for stage, level in ((Stage.SIGN, Level.WARN), (Stage.ADMINISTER, Level.BLOCK)):
            (answer,) = ask("P1", stage, policies=some_policies(consent_version=None))
            assert (answer.code, answer.result, answer.level) == (
                "consent.policy_undecided",
                Result.UNKNOWN,
                level,
            )

    def test_without_a_patient_it_is_not_asked(self):
        assert ask("P1", patient=None)[0].result is Result.NOT_APPLICABLE


def test_the_cocktail_of_the_builders_may_be_given():
    assert [ask(rule)[0].result for rule in ("A1", "A3", "P1")] == [Result.PASS] * 3
    assert melasma_lines()[1].product is ASCORBIC


def test_asked_today_is_no_day_ago():
    for asked, words in ((AT, "Asked 0 days ago."), (AT - timedelta(days=1), "Asked 1 day ago.")):
        (answer,) = ask("A3", patient=a_patient(allergies_asked_at=asked))
        assert answer.reason == words


def test_a_consent_counts_from_the_moment_it_is_given():
    for given, code in ((AT, "consent.given"), (AT + timedelta(seconds=1), "consent.missing")):
        (answer,) = ask("P1", patient=a_patient(consents=(a_consent(given_at=given),)))
        assert answer.code == code


def test_through_what_it_is_allergic_is_among_the_inputs():
    for allergy, through in (
        (an_allergy("procaine"), "itself"),
        (an_allergy("acetone sodium bisulfite", ingredient_id=91), "acetone sodium bisulfite"),
    ):
        (finding,) = (x for x in ask("A1", **allergic(allergy)) if x.line == 2)
        assert finding.inputs[-1] == ("through", through)


def test_the_latest_withdrawal_counts():
    early, late = AT - timedelta(days=9), AT - timedelta(days=3)
    between = a_consent(given_at=AT - timedelta(days=5))
    gone = [a_consent(given_at=AT - timedelta(days=20), withdrawn_at=when) for when in (late, early)]
    for consents in ((between, *gone), (between, *reversed(gone))):
        (answer,) = ask("P1", patient=a_patient(consents=consents))
        assert answer.code == "consent.withdrawn"
    (answer,) = ask("P1", patient=a_patient(consents=(between, gone[1])))
    assert answer.code == "consent.given"
