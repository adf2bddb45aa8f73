"""What stands against opening the container that is at hand."""

from formulary.rules.findings import Refused, refuse


def other_pack(number: str) -> Refused:
    """The code of a pack that is of another lot or product than the page is about."""
    why = f"This code is not of a pack of lot {number}."
    remedy = "Take a pack of it, or scan into the field at the top of the page. Nothing was opened."
    return refuse("scan.other_pack", number, why, remedy)
