"""What people type into an amount: read exactly, or refused in words that say what would be accepted.

Sources of the traps: what Pint's default registry, WTForms' DecimalField and Babel's parser were measured
to make of them (each takes at least one for another amount), and ISMP's list of error-prone designations.
"""

import contextlib
import time
from decimal import Decimal

import pytest

from formulary.rules import units
from formulary.rules.findings import Level, Refused
from formulary.rules.units import (
    AMOUNT,
    EQUIVALENT,
    IU,
    LENGTH,
    MASS,
    VOLUME,
    Quantity,
    parse,
    parse_number,
    unit,
)
from formulary.rules.units.registry import _registry

BOTULINUM = units.activity(17)
DYSPORT = units.activity(18)
FIELDS = {
    "mass": units.units_of(MASS),
    "weight": (unit("kg"),),
    "volume": units.units_of(VOLUME),
    "iu": units.units_of(IU),
    "units": units.units_of(BOTULINUM),
    "amount": units.units_of(AMOUNT),
    "equivalent": units.units_of(EQUIVALENT),
    "length": units.units_of(LENGTH),
}
CHOSEN = {"mass": "mg", "weight": "kg", "volume": "mL", "iu": "IU", "units": "units"}
CHOSEN |= {"amount": "mmol", "equivalent": "mEq", "length": "mm"}
NBSP, NARROW, MICRO, MU, MINUS = "\u00a0", "\u202f", "\u00b5", "\u03bc", "\u2212"

# field, mark, typed, steps of the dimension, unit, codes of the notes
ACCEPTED = [
    ("mass", ".", "5", 5_000_000, "mg", []),
    ("mass", ".", "0.5", 500_000, "mg", []),
    ("mass", ".", "12.5", 12_500_000, "mg", []),
    ("mass", ".", "0.000001", 1, "mg", []),
    ("mass", ".", "999999999", 999_999_999_000_000, "mg", []),
    ("mass", ".", "999999999.999999", 999_999_999_999_999, "mg", []),
    ("mass", ".", "  5  ", 5_000_000, "mg", []),
    ("mass", ".", f"{NBSP}5{NBSP}", 5_000_000, "mg", []),
    ("mass", ".", "\t5\n", 5_000_000, "mg", []),
    ("mass", ".", "5 mg", 5_000_000, "mg", []),
    ("mass", ".", "50mg", 50_000_000, "mg", []),
    ("mass", ".", f"50{NBSP}mg", 50_000_000, "mg", []),
    ("mass", ".", f"50{NARROW}mg", 50_000_000, "mg", []),
    ("mass", ".", "50   mg", 50_000_000, "mg", []),
    ("mass", ".", "50 mcg", 50_000, "mcg", ["unit.typed"]),
    ("mass", ".", f"50 {MICRO}g", 50_000, "mcg", ["unit.rewritten", "unit.typed"]),
    ("mass", ".", f"50 {MU}g", 50_000, "mcg", ["unit.rewritten", "unit.typed"]),
    ("mass", ".", f"50{MICRO}g", 50_000, "mcg", ["unit.rewritten", "unit.typed"]),
    ("mass", ".", "50 ug", 50_000, "mcg", ["unit.rewritten", "unit.typed"]),
    ("mass", ".", "2 g", 2_000_000_000, "g", ["unit.typed"]),
    ("mass", ".", "0.001 mcg", 1, "mcg", ["unit.typed"]),
    ("mass", ".", "0.000001 g", 1_000, "g", ["unit.typed"]),
    ("mass", ".", "5.0", 5_000_000, "mg", ["number.trailing_zero"]),
    ("mass", ".", "5.00 mg", 5_000_000, "mg", ["number.trailing_zero"]),
    ("mass", ".", "1.50", 1_500_000, "mg", ["number.trailing_zero"]),
    ("mass", ".", "10", 10_000_000, "mg", []),
    ("mass", ".", "100", 100_000_000, "mg", []),
    ("mass", ".", "1.000000 mcg", 1_000, "mcg", ["number.trailing_zero", "unit.typed"]),
    ("mass", ",", "0,5", 500_000, "mg", []),
    ("mass", ",", "12,5 mg", 12_500_000, "mg", []),
    ("mass", ",", "5,0", 5_000_000, "mg", ["number.trailing_zero"]),
    ("mass", ",", "1000", 1_000_000_000, "mg", []),
    ("weight", ".", "58", 58_000_000_000_000, "kg", []),
    ("weight", ".", "58.2 kg", 58_200_000_000_000, "kg", []),
    ("weight", ",", "58,2", 58_200_000_000_000, "kg", []),
    ("weight", ".", "9223372", 9_223_372_000_000_000_000, "kg", []),  # 2**63 - 1 steps are kept
    ("volume", ".", "0.05", 50_000, "mL", []),
    ("volume", ".", "0.000001", 1, "mL", []),
    ("volume", ".", "4.12 mL", 4_120_000, "mL", []),
    ("volume", ",", "4,12 mL", 4_120_000, "mL", []),
    ("iu", ".", "1000", 1_000_000_000_000, "IU", []),
    ("iu", ".", "1000 IU", 1_000_000_000_000, "IU", []),
    ("iu", ".", "0.000001", 1_000, "IU", []),
    ("units", ".", "20", 20_000_000_000, "units", []),
    ("units", ".", "20 units", 20_000_000_000, "units", []),
    ("units", ".", "2.5units", 2_500_000_000, "units", []),
    ("amount", ".", "4 mmol", 4_000_000, "mmol", []),
    ("equivalent", ".", "1 mEq", 1_000_000, "mEq", []),
    ("length", ".", "10 mm", 10_000_000, "mm", []),
]

