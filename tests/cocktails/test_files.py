"""A cocktail in a file: names and GTINs, one figure a line, and every fault with the number of its line."""

from fractions import Fraction

import pytest

from formulary import clock
from formulary.catalogue import queries as catalogue
from formulary.cocktails import files
from formulary.patients.facts import precautions
from formulary.rules import checklist
from formulary.rules.findings import Stage, Verdict
from formulary.rules.formulation import solve_cocktail
from formulary.rules.units import Quantity, unit
from tests.support.counting import counting_queries

MELASMA = """\
route = "intradermal"
target = "5 mL"
[[line]]
product = "tranexamic acid 100 mg/mL"
concentration = "4 mg/mL"
[[line]]
product = "ascorbic acid (unapproved marketed vial)"
concentration = "3 % (w/v)"
[[line]]
product = "glutathione (reduced) lyophilised 600 mg"
reconstitute = "4 mL"
dose = "100 mg"
[[line]]
product = "normal  SALINE"
qs = true
"""


def read(text):
    return files.read(text.encode(), at=clock.now(), zone="Europe/Paris")


def facts(text, clinic):
    return files.facts_of(read(text), site=clinic.site, at=clock.now())


def faults(text):
    with pytest.raises(files.Unreadable) as found:
        read(text)
    return [(fault.line, fault.words) for fault in found.value.faults]


def line_of(said, route='route = "ID"'):
    return f'{route}\ntarget = "5 mL"\n[[line]]\n{said}\n'


def test_the_melasma_cocktail_is_solved_exactly(clinic):
    solved = solve_cocktail(facts(MELASMA, clinic)).lines
    assert [line.dose for line in solved[:3]] == [Quantity.of(n, "mg") for n in (20, 150, 100)]
    assert [line.volume.steps for line in solved] == [
        200_000, 300_000, Fraction(2_000_000, 3), Fraction(11_500_000, 3),
    ]  # fmt: skip


def test_without_a_patient_nothing_is_asked_about_one(clinic):
    report = checklist.run(facts(MELASMA, clinic), Stage.SIGN)
    about = {
        answer.rule: answer.result.value
        for answer in report.answers
        if answer.rule in ("A1", "A3", "T1", "P1")
    }
    assert about == dict.fromkeys(("A1", "A3", "T1", "P1"), "not_applicable")


def test_an_allergy_of_a_file_brings_the_groups_of_its_substance(clinic):
    told = facts('patient = { allergies = ["pentoxifylline"] }\n' + MELASMA, clinic).patient
    assert [allergy.groups for allergy in told.allergies] == [{"methylxanthine"}]


def test_a_patients_allergies_are_compared_and_what_is_absent_is_unknown(clinic):
    told = facts(
        'patient = { weight = "62 kg", allergies = ["sulfites", "latex"] }\n' + MELASMA, clinic
    ).patient
    assert [(a.name, a.group) for a in told.allergies] == [("sulfites", "sulfite"), ("latex", None)]
    assert told.weight == Quantity.of(62, unit("kg"))
    bare = facts("patient = {}\n" + MELASMA, clinic).patient
    assert (bare.weight, bare.allergies_asked_at) == (None, None)
    assert facts("patient = { allergies = [] }\n" + MELASMA, clinic).patient.allergies_asked_at == clock.now()


def test_what_is_taken_is_told_with_its_wash_outs_and_an_empty_list_is_asked_none(clinic):
    told = facts('patient = { medicines = { garlic = 2026-11-20, steroid = "still" } }\n' + MELASMA, clinic)
    answers = checklist.ask(told, Stage.SIGN, ["A5"]).answers
    assert [(a.code, dict(a.inputs)["over on"]) for a in answers] == [("washout.not_over", "28 Nov 2026")]
    none = facts("patient = { medicines = {} }\n" + MELASMA, clinic)
    assert [a.code for a in checklist.ask(none, Stage.SIGN, ["A5"]).answers] == ["washout.none"]


