"""Suppliers, what a site wants to keep, and orders as people type them; what is empty is unknown."""

from typing import Any

from formulary.rules.units import Currency
from formulary.stock.actions import NewLine
from formulary.web import fields as f
from formulary.web.forms import Form, SubForm

MOST, MOST_DAYS, MOST_LINES = 100_000, 365, 100


class SupplierForm(Form):
    """How long its orders take, and how it is reached; the name is not changed once deliveries bear it."""

    name = f.TextField("Name", [f.Required("Type the name as it stands on the delivery note.")])
    lead_days = f.CountField(
        "Lead time", least=0, most=MOST_DAYS, word="days", hint="From an order to its delivery, if known."
    )
    contact = f.NotesField("How it is reached", most=400)


class ChangeSupplierForm(Form):
    """The same of a supplier that is on record."""

    lead_days = f.CountField(
        "Lead time", least=0, most=MOST_DAYS, word="days", hint="From an order to its delivery, if known."
    )
    contact = f.NotesField("How it is reached", most=400)
    is_active = f.YesField("In use")


class LevelForm(Form):
    """What a site wants to keep of a product, in containers."""

    minimum = f.CountField("Minimum", least=0, most=MOST, hint="Below it, it is to be ordered.")
    target = f.CountField("Target", most=MOST, hint="An order fills up to it.")
    supplier_id = f.IdSelect("Usual supplier")
    lead_days = f.CountField(
        "Lead time", least=0, most=MOST_DAYS, word="days", hint="Empty: as stated of the supplier."
    )
    per_pack = f.IdSelect("Pack that is ordered")

    def offer(self, word: str, suppliers: Any, packs: Any) -> None:
        """Set the word of its containers, the suppliers and the packs."""
        self.minimum.word = self.target.word = f"{word}s"
        self.supplier_id.choices = f.choices(suppliers, "not known")
        self.per_pack.choices = f.choices(packs, "not known")


class SuggestedForm(SubForm):
    """One product of a new order; without packs it is left out."""

    product_id = f.IdField()
    per_pack = f.IdField()
    packs = f.CountField("Packs", most=10_000)


class NewOrderForm(Form):
    """From whom, by when, and how many packs of what the purchase list suggests."""

    supplier_id = f.IdSelect("Supplier", [f.Required("Choose a supplier.")])
    expected_on = f.DateField("Expected on", hint="Empty while nobody knows.")
    remark = f.NotesField("Remark", most=400)
    lines = f.FieldList(f.FormField(SuggestedForm), "Lines", max_entries=MOST_LINES)

    def wanted(self) -> list[NewLine]:
        """The lines that have packs."""
        given = [entry.form for entry in self.lines.entries]
        return [
            NewLine(one.product_id.data, one.packs.data, one.per_pack.data or 1, self.expected_on.data)
            for one in given
            if one.product_id.data and one.packs.data
        ]


class OrderLineForm(Form):
    """A line as agreed; a reason where the order was sent already."""

    packs = f.CountField("Packs", [f.Required("Type how many packs.")])
    expected_on = f.DateField("Expected on", hint="Empty while nobody knows.")
    price = f.MoneyField("Price of one pack, as agreed", hint="Empty while nothing is agreed.")
    reason = f.TextField("Why it is changed", most=400)

    def offer(self, currency: Currency | None, *, is_sent: bool) -> None:
        """Set the currency; leave the reason away where nobody needs one."""
        self.price.offer(currency)
        if currency is None:
            del self.price
        if not is_sent:
            del self.reason

    def agreed(self) -> dict[str, Any]:
        """The answers for an action, with what is not asked for as nothing."""
        return {"price": None, "reason": ""} | self.values("product_id", "per_pack")


class AddLineForm(OrderLineForm):
    """A product and its pack as well; the packs are those of the product that is chosen."""

    product_id = f.IdSelect("Product", [f.Required("Choose the product.")])
    per_pack = f.IdSelect("Pack", [f.Required("Choose the pack; press “Show its packs” first.")])

    def line(self) -> NewLine:
        """What is to be added."""
        told = self.agreed()
        return NewLine(
            self.product_id.data, told["packs"], self.per_pack.data, told["expected_on"], told["price"]
        )


class DropLineForm(Form):
    """Why what is outstanding is called off; asked for where the order was sent."""

    reason = f.NotesField("Why it is called off", most=400)


class SendOrderForm(Form):
    """Nothing but the button: what is sent stands on the page."""


class CancelOrderForm(Form):
    """Why the rest of an order is called off."""

    reason = f.NotesField("Why it is cancelled", [f.Required("Say why.")], most=400)
