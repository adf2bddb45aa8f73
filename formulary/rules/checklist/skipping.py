"""L5: what was chosen to draw from is passed over for something that keeps longer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from formulary.rules.facts import SitePolicies, Stock
from formulary.rules.findings import Finding, capital
from formulary.rules.lot_status import day_words, name_of, usable

REASON = "Say why: it then stands with the preparation."


def passed_over(
    chosen: Stock,
    instead: Sequence[Stock],
    *,
    at: datetime,
    for_patient: int | None,
    policies: SitePolicies,
    for_ref: str | None = None,
) -> Iterator[Finding]:
    """L5: the vial or lot chosen may still be used, and is open, opened earlier, or expires first."""
    if usable(chosen, at=at, for_patient=for_patient, policies=policies, for_ref=for_ref):
        return
    for other in instead:
        if (why := _why_first(chosen, other)) is not None:
            yield Finding(
                "vial.passed_over",
                name_of(chosen),
                f"{why} {capital(name_of(other))} is taken instead.",
                REASON,
                rule="L5",
                field="reason",
                inputs=(("passed over", name_of(chosen)), ("taken", name_of(other))),
            )
            return


def _why_first(chosen: Stock, other: Stock) -> str | None:
    """Why the chosen one goes first; None where the other is as good."""
    name = capital(name_of(chosen))
    if chosen.vial_id is not None and other.vial_id is None:
        return f"{name} is open and may still be used."
    if chosen.opened_at and other.opened_at and chosen.opened_at < other.opened_at:
        return f"{name} was opened earlier and may still be used."
    if chosen.expires_on < other.expires_on:
        return f"{name} expires first, on {day_words(chosen.expires_on)}."
    return None