def test_a_powder_is_drawn_at_the_strength_it_is_mixed_to_or_that_of_its_label(clinic):
    thin = facts(MELASMA.replace('reconstitute = "4 mL"', 'reconstitute = "6 mL"'), clinic)
    label = facts(MELASMA.replace('reconstitute = "4 mL"\n', ""), clinic)
    volumes = [solve_cocktail(cocktail).line(3).volume for cocktail in (thin, label)]
    assert volumes == [Quantity.of(1, "mL"), Quantity.of(100, "mL") / 150]


def test_a_pack_is_named_by_its_gtin(clinic):
    [product] = [p for p in catalogue.products() if p.name == "tranexamic acid"]
    gtin = catalogue.product(product.id).codes[0].gtin
    assert read(line_of(f'product = "{gtin}"\ndose = "20 mg"')).content.lines[0].product_id == product.id


# How a file is read does not depend on the database.
@pytest.mark.databases("sqlite")
@pytest.mark.parametrize(
    ("said", "pin", "amount", "volume"),
    [
        ('dose = "20 mg"', "dose", 20_000_000, None),
        ('dose = "20000 mcg"', "dose", 20_000_000, None),
        ('volume = "0.2 mL"', "volume", None, 200_000),
        ('concentration = "4 mg/mL"', "concentration", 4_000_000, 1_000_000),
        ('concentration = "0.4 % (w/v)"', "concentration", 4_000_000, 1_000_000),
        ("qs = true", "qs", None, None),
    ],
)
def test_a_line_pins_one_figure(clinic, said, pin, amount, volume):
    [line] = read(line_of(f'product = "tranexamic acid"\n{said}')).content.lines
    assert (line.pin, line.amount, line.volume) == (pin, amount, volume)


PINS = "A line pins one of dose, volume, concentration or qs; this one has"
KEYS = "product, dose, volume, concentration, qs and reconstitute"
ASCOR = "“ascorbic acid (Ascor)” or “ascorbic acid (unapproved marketed vial)”"
TWO = f"“ascorbic acid” may be more than one product; write {ASCOR}."
NO_POWDER = "tranexamic acid is no powder; leave reconstitute out."
TXA = 'product = "tranexamic acid"\n'


# What cannot be read is refused before any table is asked.
@pytest.mark.databases("sqlite")
@pytest.mark.parametrize(
    ("said", "number", "words"),
    [
        (TXA, 3, f"{PINS} none of them."),
        (f'{TXA}dose = "1 mg"\nqs = true', 3, f"{PINS} dose and qs."),
        (f"{TXA}qs = false", 5, "qs is true, or it is left out."),
        (f"{TXA}dose = 20", 5, 'dose is 20; write number and unit in quotes, as in "5 mL".'),
        (f'{TXA}dosis = "20 mg"', 5, f"“dosis” is not known here; known are {KEYS}."),
        ("product = 7\nqs = true", 4, 'A line names its product in quotes: product = "tranexamic acid".'),
        ('product = "ascorbic acid"\nqs = true', 4, TWO),
        (f'{TXA}reconstitute = "4 mL"\nqs = true', 5, NO_POWDER),
    ],
)  # fmt: skip
def test_what_a_line_may_not_say_is_told_with_its_number(clinic, said, number, words):
    assert faults(line_of(said)) == [(number, words)]


# What cannot be read is refused before any table is asked.
@pytest.mark.databases("sqlite")
@pytest.mark.parametrize(
    ("said", "part"),
    [
        ('dose = "20"', "unit"),
        ('dose = "20 u"', "u can be read as 0"),
        ('dose = "20,5 mg"', "comma"),
        ('dose = "1,500 mg"', "comma"),
        ('dose = "0 mg"', "more than 0"),
        ('dose = "-1 mg"', "-1"),
        ('dose = "1e400 mg"', "1e400"),
        ('dose = "NaN mg"', "NaN"),
        ('dose = "4 mL"', "mL"),
        ('volume = "4 mg"', "mg"),
        ('concentration = "4 mg"', "no concentration"),
        ('concentration = "3 %"', "per cent of what"),
    ],
)
def test_an_amount_that_cannot_be_read_says_what_came(clinic, said, part):
    [(number, words)] = faults(line_of(f'product = "tranexamic acid"\n{said}'))
    assert number == 5
    assert part in words