# field, mark, typed, code, words of the reason or the remedy
REFUSED = [
    # the other mark: Pint's default registry reads 2,5 as 25, and 0,5 as 0
    ("mass", ".", "2,5", "number.comma", "Type 2.5."),
    ("mass", ".", "0,5 mg", "number.comma", "Type 0.5."),
    ("mass", ".", "1,5 mg", "number.comma", "Type 1.5."),
    ("volume", ".", "5,0 mL", "number.comma", "Type 5."),
    ("mass", ".", "2,5 mg/mL", "number.comma", "Type 2.5."),
    ("mass", ".", ",5", "number.comma", "Type 0.5."),
    ("mass", ".", "5,", "number.comma", "Type 5."),
    ("mass", ".", "0,000", "number.comma", "Type 0."),
    ("mass", ".", "0,125", "number.comma", "Type 0.125."),
    ("mass", ".", "1,000", "number.comma", "Type 1000 or 1."),
    ("mass", ".", "1,000 mg", "number.comma", "Type 1000 or 1."),
    ("mass", ".", "12,845 mg", "number.comma", "Type 12845 or 12.845."),
    ("mass", ".", "1,000.5", "number.comma", "groups no digits"),
    ("mass", ".", "1.000,5 mg", "number.comma", "groups no digits"),
    ("mass", ".", "1,000,000", "number.comma", "groups no digits"),
    ("mass", ".", "1 000,5", "number.comma", "groups no digits"),
    ("mass", ".", "1,5,0", "number.comma", "groups no digits"),
    ("mass", ",", "2.5", "number.point", "Type 2,5."),
    ("mass", ",", "1.5 mg", "number.point", "this site writes decimals with a comma"),
    ("mass", ",", "1.000", "number.point", "Type 1000 or 1."),
    ("mass", ",", "1.250", "number.point", "Type 1250 or 1,25."),
    ("mass", ",", "1.000,5", "number.point", "Type it plainly, such as 1000,5."),
    ("mass", ",", ".5", "number.point", "Type 0,5."),
    ("mass", ",", "5.", "number.point", "Type 5."),
    # grouping: Pint reads 1 000 mg as 0 mg, Decimal() takes 1_000
    ("mass", ".", "1 000 mg", "number.grouped", "Type 1000."),
    ("mass", ".", f"1{NBSP}000", "number.grouped", "Type 1000."),
    ("mass", ".", f"1{NARROW}000", "number.grouped", "Type 1000."),
    ("mass", ".", "1'000", "number.grouped", "Type 1000."),
    ("mass", ".", "1\u2019000", "number.grouped", "Type 1000."),
    ("mass", ".", "1_000", "number.grouped", "Type 1000."),
    ("mass", ".", "1 0 0", "number.grouped", "such as 2 or 0.5"),
    ("mass", ".", "5 0", "number.grouped", "such as 2 or 0.5"),
    ("mass", ",", "12 845,5", "number.grouped", "Type 12845,5."),
    # signs: Pint drops U+2212, so that a minus five is five
    ("mass", ".", "-5", "number.sign", "Type 5."),
    ("mass", ".", "-5 mg", "number.sign", "Type 5."),
    ("mass", ".", f"{MINUS}5", "number.sign", "Type 5."),
    ("mass", ".", f"{MINUS}5 mg", "number.sign", "Type 5."),
    ("mass", ".", "\u20135", "number.sign", "Type 5."),
    ("mass", ".", "+5", "number.sign", "Type 5."),
    ("mass", ".", "\u00b15", "number.sign", "Type 5."),
    ("mass", ".", "- 5", "number.sign", "Type 5."),
    ("mass", ".", "-0", "number.sign", "Type 0."),
    ("mass", ",", "-0,5", "number.sign", "Type 0,5."),
    ("mass", ".", "--5", "number.sign", "Type 5."),
    # other digits: Python's int() and Decimal() take them
    ("mass", ".", "\uff15", "number.digits", "Type 5."),
    ("mass", ".", "\uff11\uff12\uff0e\uff15", "number.digits", "such as 2"),
    ("mass", ".", "\u0665", "number.digits", "Type 5."),
    ("mass", ".", "\u06f5\u06f0", "number.digits", "Type 50."),
    ("mass", ".", "1\u0665", "number.digits", "Type 15."),
    ("mass", ".", "\u096b", "number.digits", "Type 5."),
    ("mass", ".", "\U0001d7d3", "number.digits", "Type 5."),
    ("mass", ".", "\u00bd", "number.digits", "such as 2"),
    ("mass", ".", "1\u00bd", "number.digits", "such as 2"),
    ("mass", ".", "5\u00b2", "number.digits", "such as 2"),
    ("mass", ".", "\u2464", "number.digits", "such as 2"),
    ("mass", ".", "\u2167", "number.digits", "such as 2"),
    # not numbers: DecimalField takes them
    ("mass", ".", "NaN", "number.not_a_number", "such as 2"),
    ("mass", ".", "nan mg", "number.not_a_number", "such as 2"),
    ("mass", ".", "sNaN", "number.not_a_number", "such as 2"),
    ("mass", ".", "Infinity", "number.not_a_number", "such as 2"),
    ("mass", ".", "inf mg", "number.not_a_number", "such as 2"),
    ("mass", ".", "-inf", "number.not_a_number", "such as 2"),
    ("mass", ".", "1e3", "number.exponent", "Type its digits"),
    ("mass", ".", "1E3 mg", "number.exponent", "Type its digits"),
    ("mass", ".", "1e400", "number.exponent", "Type its digits"),
    ("mass", ".", "1e400 mg", "number.exponent", "Type its digits"),
    ("mass", ".", "1e-3", "number.exponent", "Type its digits"),
    ("mass", ".", "1.5e+3 mg", "number.exponent", "Type its digits"),
    ("mass", ".", "9e999999", "number.exponent", "Type its digits"),
    # shapes
    ("mass", ".", ".5", "number.naked_decimal", "Type 0.5."),
    ("mass", ".", ".5 mg", "number.naked_decimal", "Type 0.5."),
    ("mass", ",", ",5", "number.naked_decimal", "Type 0,5."),
    ("mass", ".", "5.", "number.open_decimal", "Type 5."),
    ("mass", ".", "5. mg", "number.open_decimal", "Type 5."),
    ("mass", ",", "5,", "number.open_decimal", "Type 5."),
    ("mass", ".", "05", "number.leading_zero", "Type 5."),
    ("mass", ".", "00.5", "number.leading_zero", "Type 0.5."),
    ("mass", ".", "0005 mg", "number.leading_zero", "Type 5."),
    ("mass", ".", "1234567890", "number.too_large", "9 digits"),
    ("mass", ".", "1.1234567", "number.too_many_decimals", "at most 6"),
    ("mass", ".", "1.0000000", "number.too_many_decimals", "at most 6"),
    ("mass", ".", "0.0001 mcg", "number.too_fine", "at most 3 decimals"),
    ("weight", ".", "999999999", "number.too_large", "more kg than can be kept"),
    ("weight", ".", "9223373", "number.too_large", "more kg than can be kept"),
    ("mass", ".", "0", "number.zero", "more than 0"),
    ("mass", ".", "0.0", "number.zero", "more than 0"),
    ("mass", ".", "0.000000 mg", "number.zero", "more than 0"),
    ("mass", ".", "", "number.missing", "Nothing was typed."),
    ("mass", ".", "   ", "number.missing", "Nothing was typed."),
    ("mass", ".", NBSP, "number.missing", "Nothing was typed."),
    ("mass", ".", "mg", "number.missing", "has no number"),
    ("mass", ".", "123456789012345678901", "number.too_long", "21 characters"),
    ("mass", ".", "9" * 20_000, "number.too_long", "20000 characters"),
    ("mass", ".", "m" * 100_000, "number.too_long", "100000 characters"),
    ("mass", ".", "2**9**9**9", "number.unreadable", "such as 2"),
    ("mass", ".", "10**10**8", "number.unreadable", "such as 2"),
    ("mass", ".", "abc", "number.unreadable", "such as 2"),
    ("mass", ".", "__import__('os')", "number.unreadable", "such as 2"),
    ("mass", ".", "5\x00", "number.unreadable", "such as 2"),
    ("mass", ".", "5;mg", "number.unreadable", "such as 2"),
    ("mass", ".", "5..", "number.unreadable", "such as 2"),
    ("mass", ".", "1.2.3", "number.unreadable", "such as 2"),
    ("mass", ".", "<5", "number.unreadable", "such as 2"),
    ("mass", ".", "~5 mg", "number.unreadable", "such as 2"),
    ("mass", ".", "5+5", "number.unreadable", "such as 2"),
    ("mass", ".", "\u200b5", "number.unreadable", "such as 2"),
    ("mass", ".", "5-10", "number.range", "one amount"),
    ("mass", ".", "5 \u2013 10 mg", "number.range", "one amount"),
    ("mass", ".", "5-10 mg", "number.range", "one amount"),
    # ratios: Pint reads 1:1000 as 1000
    ("mass", ".", "1:1000", "number.ratio", "two ways"),
    ("mass", ".", "1:10,000", "number.ratio", "two ways"),
    ("mass", ".", "1 : 1000", "number.ratio", "two ways"),
    ("mass", ".", "1/2", "number.ratio", "two ways"),
    ("mass", ".", "1\u20442", "number.ratio", "two ways"),
    # units: Pint reads u as dalton, U as enzyme unit, M as molar, MG as megagauss, unit as micronit
    ("mass", ".", "50 u", "unit.ambiguous", "u can be read as 0"),
    ("mass", ".", "50u", "unit.ambiguous", "This field takes mcg, mg or g."),
    ("mass", ".", "50 U", "unit.ambiguous", "U can be read as 0"),
    ("units", ".", "50 U", "unit.ambiguous", "This field takes units."),
    ("units", ".", "50 u", "unit.ambiguous", "This field takes units."),
    ("units", ".", "1 unit", "unit.ambiguous", "This field takes units."),
    ("iu", ".", "50 iu", "unit.ambiguous", "IV or 10"),
    ("iu", ".", "50 IE", "unit.ambiguous", "another language"),
    ("iu", ".", "50 UI", "unit.ambiguous", "another language"),
    ("mass", ".", "5 MG", "unit.ambiguous", "or mg"),
    ("mass", ".", "5 Mg", "unit.ambiguous", "magnesium"),
    ("mass", ".", "5 mG", "unit.ambiguous", "or mg"),
    ("mass", ".", "5 G", "unit.ambiguous", "gauss"),
    ("mass", ".", "5 gr", "unit.ambiguous", "grains"),
    ("mass", ".", "5 gm", "unit.ambiguous", "grains"),
    ("mass", ".", "5 M", "unit.ambiguous", "molar"),
    ("mass", ".", "5 m", "unit.ambiguous", "metres"),
    ("mass", ".", "5 amp", "unit.ambiguous", "ampoules"),
    ("mass", ".", "1 vial", "unit.ambiguous", "vials differ"),
    ("mass", ".", "5 cc", "unit.ambiguous", "cc can be read as U or 00"),
    ("volume", ".", "5 cc", "unit.ambiguous", "This field takes mL."),
    ("volume", ".", "5 ml", "unit.ambiguous", "This field takes mL."),
    ("volume", ".", "5 ML", "unit.ambiguous", "million litres"),
    ("volume", ".", "5 Ml", "unit.ambiguous", "million litres"),
    ("volume", ".", "5 gtt", "unit.ambiguous", "drops differ"),
    ("mass", ".", "5 IU", "unit.other_dimension", "IU is an activity"),
    ("mass", ".", "5 units", "unit.other_dimension", "units is an activity"),
    ("mass", ".", "5 mL", "unit.other_dimension", "mL is a volume"),
    ("mass", ".", "5 mmol", "unit.other_dimension", "amount of substance"),
    ("mass", ".", "5 mEq", "unit.other_dimension", "count of charges"),
    ("mass", ".", "5 mOsm", "unit.other_dimension", "osmolality"),
    ("mass", ".", "5 drops", "unit.other_dimension", "count of drops"),
    ("volume", ".", "5 mg", "unit.other_dimension", "mg is a mass"),
    ("iu", ".", "5 mg", "unit.other_dimension", "mg is a mass"),
    ("units", ".", "5 mg", "unit.other_dimension", "mg is a mass"),
    ("iu", ".", "5 units", "unit.not_offered", "This field takes IU."),
    ("units", ".", "5 IU", "unit.not_offered", "This field takes units."),
    ("mass", ".", "5 kg", "unit.not_offered", "kg is not offered"),
    ("weight", ".", "5 g", "unit.not_offered", "This field takes kg."),
    ("volume", ".", "5 L", "unit.not_offered", "L is not offered"),
    ("mass", ".", "5 ng", "unit.not_offered", "ng is not offered"),
    ("weight", ".", f"5 {MICRO}g", "unit.not_offered", "not offered"),
    ("mass", ".", "5 mg.", "unit.full_stop", "no full stop"),
    ("mass", ".", "5 pH", "unit.unknown", "is not a unit here"),
    ("mass", ".", "5 mg;g", "unit.unknown", "is not a unit here"),
    ("mass", ".", "5 mL mg", "unit.unknown", "is not a unit here"),
    ("mass", ".", "5 mg*mL", "unit.unknown", "is not a unit here"),
    ("mass", ".", "5O", "unit.unknown", "is not a unit here"),
    ("mass", ".", "5l", "unit.ambiguous", "can be read as 1"),
    ("mass", ".", "0x10", "unit.two_amounts", "more than one number"),
    ("mass", ".", "1 mg 2 mg", "unit.two_amounts", "more than one number"),
    ("mass", ".", "5 mg/mL", "unit.strength", "takes an amount"),
    ("mass", ".", "10mg/2mL", "unit.strength", "takes an amount"),
    ("mass", ".", "5 mg / 2 mL", "unit.strength", "takes an amount"),
    ("mass", ".", "5 mg/100 mL", "unit.strength", "takes an amount"),
    ("mass", ".", "5 %", "unit.percent", "does not say of what"),
    ("mass", ".", "5%", "unit.percent", "does not say of what"),
    ("mass", ".", "5 % (w/v)", "unit.percent", "does not say of what"),
    ("mass", ".", "5 \u2030", "unit.percent", "does not say of what"),
]


