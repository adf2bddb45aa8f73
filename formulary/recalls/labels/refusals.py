"""Why an act on a recall case is refused, and what would do."""

from formulary.accounts import queries as accounts
from formulary.recalls.labels.case_words import DECISIONS
from formulary.recalls.models import RecallCase
from formulary.recalls.queries import CaseLot
from formulary.rules.findings import Refused, refuse


def too_many_lots(number: str, lots: int) -> Refused:
    """An answer about some of them alone would leave patients out."""
    why = f"{lots:,} lots have the number {number}: more than one answer takes."
    return refuse("lot.too_many", number, why, "Scan the pack: its code names one product.", field="q")


def nothing_in_it() -> Refused:
    """A case that covers no lot stops nothing."""
    why = "No lot is in this case, so there is nothing to stop and nobody to reach."
    return refuse("case.no_lot", "case", why, "Add a lot to it, or close it as not ours.")


def wrong_state(code: str, state: str, act: str) -> Refused:
    """The steps of a case come one after the other."""
    why = f"{code} is {state}, and cannot be {act} from there."
    return refuse("case.state", "case", why, "Load its page again: it offers what comes next.")


def no_reason() -> Refused:
    """Words are asked for."""
    return refuse("case.no_reason", "case", "Nobody has said why.", "Say why.", field="reason")


def serial_recalled(serial: str, case: RecallCase) -> Refused:
    """A pack whose serial a case names is not opened."""
    why = f"Serial {serial} is in recall {case.code}: {case.title}."
    return refuse("vial.recalled", serial, why, "Lay the pack into quarantine and tell the recall officer.")


def serial_unknown(number: str, case: RecallCase) -> Refused:
    """Of a lot of which a case names serials, a pack is opened once its serial was read."""
    why = f"Recall {case.code} names packs by their serials, and nobody has read the serial of this one."
    remedy = "Scan the code of the pack, or open it from the page of its lot and type its serial there."
    return refuse("vial.serial_unknown", number, why, remedy, field="serial")


def decided_meanwhile(found: CaseLot) -> Refused:
    """Another has decided on the lot since the form was opened: theirs is shown, and nothing is written."""
    row = found.row
    who = accounts.person_names({row.decided_by_id}).get(row.decided_by_id or 0, "")
    by = f"{who} has decided meanwhile" if who else "It has changed meanwhile"
    rests = f", resting on: {row.decided_why}" if row.decided_why else ""
    why = f"{by}: {DECISIONS[row.decision]}{rests}. What you sent is not written."
    remedy = "Read what was decided; if yours is right nevertheless, say on what it rests and decide again."
    return refuse("case.decided_meanwhile", found.lot.number, why, remedy)


def undecided(count: int) -> Refused:
    """A person decides on what looks alike."""
    lots = "1 lot looks alike and waits" if count == 1 else f"{count} lots look alike and wait"
    return refuse("case.undecided", "case", f"{lots} for a decision.", "Decide which are meant.")


def not_on_list(count: int) -> Refused:
    """The list must hold what the records tell."""
    uses = "1 use has" if count == 1 else f"{count} uses have"
    why = f"{uses} come to the records since the list was frozen."
    return refuse("case.list_differs", "case", why, "Add the differences to the list.")


def not_reached(concluded: int, needed: int) -> Refused:
    """The level asks for more."""
    why = f"{concluded} of the {needed} patients that its level asks for are answered for."
    return refuse("case.not_reached", "case", why, "Go on with the contacts.")


def unexplained(numbers: list[str]) -> Refused:
    """What nobody can account for asks for signed words."""
    lots = ", ".join(numbers)
    why = f"More of {lots} is unaccounted for than the case tolerates, and nobody has signed for it."
    return refuse("case.unexplained", "case", why, "Find it, or explain and sign the difference.")


def not_contained(numbers: list[str]) -> Refused:
    """A lot came to the case later, or its hold was released."""
    why = f"No hold of this case stops {', '.join(numbers)}."
    return refuse("case.not_contained", "case", why, "Contain it.")


