"""Every refusal of a count: what, why, and what would do."""

from collections.abc import Iterable
from datetime import datetime

from formulary.rules.findings import Fix, Refused, joined, refuse
from formulary.rules.lot_status import day_words, moment_words
from formulary.stock.models import Lot, Place, StockCount, Vial
from formulary.stock.queries import Counting, Looked

SHOWN = 5


def no_place() -> Refused:
    """Nothing was chosen to count."""
    return refuse("count.no_place", "count", "No place is chosen.", "Choose one.", field="places")


def not_a_place_of_stock(place: Place) -> Refused:
    """Only shelves, quarantine and places of open vials hold what can be counted."""
    why = f"What lies at {place.name} is not counted." if place.is_active else f"{place.name} is closed."
    return refuse("count.wrong_place", place.name, why, "Choose another place.", field="places")


def counted_already(found: Counting, zone: str, at: datetime) -> Refused:
    """One place, one open count."""
    since = moment_words(found.since, zone, at)
    why = f"{found.by} counts {found.place} since {since} (count {found.count_id})."
    remedy = f"Enter lines of count {found.count_id} too, or have it closed or cancelled first."
    return refuse("count.place_taken", found.place, why, remedy, field="places")


def ended(count: StockCount, by: str, zone: str, at: datetime) -> Refused:
    """What is closed or cancelled stays so."""
    when = moment_words(count.ended_at or at, zone, at)
    why = f"Count {count.id} was {count.state} by {by}, {when}."
    return refuse("count.ended", f"count {count.id}", why, "Nothing was changed. Open a new count.")


def place_closed(place: Place) -> Refused:
    """The place was closed while it was counted."""
    why = f"{place.name} was closed since this count was opened."
    return refuse("count.place_closed", place.name, why, "Have it opened again, or cancel the count.")


def no_outcome(field: str) -> Refused:
    """An answer is one of three."""
    remedy = "Type what is there, or choose “none found” or “not counted”."
    return refuse("count.no_answer", "line", "No number is given.", remedy, field=field)


def was_counted(field: str) -> Refused:
    """A figure once given is not taken back by leaving the line out: its difference would go unseen."""
    remedy = "Count it again, or have another person count it."
    return refuse("count.was_counted", "line", "This line has been counted.", remedy, field=field)


def zero_found(field: str) -> Refused:
    """Nothing found is said in words, never by a slip of the finger."""
    remedy = "Press “None found” if there is none; otherwise type how much there is."
    return refuse("count.zero", "line", "0 is not taken as a number.", remedy, field=field)


def too_many(most: int) -> Refused:
    """No shelf holds as many."""
    why = f"A place is counted up to {most:,} containers."
    return refuse("count.too_many", "line", why, "Look at the number again.", field="containers")


def below_nothing(field: str) -> Refused:
    """Less than nothing lies nowhere."""
    return refuse(
        "count.negative", "line", "Less than 0 cannot lie there.", "Type what is there.", field=field
    )


def part_too_large(lot: Lot, whole: str) -> Refused:
    """A part of a container is less than one."""
    why = f"One container of {lot.product.name} holds {whole}; a part of one is less."
    return refuse("count.part", lot.number, why, "Count full ones as containers.", field="part")


def no_containers(lot: Lot) -> Refused:
    """Without the content of one container nothing is counted in containers."""
    why = f"The catalogue does not say what one container of {lot.product.name} holds."
    return refuse("count.no_content", lot.number, why, "Give the quantity in all.", field="containers")


def counted_twice(line: Looked, by: str, zone: str, at: datetime) -> Refused:
    """The same line twice asks; what was found is not said."""
    when = moment_words(line.entries[-1].counted_at, zone, at)
    fixes = (Fix("Keep what I typed instead", "again", str(line.entries[-1].number)),)
    why = f"{by} answered for {line.name} at {when}."
    return refuse("count.line_twice", line.name, why, "Nothing was changed.", fixes=fixes)


def was_shown(line: Looked, others: list[str]) -> Refused:
    """Who has counted a line and may see how far off it is does not count it again."""
    why = f"You have counted {line.name}, and the differences are shown by now."
    remedy = f"{joined(others, 'or')} may count it again." if others else "Another person may count it again."
    return refuse("count.was_shown", line.name, why, f"Nothing was changed. {remedy}")


