"""The fields of amounts and counts: a number and its unit, read by the one parser."""

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from wtforms import Field
from wtforms.form import BaseForm
from wtforms.utils import unset_value
from wtforms.validators import ValidationError
from wtforms.widgets import TextInput

from formulary.rules import units
from formulary.rules.findings import Finding, Refused
from formulary.rules.units import Dimension, Inexact, Parsed, Quantity, Unit
from formulary.web import site
from formulary.web.fields.base import options, quoted, refused, typed, visible

Offer = Dimension | Unit | str
WHOLE = re.compile(r"(?:0|[1-9][0-9]{0,8})", re.ASCII)


def offered(offer: Offer | Iterable[Offer]) -> tuple[Unit, ...]:
    """The units a field takes, from dimensions, units or their codes."""
    if isinstance(offer, Dimension):
        return units.units_of(offer)
    if isinstance(offer, Unit):
        return (offer,)
    if isinstance(offer, str):
        return (units.unit(offer),)
    return tuple(unit for one in offer for unit in offered(one))


class QuantityField(Field):  # type: ignore[misc]
    """A number and a unit, posted as `name` and `name-unit`; `data` is a Quantity, `unit` the one as entered.

    `units` are dimensions, units or codes; `offer()` sets them where only the request knows them. `unit` is
    the code of the one chosen first. What was typed stays on the page; `notes` say what was rewritten.
    """

    kind = "quantity"
    data: Quantity | None
    widget = TextInput()

    def __init__(
        self,
        label: str = "",
        validators: Sequence[Any] = (),
        *,
        units: Offer | Iterable[Offer] = (),
        unit: str | None = None,
        least: Quantity | None = None,
        most: Quantity | None = None,
        zero: bool = False,
        hint: str = "",
        **more: Any,
    ) -> None:
        super().__init__(label, validators, **options(hint, more))
        self.units = offered(units)
        self.preferred = unit
        self.least, self.most, self.zero = least, most, zero
        self.text = ""
        self.code: str | None = None
        self.parsed: Parsed | None = None
        self.notes: tuple[Finding, ...] = ()

    def offer(self, units: Offer | Iterable[Offer], unit: str | None = None) -> None:
        """Set the units the field takes; what was typed is read when the form is validated."""
        self.units = offered(units)
        self.preferred = unit or self.preferred

    def process(self, formdata: Any, data: Any = unset_value, extra_filters: Any = None) -> None:
        """Keep the number and the unit as they were sent."""
        super().process(formdata, data, extra_filters)
        if formdata is not None and self.name in formdata:
            self.text = typed(self)
            self.code = formdata.get(f"{self.name}-unit")

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Nothing is read yet: the units may still be set."""
        if valuelist:
            self.data = None

    def pre_validate(self, form: BaseForm) -> None:
        """Read the amount, or say what was typed and what would be accepted."""
        if not self.text.strip():
            return
        try:
            self.parsed = self._read()
        except Refused as refusal:
            raise refused(refusal) from refusal
        self.data, self.notes = self.parsed.quantity, self.parsed.notes
        self._check_range(self.parsed)

    def _read(self) -> Parsed:
        chosen = self.code or (self.units[0].code if len(self.units) == 1 else None)
        return units.parse(self.text, chosen, units=self.units, mark=site.mark(), allow_zero=self.zero)

    def _check_range(self, read: Parsed) -> None:
        shown = units.show(read.quantity, read.unit, site.mark())
        if self.least is not None and read.quantity < self.least:
            raise ValidationError(
                f"{shown} is less than this field takes. Type at least {self._show(self.least)}."
            )
        if self.most is not None and read.quantity > self.most:
            raise ValidationError(
                f"{shown} is more than this field takes. Type at most {self._show(self.most)}."
            )

    def _show(self, quantity: Quantity) -> str:
        return units.show(quantity, self.unit, site.mark())

    @property
    def mark_words(self) -> str:
        """How this site writes decimals, for the hint beside the field."""
        return f"Write decimals with a {'comma' if site.mark() == ',' else 'point'}."

    @property
    def unit(self) -> Unit | None:
        """The unit as entered, or the one the field would show first."""
        return self.parsed.unit if self.parsed else self._first()

    def _first(self) -> Unit | None:
        wanted = self.code or self.preferred
        found = next((u for u in self.units if u.code == wanted), None)
        if found or not isinstance(self.data, Quantity):
            return found or (self.units[0] if self.units else None)
        natural = units.natural_unit(self.data)
        return natural if natural in self.units else self.units[0]

    def _value(self) -> str:
        if self.raw_data or not isinstance(self.data, Quantity):
            return visible(self.text)
        return _plain(self.data, self.unit)


def _plain(quantity: Quantity, unit: Unit | None) -> str:
    if unit is None:
        return ""
    try:
        return units.plain(quantity, unit, site.mark())
    except Inexact:
        return ""


class CountField(Field):  # type: ignore[misc]
    """A whole number of things, such as vials."""

    kind = "count"
    widget = TextInput()

    def __init__(
        self,
        label: str = "",
        validators: Sequence[Any] = (),
        *,
        least: int = 1,
        most: int | Callable[[], int] = 10_000,
        word: str = "",
        hint: str = "",
        **more: Any,
    ) -> None:
        """Take the range (inclusive) and the word shown in the field's frame ("vials")."""
        super().__init__(label, validators, **options(hint, more))
        self.least, self.most, self.word = least, most, word

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Read ASCII digits and nothing else."""
        if not valuelist:
            return
        text = str(valuelist[0]).strip()
        self.data = int(text) if WHOLE.fullmatch(text) else None

    def pre_validate(self, form: BaseForm) -> None:
        """Say what was typed and what would be accepted."""
        text = typed(self).strip()
        if not text:
            return
        most = self.most() if callable(self.most) else self.most
        if self.data is None or not self.least <= self.data <= most:
            raise ValidationError(
                f"{quoted(text)} is not taken here. Type a whole number from {self.least} to {most}."
            )

    def _value(self) -> str:
        return visible(typed(self)) if self.raw_data else str("" if self.data is None else self.data)
