"""A return to the supplier: how much, why, with which delivery it came, and what is expected for it."""

from formulary.stock.labels import reasons_for
from formulary.web import fields as f
from formulary.web.forms import Form


class ReturnVialForm(Form):
    """An opened vial with all in it."""

    reason = f.ChoiceField(
        "Why", [f.Required("Choose why.")], choices=f.choices(reasons_for("return"), empty="Choose…")
    )
    delivery_id = f.IdSelect("It came with")
    number = f.IdentifierField("Supplier’s return number")
    credit = f.MoneyField("Credit expected", hint="Empty while nobody knows it.")
    remark = f.TextField("What is wrong with it", most=400)


class ReturnLotForm(ReturnVialForm):
    """Sealed containers."""

    place_id = f.IdSelect("From", [f.Required()])
    containers = f.CountField("Containers", [f.Required("Say how many containers go back.")])
