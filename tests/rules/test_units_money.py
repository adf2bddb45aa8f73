"""Money: exact to any share of a pack, with the decimals of its currency, read by the one grammar."""

from fractions import Fraction

import pytest

from formulary.rules.findings import Refused
from formulary.rules.units import (
    CURRENCIES,
    Money,
    OtherCurrency,
    UnknownCurrency,
    currency,
    parse_money,
    plain_money,
    show_money,
)

EUR, JPY, KWD = currency("EUR"), currency("JPY"), currency("KWD")
SPACE = "\N{NO-BREAK SPACE}"


@pytest.mark.parametrize(("code", "digits"), [("EUR", 2), ("USD", 2), ("BRL", 2), ("HUF", 2), ("JPY", 0),
    ("KRW", 0), ("XPF", 0), ("KWD", 3), ("TND", 3)])  # fmt: skip
def test_a_currency_has_the_decimals_of_iso_4217(code, digits):
    assert currency(code).digits == digits


def test_the_table_holds_three_capital_letters_once():
    assert [code for code in CURRENCIES if not (len(code) == 3 and code.isalpha() and code.isupper())] == []
    assert {one.digits for one in CURRENCIES.values()} == {0, 2, 3}
    with pytest.raises(UnknownCurrency):
        currency("eur")


@pytest.mark.parametrize(
    ("text", "of", "mark", "minor"),
    [
        ("18.20", EUR, ".", 1820), ("18,2", EUR, ",", 1820), ("0", EUR, ".", 0), ("7", EUR, ".", 700),
        ("1200", JPY, ".", 1200), ("1.234", KWD, ".", 1234), ("999999999.99", EUR, ".", 99_999_999_999),
    ],
)  # fmt: skip
def test_a_price_is_read_to_its_minor_unit(text, of, mark, minor):
    assert parse_money(text, of, mark) == Money(Fraction(minor), of)


@pytest.mark.parametrize(
    ("text", "of", "mark", "code"),
    [
        ("-1", EUR, ".", "number.sign"), ("twelve", EUR, ".", "number.unreadable"),
        ("1e9", EUR, ".", "number.exponent"), ("12,50", EUR, ".", "number.comma"),
        ("12.50", EUR, ",", "number.point"), ("1.005", EUR, ".", "number.too_fine"),
        ("12.5", JPY, ".", "number.too_fine"), ("1000000000", EUR, ".", "number.too_large"),
        ("NaN", EUR, ".", "number.not_a_number"), ("", EUR, ".", "number.missing"),
    ],
)  # fmt: skip
def test_a_price_that_no_note_prints_is_refused(text, of, mark, code):
    with pytest.raises(Refused) as refused:
        parse_money(text, of, mark)
    assert [finding.code for finding in refused.value.findings] == [code]


@pytest.mark.parametrize(
    ("minor", "of", "mark", "shown"),
    [
        (1820, EUR, ".", "18.20 EUR"), (123_456_700, EUR, ".", "1,234,567.00 EUR"), (5, EUR, ",", "0,05 EUR"),
        (Fraction(5, 2), EUR, ".", "0.03 EUR"), (Fraction(1, 3), EUR, ".", "less than 0.01 EUR"),
        (0, EUR, ".", "0.00 EUR"), (1200, JPY, ".", "1,200 JPY"), (1234, KWD, ".", "1.234 KWD"),
    ],
)  # fmt: skip
def test_money_is_written_with_the_decimals_of_its_currency(minor, of, mark, shown):
    assert show_money(Money(Fraction(minor), of), mark) == shown.replace(" EUR", f"{SPACE}EUR").replace(
        " JPY", f"{SPACE}JPY"
    ).replace(" KWD", f"{SPACE}KWD")


@pytest.mark.parametrize(("minor", "of"), [(1820, EUR), (5, EUR), (0, KWD), (1200, JPY)])
def test_what_fills_a_field_is_read_back(minor, of):
    money = Money(Fraction(minor), of)
    assert parse_money(plain_money(money, ","), of, ",") == money


def test_a_third_of_a_pack_three_times_is_the_pack():
    third = Money(Fraction(1000), EUR) * Fraction(1, 3)
    assert third + third + third == Money(Fraction(1000), EUR)


def test_two_currencies_are_never_added():
    with pytest.raises(OtherCurrency):
        Money.nothing(EUR) + Money.nothing(JPY)


def test_a_currency_that_left_the_current_list_is_no_choice() -> None:
    assert [code for code in ("BGN", "HRK", "DEM") if code in CURRENCIES] == []