def refusal_of(field: str, mark: str, typed: str):
    with pytest.raises(Refused) as caught:
        parse(typed, CHOSEN[field], units=FIELDS[field], mark=mark, field="dose")
    (finding,) = caught.value.findings
    return finding


def test_the_table_holds_at_least_150_cases() -> None:
    assert len(ACCEPTED) + len(REFUSED) >= 150
    assert len({row[:3] for row in ACCEPTED + REFUSED}) == len(ACCEPTED) + len(REFUSED)


@pytest.mark.parametrize("row", ACCEPTED, ids=lambda row: ascii(row[2])[:24])
def test_an_amount_is_read_exactly(row) -> None:
    field, mark, typed, steps, code, notes = row
    read = parse(typed, CHOSEN[field], units=FIELDS[field], mark=mark)
    assert (read.quantity, read.unit.code) == (Quantity(steps, read.unit.dimension), code)
    assert [note.code for note in read.notes] == notes


@pytest.mark.parametrize(("field", "mark", "typed", "code", "words"), REFUSED)
def test_what_can_be_misread_is_refused_with_what_would_do(field, mark, typed, code, words) -> None:
    finding = refusal_of(field, mark, typed)
    assert (finding.code, finding.level, finding.field) == (code, Level.BLOCK, "dose")
    assert words in f"{finding.reason} {finding.remedy}"
    assert finding.remedy