def came_since(numbers: list[str]) -> Refused:
    """Lots that the case covers arrived after its lines were written."""
    why = f"The case covers {', '.join(numbers)}, which came since and no hold of it has stopped."
    return refuse("case.came_since", "case", why, "Contain it again.")


def being_given(codes: list[str]) -> Refused:
    """Whoever is in a session that is not closed is on no list yet."""
    why = f"{', '.join(codes)} with a lot of the case is being given, and its patient is not on the list yet."
    return refuse("case.being_given", "case", why, "Have the session closed, then add the differences.")


def already_contained() -> Refused:
    """There is nothing more to stop."""
    why = "Every lot of the case is stopped by a hold of its own."
    return refuse("case.contained", "case", why, "Nothing needs to be done.")


def explained_already() -> Refused:
    """The sum holds."""
    why = "All of it is accounted for, so there is nothing to explain."
    return refuse("case.accounted", "case", why, "Load the page again.")


def empty_scope() -> Refused:
    """A line that limits nothing would mean every lot."""
    why = "A line needs a lot, a product, who brought it, or what was done with it; else it would mean all."
    return refuse("case.scope_empty", "case", why, "Say what is recalled.", field="number")


def level_share() -> Refused:
    """Level B is between A and C."""
    why = "Level B lies between C (10 per cent) and A (all), so it needs a share from 11 to 100."
    return refuse(
        "case.level_share", "case", why, "Type the share, or choose another level.", field="level_percent"
    )


def is_a_drill() -> Refused:
    """A drill reaches nobody."""
    why = "A drill reaches no patient and stops no stock."
    return refuse("case.drill", "case", why, "File its result.")


def no_hold_left() -> Refused:
    """All holds of the case are released."""
    why = "No hold of this case stands any more."
    return refuse("case.no_hold", "case", why, "Nothing needs to be done.")


def late(field: str = "at") -> Refused:
    """An attempt is made before it is recorded."""
    why = "An attempt cannot be later than now."
    return refuse("case.contact_time", "contact", why, "Type when it was made.", field=field)


def nobody_waits() -> Refused:
    """Everybody is answered for."""
    why = "Every patient on the list is answered for."
    return refuse("case.nobody_waits", "case", why, "No letter is needed.")


def no_drill() -> Refused:
    """A recall is closed, not filed."""
    why = "This is a recall and no drill."
    return refuse("case.no_drill", "case", why, "Go on with its steps.")


def no_such_lot(number: str) -> Refused:
    """A drill needs a lot of ours."""
    why = f"No lot has the number {number}."
    return refuse(
        "case.no_such_lot", "drill", why, "Compare it with the pack, or let one be drawn.", field="number"
    )


def no_lot_at_all() -> Refused:
    """Nothing was ever received."""
    why = "No lot was ever received, so there is nothing to drill with."
    return refuse("case.no_lot_at_all", "drill", why, "Receive a lot first.")


def notice_decided() -> Refused:
    """A decision stands until the notice changes."""
    why = "This version of the notice was decided already."
    return refuse("notice.decided", "notice", why, "Load its page again.")


def no_lot_chosen() -> Refused:
    """A case of a notice is about lots of ours."""
    why = "No lot is chosen from what the notice may mean."
    return refuse("notice.no_lot", "notice", why, "Choose one, or record a recall by hand.", field="chosen")


def no_json() -> Refused:
    """What was brought cannot be read."""
    why = "This is not JSON."
    return refuse("notice.no_json", "notice", why, "Bring the answer of openFDA as it came.", field="text")


def no_reports() -> Refused:
    """It holds nothing."""
    why = "No report stands in it."
    return refuse("notice.empty", "notice", why, "Bring enforcement reports of openFDA.", field="text")


def no_report(place: int) -> Refused:
    """One of them is none."""
    why = f"Record {place} is no enforcement report: it has no recall number, or its text cannot be read."
    return refuse("notice.no_report", "notice", why, "Mend it; nothing was taken.", field="text")