def test_an_amount_of_twenty_thousand_digits_is_one_fault(clinic):
    [(number, words)] = faults(line_of(f'product = "tranexamic acid"\ndose = "{"9" * 20_000} mg"'))
    assert (number, len(words) < 300) == (5, True)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (".".join("a" * 30_000) + " = 1", 1),
        ("route = 1\nx = " + "[" * 30_000, 1),
        ("target = " + "9" * 5_000, 1),
        ("x = { " + ".".join("a" * 9_000) + " = 1 }", 1),
    ],
)
def test_what_would_fill_the_memory_is_one_fault(clinic, text, line):
    [(number, words)] = faults(text)
    assert (number, len(words) < 300) == (line, True)


def test_a_number_of_any_base_is_told_in_short(clinic):
    words = [words for _, words in faults("target = 0x" + "f" * 5_000)]
    assert "target is a number too long to show; write number and unit in quotes, as in" in " ".join(words)


def test_a_slip_of_the_hand_is_answered_with_what_may_be_meant(clinic):
    [(_, words)] = faults(line_of('product = "tranexamc acid"\nqs = true'))
    assert words.startswith("The catalogue knows no “tranexamc acid”, by name, other name or GTIN. What may")
    assert "tranexamic acid" in words


def test_all_faults_are_told_at_once_in_the_order_of_the_file(clinic):
    found = faults(
        'route = "by mouth"\ntarget = "5 L"\ncolour = 1\n[[line]]\nproduct = "nothing such"\nqs = true\n'
    )
    assert [number for number, _ in found] == [1, 2, 3, 5]


# What cannot be read is refused before any table is asked.
@pytest.mark.databases("sqlite")
@pytest.mark.parametrize("text", ["", 'route = "ID"', "line = 3", "line = []", "line = [3]"])
def test_a_file_without_lines_is_no_cocktail(clinic, text):
    assert (1, "A cocktail has at least one [[line]].") in faults(text)


def test_a_file_of_too_many_lines_is_refused(clinic):
    [(number, words)] = faults('route = "ID"\n' + '[[line]]\nproduct = "saline"\nqs = true\n' * 21)
    assert (number, words) == (62, "There are 21 lines; 20 are the most.")


ALLERGIES = 'Allergies are a list of names in quotes: ["sulfite"], or [] where none are known.'


# What cannot be read is refused before any table is asked.
@pytest.mark.databases("sqlite")
@pytest.mark.parametrize(
    ("patient", "words"),
    [
        ('"Anna"', 'Write it as patient = { weight = "62 kg", allergies = ["sulfite"] }.'),
        (
            "{ height = 170 }",
            "“height” is not known here; known are weight, weighed, allergies, allergies_asked, answers, "
            "answers_asked, medicines, medicines_asked, patch_tests and patch_tests_applied.",
        ),
        ('{ allergies = "sulfite" }', ALLERGIES),
        ('{ weighed = 2026-05-01 }', "weighed is the day of weight, and there is no weight."),
        (
            '{ weight = "62 kg", weighed = 2999-01-01 }',
            "weighed is 2999-01-01, which has not come yet.",
        ),
        (
            '{ weight = "62 kg", weighed = 0001-01-01 }',
            "weighed is 0001-01-01, which is before any record.",
        ),
        (
            "{ answers = { pregnancy = \"no\" }, answers_asked = { keloid = 2026-05-01 } }",
            "answers_asked names keloid, and answers does not.",
        ),
        (
            '{ patch_tests = { "tranexamic acid" = "negative" }, patch_tests_applied = 2026-11-22 }',
            "What was applied on 2026-11-22 is read 72 h later: it came to nothing yet.",
        ),
        (
            '{ patch_tests_applied = 2026-05-01 }',
            "patch_tests_applied is the day of patch_tests, and there is no patch_tests.",
        ),
        (
            '{ medicines = { garlic = "last week" } }',
            'garlic is “last week”; write "still", "unknown" or the last day without quotes.',
        ),
        ("{ weight = 62 }", 'weight is 62; write number and unit in quotes, as in "5 mL".'),
    ],
)  # fmt: skip
def test_of_a_patient_a_file_says_what_is_asked_about_one_and_nothing_else(clinic, patient, words):
    assert faults(f"patient = {patient}\n{MELASMA}") == [(1, words)]