@pytest.mark.parametrize(("field", "mark", "typed", "code", "words"), [r for r in REFUSED if r[2].strip()])
def test_a_refusal_says_what_was_typed_in_a_short_calm_message(field, mark, typed, code, words) -> None:
    said = refusal_of(field, mark, typed).reason
    assert said.startswith("“") and len(said) < 160 and said.isprintable() is True
    assert not {"please", "oops", "invalid", "error", "successfully"} & set(said.lower().split())
    assert "!" not in said.replace(typed, "")


def read_or_refused(row) -> None:
    field, mark, typed = row[:3]
    with contextlib.suppress(Refused):
        parse(typed, CHOSEN[field], units=FIELDS[field], mark=mark)


def least_time(row) -> float:
    """The quickest of several readings: what else the machine does only ever adds to one."""
    times = []
    for _ in range(7):
        started = time.thread_time()
        read_or_refused(row)
        times.append(time.thread_time() - started)
    return min(times)


@pytest.mark.parametrize("row", ACCEPTED + REFUSED, ids=lambda row: ascii(row[2])[:24])
def test_nothing_typed_reaches_pint(row, monkeypatch) -> None:
    def explode(*_: object, **__: object) -> None:
        raise AssertionError("User text reached Pint")

    for name in ("parse_expression", "parse_units", "parse_unit_name", "define", "convert", "Quantity"):
        monkeypatch.setattr(_registry, name, explode)
    read_or_refused(row)