def vial_closed(vial: Vial, state: str) -> Refused:
    """A vial that the ledger has closed holds nothing that could be counted."""
    why = f"Vial {vial.code} is {state} since this count was opened: by the ledger nothing is left in it."
    remedy = "Answer “none found”; if something is in it, put it aside and waste it by its lot."
    return refuse("vial.closed", vial.code, why, remedy, field="part")


def vial_moved(vial: Vial, place: Place) -> Refused:
    """A vial is counted where the ledger says it stands."""
    why = f"By the ledger vial {vial.code} stands at {place.name}."
    return refuse(
        "vial.elsewhere", vial.code, why, "Move it here first, or answer “none found”.", field="part"
    )


def unknown(text: str) -> Refused:
    """What nobody ever received cannot be added to a sheet."""
    why = f"No lot or vial here is called “{text[:40]}”."
    return refuse("count.unknown", "line", why, "Scan it again; a new lot is received first.", field="scan")


def not_on_sheet(label: str, field: str, number: int, what: str) -> Refused:
    """Found, and no line expects it."""
    fixes = (Fix(label, field, str(number)),)
    return refuse("count.not_on_sheet", what, f"No line expects {what}.", "Is it really here?", fixes=fixes)


def which_lot(lots: Iterable[Lot]) -> Refused:
    """Several lots carry this number."""
    fixes = tuple(
        Fix(
            f"Add {lot.product.name}, lot {lot.number}, expires {day_words(lot.expires_on)}",
            "lot_id",
            str(lot.id),
        )
        for lot in lots
    )
    return refuse("count.which_lot", "line", "Several lots carry this number.", "Choose one.", fixes=fixes)


def sealed_there(place: Place) -> Refused:
    """Open vials stand there, and sealed stock lies on shelves and in quarantine."""
    why = f"Sealed stock does not lie at {place.name}."
    return refuse("count.sealed_there", place.name, why, "Put it on a shelf and count it there.")


def on_sheet_already(line: Looked) -> Refused:
    """It has its line."""
    why = f"There is a line for {line.name} already."
    return refuse("count.on_sheet", line.name, why, "Count that line.")


def unanswered(lines: list[Looked]) -> Refused:
    """Every line is counted or said not to be."""
    return _open_lines("count.unanswered", lines, "not answered", "Count it, or answer “not counted”.")


def needs_another(lines: list[Looked], others: list[str]) -> Refused:
    """Above the limit, another person counts again."""
    who = f"{joined(others, 'or')} may." if others else "Another person needs an account."
    return _open_lines("count.recount", lines, "to be counted again by another person", who)


def changed_since(lines: list[Looked]) -> Refused:
    """What was counted is gone, moved, or mixed since, so that its difference fits nothing any more."""
    what = "closed, moved, mixed or taken from since it was counted, so the difference cannot be posted"
    return _open_lines("count.changed", lines, what, "Have another person count it again.")


def entered_for_that_minute(lines: list[Looked]) -> Refused:
    """A late entry is typed to the minute: whether it happened before or after the counting nobody knows."""
    what = "counted in the very minute for which something was entered late, so nobody knows which came first"
    return _open_lines("count.same_minute", lines, what, "Have another person count it again.")


def needs_pharmacist(others: list[str], *, is_own: bool) -> Refused:
    """A difference above the limit is approved by a pharmacist who did not count it."""
    why = "A difference is above the limit: a pharmacist closes the count"
    why += ", and you counted it yourself." if is_own else "."
    remedy = f"{joined(others, 'or')} may." if others else "A second pharmacist needs an account."
    return refuse("count.same_person" if is_own else "count.needs_pharmacist", "count", why, remedy)


def no_reason() -> Refused:
    """A difference is posted, and a count cancelled, with a reason."""
    return refuse("count.no_reason", "count", "No reason is given.", "Say what is known.", field="reason")


def entered_since() -> Refused:
    """The review that was read is not the one that would be posted."""
    why = "Somebody entered a line since you opened this page."
    return refuse("count.entered_since", "count", why, "Look at the differences again, then close it.")


def _open_lines(code: str, lines: list[Looked], what: str, remedy: str) -> Refused:
    names = [line.name for line in lines[:SHOWN]]
    more = [f"{len(lines) - SHOWN} more"] if len(lines) > SHOWN else []
    verb = "is" if len(lines) == 1 else "are"
    reason = f"{joined([*names, *more])} {verb} {what}."
    return refuse(code, "count", reason[0].upper() + reason[1:], remedy)
