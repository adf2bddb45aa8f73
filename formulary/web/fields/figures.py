"""The fields of a figure whose unit the page decides: a price in the site's currency, a temperature."""

from collections.abc import Sequence
from typing import Any

from wtforms import Field
from wtforms.form import BaseForm
from wtforms.validators import ValidationError
from wtforms.widgets import TextInput

from formulary.rules.findings import Refused
from formulary.rules.units import Currency, Money, parse_money, parse_number, plain_money
from formulary.web import site
from formulary.web.fields.base import options, quoted, refused, typed, visible

MINUSES = ("-", "\N{MINUS SIGN}")
COLDEST, HOTTEST = -100, 100
TENTHS = 10


class _FigureField(Field):  # type: ignore[misc]
    """A number read when the form is validated; what was typed stays on the page. `word` stands behind it."""

    kind = "figure"
    widget = TextInput()
    word = ""
    data: Any

    def __init__(
        self, label: str = "", validators: Sequence[Any] = (), *, hint: str = "", **more: Any
    ) -> None:
        super().__init__(label, validators, **options(hint, more))

    @property
    def mark_words(self) -> str:
        """How this site writes decimals, for the hint beside the field."""
        return f"Write decimals with a {'comma' if site.mark() == ',' else 'point'}."

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Nothing is read yet: the page may still say the unit."""
        if valuelist:
            self.data = None

    def pre_validate(self, form: BaseForm) -> None:
        """Read the figure, or say what was typed and what would be accepted."""
        text = typed(self).strip()
        if not text:
            return
        try:
            self.data = self._read(text)
        except Refused as refusal:
            raise refused(refusal) from refusal

    def _read(self, text: str) -> Any:
        raise NotImplementedError

    def _value(self) -> str:
        return visible(typed(self)) if self.raw_data else "" if self.data is None else self._shown()

    def _shown(self) -> str:
        raise NotImplementedError


class MoneyField(_FigureField):
    """An amount of money in a currency that the page offers; `data` is Money, 0 is free of charge."""

    currency: Currency | None = None

    def offer(self, currency: Currency | None) -> None:
        """Set the currency; without one no amount is taken."""
        self.currency = currency
        self.word = "" if currency is None else currency.code

    def _read(self, text: str) -> Money:
        if self.currency is None:
            raise ValidationError("This site has not decided its currency, so no price is taken.")
        return parse_money(text, self.currency, site.mark())

    def _shown(self) -> str:
        return "" if self.data is None else plain_money(self.data, site.mark())


class DegreesField(_FigureField):
    """A temperature in degrees Celsius, below zero with a minus; `data` is whole tenths of a degree."""

    word = "°C"

    def _read(self, text: str) -> int:
        below = text.startswith(MINUSES)
        number = parse_number(text[1:] if below else text, site.mark()) * TENTHS
        if number != int(number):
            raise ValidationError(
                f"{quoted(text)} has more than one decimal. Type it to a tenth of a degree."
            )
        if number > HOTTEST * TENTHS:
            raise ValidationError(
                f"{quoted(text)} is no temperature of a delivery. Type {COLDEST} to {HOTTEST}."
            )
        return -int(number) if below else int(number)

    def _shown(self) -> str:
        return "" if self.data is None else degrees(self.data)


def degrees(tenths: int) -> str:
    """Tenths of a degree as a number of degrees, "4.5", without its unit."""
    whole, part = divmod(abs(tenths), TENTHS)
    return f"{'-' if tenths < 0 else ''}{whole}{site.mark() + str(part) if part else ''}"