@pytest.mark.parametrize("row", ACCEPTED + REFUSED, ids=lambda row: ascii(row[2])[:24])
def test_nothing_typed_takes_much_longer_than_an_ordinary_amount(row) -> None:
    """However long it is, it takes about as long as "5 mg"; a square would take thousands."""
    assert least_time(row) < 50 * least_time(("mass", ".", "5 mg"))


@pytest.mark.parametrize(
    ("field", "taken"),
    [("volume", "mL"), ("iu", "IU"), ("units", "units"), ("equivalent", "mEq"), ("amount", "mmol")],
)
def test_982_mg_typed_in_a_field_that_wants_another_unit_is_refused_and_says_which(field, taken):
    finding = refusal_of(field, ".", "982 mg")
    assert finding.code == "unit.other_dimension"
    assert finding.reason == "“982 mg” is not accepted: mg is a mass."
    assert finding.remedy == f"This field takes {taken}."


def test_the_message_of_the_design_is_word_for_word() -> None:
    finding = refusal_of("volume", ".", "5,0 mL")
    assert finding.reason == "“5,0 mL” has a comma; this site writes decimals with a point."
    assert finding.remedy == "Type 5."
    finding = refusal_of("mass", ".", "50 u")
    assert finding.reason == "“50 u” is not accepted: u can be read as 0."
    assert finding.remedy == "This field takes mcg, mg or g."


