"""What a hold says that somebody places because of a reaction: which one, after what, and never whom."""

from datetime import datetime
from zoneinfo import ZoneInfo

from formulary.administrations.labels import reactions as labels
from formulary.administrations.models import Reaction
from formulary.rules.lot_status import day_words


def because(row: Reaction, zone: ZoneInfo, at: datetime) -> str:
    """ "Reaction E-1, redness, severe, after C-0001 of 24 Nov 2026"; by codes, without free text."""
    [line] = labels.lines([row], zone, at, in_words=False)
    felt = f"{line.told.kinds}, {line.told.severity}".lower()
    after = f"{line.after} of {day_words(line.row.treated_at.astimezone(zone).date())}"
    return f"Reaction {line.row.code}, {felt}, after {after}"
