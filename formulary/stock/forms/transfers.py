"""Transfers between sites: packing, sending, calling back, receiving line by line, what is lost."""

from collections.abc import Sequence
from typing import Any

from formulary.stock.labels import reasons_for
from formulary.stock.queries import Packed
from formulary.web import fields as f
from formulary.web.forms import Form

PREFIX = "FML1:"


class PackLotForm(Form):
    """Sealed containers for another site."""

    to_site_id = f.IdSelect("To", [f.Required("Choose where it goes.")])
    place_id = f.IdSelect("From", [f.Required()])
    containers = f.CountField("Containers", [f.Required("Say how many containers go.")])


class PackVialForm(Form):
    """An open vial for another site."""

    to_site_id = f.IdSelect("To", [f.Required("Choose where it goes.")])


class TakeOutForm(Form):
    """A line leaves the box again."""


class SendForm(Form):
    """Why it goes, and with whom."""

    why = f.ChoiceField(
        "Why", [f.Required("Choose why.")], choices=f.choices(reasons_for("transfer"), empty="Choose…")
    )
    carrier = f.TextField("Carrier", hint="Who takes it along; empty where nobody has been asked.")
    note = f.TextField("Note", most=400)


class CancelTransferForm(Form):
    """Why it is called back."""

    reason = f.TextField("Why it is called back", [f.Required("Say why.")], most=400)


class LoseForm(Form):
    """Why it will not arrive."""

    reason = f.TextField("What is known of it", [f.Required("Say what is known.")], most=400)


class FindAgainForm(Form):
    """What turned up."""

    reason = f.TextField("Where it turned up", [f.Required("Say where it turned up.")], most=400)


class ComeAfterAllForm(Form):
    """A transfer that was called back is at the door."""

    reason = f.TextField("What is known of it", [f.Required("Say what is known.")], most=400)


class ArriveForm(Form):
    """What came: for each line how many came whole and damaged, and where they are put."""

    arrived_at_tenths = f.DegreesField("Temperature on arrival", hint="As measured at the door, if it was.")
    remark = f.TextField("Remark", most=400)
    labels = f.TextField(
        "Our labels on what came",
        hint="The codes on sealed containers, such as V-0012, with spaces between them.",
        most=2000,
    )
    lines: Sequence[Packed]

    def codes(self) -> list[str]:
        """The codes that were read, scanned or typed."""
        words = (self.labels.data or "").replace(",", " ").upper().split()
        return [word.removeprefix(PREFIX) for word in words]

    def line_fields(self, line: Packed) -> list[object]:
        """The fields of one line, in their order."""
        return [self[f"{name}_{line.row.id}"] for name in ("arrived", "damaged", "place")]


def arrive_form(
    lines: Sequence[Packed], shelves: Sequence[Any], trays: Sequence[Any], most: dict[int, int]
) -> ArriveForm:
    """The form of what a transfer still has to bring; `most` is how many containers of each line, 1 of a
    vial.
    """
    made = {}
    for line in lines:
        number, places = line.row.id, trays if line.vial else shelves
        made[f"arrived_{number}"] = f.CountField("Came whole", least=0, most=most[number])
        made[f"damaged_{number}"] = f.CountField("Came damaged", least=0, most=most[number], default=0)
        options = f.choices([(place.id, place.name) for place in places])
        made[f"place_{number}"] = f.IdSelect("Put into", choices=options)
    return type("OneArriveForm", (ArriveForm,), {"lines": lines, **made})()