def test_a_unit_must_be_chosen_or_typed() -> None:
    with pytest.raises(Refused, match=r"unit\.missing"):
        parse("5", None, units=FIELDS["mass"])
    with pytest.raises(Refused, match=r"unit\.missing"):
        parse("5", "", units=FIELDS["mass"])
    assert parse("5 mg", None, units=FIELDS["mass"]).quantity == Quantity.of(5, "mg")


def test_a_chosen_unit_that_the_field_does_not_have_is_refused() -> None:
    for choice in ("mL", "kg", "parsec", "µg", unit("L")):
        with pytest.raises(Refused, match=r"unit\.unknown"):
            parse("5", choice, units=FIELDS["mass"])


def test_the_units_of_another_product_are_not_the_units_of_this_field() -> None:
    with pytest.raises(Refused, match=r"unit\.unknown"):
        parse("5", unit("units", DYSPORT), units=FIELDS["units"])
    assert parse("5", unit("units", BOTULINUM), units=FIELDS["units"]).quantity.dimension == BOTULINUM


def test_a_field_may_take_zero_where_it_says_so() -> None:
    assert parse("0", "mL", units=FIELDS["volume"], allow_zero=True).quantity.is_zero
    with pytest.raises(Refused, match=r"number\.sign"):
        parse("-1", "mL", units=FIELDS["volume"], allow_zero=True)