@pytest.mark.parametrize("said", ['"2026-05-01"', "2026-05-01T10:00:00Z", "20260501"])
def test_a_day_of_a_file_is_written_as_one(clinic, said):
    [(_, words)] = faults(f"patient = {{ allergies = [], allergies_asked = {said} }}\n{MELASMA}")
    assert ("; write the day without quotes, as in " in words) is True


DATED = (
    'patient = { weight = "62 kg", weighed = 2026-05-01, allergies = [], allergies_asked = 2026-05-02, '
    'answers = { pregnancy = "no", keloid = "no" }, answers_asked = { pregnancy = 2026-05-03 } }\n'
)


def test_what_a_file_dates_counts_from_the_first_moment_of_that_day(clinic):
    told = facts(DATED + MELASMA, clinic).patient
    assert (told.weighed_on.isoformat(), told.allergies_asked_at.isoformat()) == (
        "2026-05-01", "2026-05-01T22:00:00+00:00",
    )  # fmt: skip
    asked = {answer.word: answer.asked_at.isoformat() for answer in told.answers}
    assert asked == {"pregnancy": "2026-05-02T22:00:00+00:00", "keloid": clock.now().isoformat()}
    every = facts(DATED.replace("{ pregnancy = 2026-05-03 }", "2026-05-03") + MELASMA, clinic).patient
    assert {answer.asked_at.isoformat() for answer in every.answers} == {"2026-05-02T22:00:00+00:00"}


ANSWERED = """\
patient = { answers = { pregnancy = "no", g6pd_deficiency = "unknown", treated_elsewhere = "yes" } }
"""


def test_what_a_patient_answered_counts_as_said_now_and_what_is_absent_was_never_asked(clinic):
    told = facts(ANSWERED + MELASMA, clinic)
    assert [(a.word, a.said.value, a.asked_at) for a in told.patient.answers] == [
        ("pregnancy", "no", clock.now()),
        ("g6pd_deficiency", "unknown", clock.now()),
        ("treated_elsewhere", "yes", clock.now()),
    ]
    found = [answer for answer in checklist.run(told, Stage.SIGN).answers if answer.rule == "A4"]
    unasked = " ".join(answer.reason for answer in found if answer.code == "condition.not_asked")
    assert ("“Pregnancy”" in unasked, "“Breast-feeding”" in unasked) == (False, True)
    assert next(answer.reason for answer in found if answer.code == "condition.not_known") == (
        "G6PD deficiency: the patient does not know, and that is not a no."
    )


def test_a_patient_who_answered_every_question_with_no_passes(clinic):
    words = sorted({row.word for row in precautions().contraindications})
    answers = ", ".join(f'{word} = "no"' for word in words)
    told = facts(f"patient = {{ answers = {{ {answers} }} }}\n{MELASMA}", clinic)
    found = [answer.code for answer in checklist.run(told, Stage.SIGN).answers if answer.rule == "A4"]
    assert found == ["condition.none"]


QUESTION = "No question here is called"


