"""Money: exact, of one currency, read by the grammar of amounts and written with the currency's decimals."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from formulary.rules.findings import Refused
from formulary.rules.units.currencies import Currency
from formulary.rules.units.grammar import bad, quoted
from formulary.rules.units.parsing import parse_number
from formulary.rules.units.showing import SPACE, grouped_number


class OtherCurrency(ValueError):
    """Two amounts of different currencies were added: nothing here knows a rate."""


@dataclass(frozen=True, slots=True)
class Money:
    """So many minor units of a currency (cents of EUR), exactly: a share of a pack need not be whole."""

    minor: Fraction
    currency: Currency

    @classmethod
    def nothing(cls, currency: Currency) -> Money:
        """No money at all."""
        return cls(Fraction(0), currency)

    def __add__(self, other: Money) -> Money:
        """The sum; raises OtherCurrency."""
        if other.currency != self.currency:
            raise OtherCurrency(f"{self.currency.code} and {other.currency.code}")
        return Money(self.minor + other.minor, self.currency)

    def __mul__(self, times: Fraction | int) -> Money:
        """So many times as much, exactly."""
        return Money(self.minor * Fraction(times), self.currency)

    @property
    def is_nothing(self) -> bool:
        """Whether it is free of charge."""
        return not self.minor


def parse_money(text: str, currency: Currency, mark: str = ".") -> Money:
    """The price typed, exactly, nothing being free of charge.

    Raises Refused with a number.* finding for what the grammar of amounts refuses, and for more decimals
    than the currency has.
    """
    number = parse_number(text, mark)
    minor = Fraction(number) * 10**currency.digits
    if minor.denominator != 1:
        raise _too_fine(quoted(text), currency)
    return Money(minor, currency)


def _too_fine(said: str, currency: Currency) -> Refused:
    digits = currency.digits
    allowed = f"{digits} decimals" if digits else "no decimals"
    reason = f"{said} has more decimals than {currency.code}, which has {allowed}."
    return bad("too_fine", reason, "Type the price as it stands on the delivery note.")


def show_money(money: Money, mark: str = ".") -> str:
    """The amount for people, "18.20 EUR", rounded half up to the minor unit.

    What would round to nothing is "less than 0.01 EUR", never 0.
    """
    digits, code = money.currency.digits, money.currency.code
    if money.minor and money.minor < Fraction(1, 2):
        return f"less than {_written(1, digits, mark)}{SPACE}{code}"
    return f"{_written(_half_up(money.minor), digits, mark)}{SPACE}{code}"


def plain_money(money: Money, mark: str = ".") -> str:
    """The bare number an input is filled with, ungrouped; `parse_money` reads it back."""
    whole, part = divmod(_half_up(money.minor), 10**money.currency.digits)
    return f"{whole}{mark}{part:0{money.currency.digits}d}" if money.currency.digits else str(whole)


def _half_up(minor: Fraction) -> int:
    return int((minor * 2 + 1) // 2)


def _written(minor: int, digits: int, mark: str) -> str:
    whole, part = divmod(minor, 10**digits)
    return grouped_number(whole, mark) + (f"{mark}{part:0{digits}d}" if digits else "")