def test_a_bare_number_is_read_by_the_same_grammar() -> None:
    assert parse_number("12.50") == Decimal("12.5")
    assert str(parse_number("1000.000")) == "1000"
    assert str(parse_number("0,000001", ",")) == "0.000001"
    assert parse_number("0") == 0
    for text in ("12,5", "1e3", "NaN", "\uff15", "5 mg", "", "-1"):
        with pytest.raises(Refused):
            parse_number(text)


def test_only_text_and_the_two_marks_are_taken() -> None:
    for text in (5, 5.0, Decimal(5), None, b"5"):
        with pytest.raises(TypeError):
            parse_number(text)
    for mark in (";", "", "\u066b"):
        with pytest.raises(ValueError, match="decimal mark"):
            parse_number("5", mark)
        with pytest.raises(ValueError, match="decimal mark"):
            parse("5", "mg", units=FIELDS["mass"], mark=mark)


def test_a_note_says_what_was_read() -> None:
    (note,) = parse("5.0", "mg", units=FIELDS["mass"]).notes
    assert note.reason == "“5.0” is read as 5 mg: a zero at the end is not written."
    assert note.level is Level.INFO
    rewritten, typed = parse("50 µg", "mg", units=FIELDS["mass"]).notes
    assert rewritten.reason == "“50 µg” is read as 50 mcg: micrograms are written mcg."
    assert typed.reason == "“50 µg” is read as 50 mcg; the unit beside it was “mg”."