# What cannot be read is refused before any table is asked.
@pytest.mark.databases("sqlite")
@pytest.mark.parametrize(
    ("patient", "line", "words"),
    [
        (
            'patient = { answers = { pregnacy = "no" } }',
            1,
            f"{QUESTION} “pregnacy”. What may be meant: pregnancy.",
        ),
        (
            '[patient]\nweight = "62 kg"\n[patient.answers]\nkeloid = "no"\ng6pd = "no"',
            5,
            f"{QUESTION} “g6pd”. The questions are ",
        ),
        (
            '[patient.answers]\npregnancy = "maybe"',
            2,
            'pregnancy is “maybe”; write "yes", "no" or "unknown".',
        ),
        ("[patient.answers]\npregnancy = false", 2, "pregnancy is “False”; write "),
        ('patient = { answers = "none" }', 1, 'Write it as answers = { pregnancy = "no" }.'),
        (
            '[patient.patch_tests]\n"tranexamic acid" = "fine"',
            2,
            'tranexamic acid is “fine”; write "negative", "doubtful" or "positive".',
        ),
        (
            '[patient.patch_tests]\n"tranexamc acid" = "negative"',
            2,
            "The catalogue knows no “tranexamc acid”",
        ),
        (
            "patient = { patch_tests = [] }",
            1,
            'Write it as patch_tests = { "tranexamic acid" = "negative" }.',
        ),
    ],
)
def test_a_slip_in_what_is_said_of_a_patient_is_told_with_its_line(clinic, patient, line, words):
    lines = MELASMA[MELASMA.index("[[line]]") :]
    [(number, found)] = faults(f"{patient}\n{lines}")[1:]
    assert (number, found[: len(words)]) == (line, words)


@pytest.mark.parametrize(
    ("came_to", "rule", "code"),
    [
        ("negative", "T1", "patch_test.negative"),
        ("doubtful", "T3", "patch_test.doubtful"),
        ("positive", "T2", "patch_test.positive"),
    ],
)
def test_a_patch_test_of_a_file_comes_to_what_it_says(clinic, came_to, rule, code):
    told = facts(f'patient = {{ patch_tests = {{ "tranexamic acid" = "{came_to}" }} }}\n{MELASMA}', clinic)
    found = checklist.run(told, Stage.SIGN).answers
    assert [answer.code for answer in found if answer.line == 1 and answer.rule == rule] == [code]


@pytest.mark.parametrize(
    ("day", "code"), [("2026-11-20", "negative"), ("2025-11-20", "lapsed"), ("{}", "negative")]
)
def test_a_patch_test_of_a_file_counts_from_the_day_on_which_it_was_applied(clinic, day, code):
    said = f'patch_tests = {{ "tranexamic acid" = "negative" }}, patch_tests_applied = {day}'
    found = checklist.run(facts(f"patient = {{ {said} }}\n{MELASMA}", clinic), Stage.SIGN).answers
    assert [x.code for x in found if x.line == 1 and x.rule == "T1"] == [f"patch_test.{code}"]


def test_what_is_no_toml_no_text_or_too_long_says_so(clinic):
    assert faults('route = "ID"\ntarget = 5 mL')[0][0] == 2
    with pytest.raises(files.Unreadable, match=r"line 2: This is no UTF-8 text"):
        files.read(b'route = "ID"\n\xff', at=clock.now(), zone="Europe/Paris")
    with pytest.raises(files.Unreadable, match=r"line 1: The file has 65,537 bytes; 65,536 are the most\."):
        files.read(b"#" * 65_537, at=clock.now(), zone="Europe/Paris")


def test_deoxycholic_acid_with_anything_blocks(clinic):
    text = MELASMA + '[[line]]\nproduct = "Kybella"\ndose = "2 mg"\n'
    report = checklist.run(facts(text, clinic), Stage.SIGN)
    assert report.verdict is Verdict.BLOCK
    assert "mix.do_not_mix" in {finding.code for finding in report.open}


def test_the_catalogue_is_asked_as_often_however_many_names_it_has(clinic):
    with counting_queries() as asked:
        catalogue.names()
    assert len(asked) == 4
