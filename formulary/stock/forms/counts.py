"""A count: its places, what is found at a line, what is looked for, and how it ends."""

from formulary.stock.labels.counts import OUTCOMES
from formulary.web import fields as f
from formulary.web.forms import Form

MOST = 1_000_000


class OpenCountForm(Form):
    """The places that are counted together."""

    places = f.IdSeveral("Places", hint="Every place that one sheet covers.")


class CountLineForm(Form):
    """What is there: containers and a part of one, or what is left in a vial; the button says which answer.

    `again` is the number of the answer that this one replaces.
    """

    containers = f.CountField("Containers", least=0, most=MOST)
    part = f.QuantityField("Part of a container", zero=True)
    outcome = f.ChoiceField("Answer", choices=f.choices(OUTCOMES.items()), default="counted")
    again = f.IdField()


class FindLineForm(Form):
    """A scan, or a lot number or code of a vial as typed; the place where something is found on top."""

    scan = f.ScanField("Lot or vial", [f.Required("Scan it, or type its number.")])
    place_id = f.IdSelect("Found at")
    lot_id = f.IdField()
    vial_id = f.IdField()


class CloseCountForm(Form):
    """What explains the differences; `seen_id` is the last entry of the review."""

    reason = f.NotesField("What explains the differences", most=400)
    seen_id = f.IdField()


class CancelCountForm(Form):
    """Why a count ends without any movement."""

    reason = f.NotesField("Why it is cancelled", [f.Required("Say why.")], most=400)
