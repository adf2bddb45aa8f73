"""Why a limit or a syringe is not taken, in words that say what would do."""

from collections.abc import Sequence

from formulary.rules.findings import Refused, joined, refuse

STATUS_WORDS = {"approved": "approved already", "withdrawn": "withdrawn", "proposed": "proposed"}


def one_figure(measures: Sequence[str]) -> Refused:
    """No figure, or figures of several measures in one limit."""
    given = f"Figures of {joined(measures)} were given." if measures else "No figure was given."
    remedy = "Give one figure: a dose, a concentration, a volume or a number of points."
    return refuse("limit.one_figure", "limit", given, remedy, field="dose")


def units_of_a_product(name: str) -> Refused:
    """Units of activity belong to one product and are never added to another's."""
    reason = f"{name} is measured in units of each product's own."
    return refuse("limit.units_of_a_product", name, reason, "Propose it on the page of the product.")


def window_without_length() -> Refused:
    """A rolling window needs to be so long."""
    reason = "How long the window is was not said."
    return refuse("limit.no_window", "limit", reason, "Type its days.", field="within_days")


def of_something_else() -> Refused:
    """The figure to replace is of another product or substance."""
    reason = "The figure it would replace belongs to something else."
    return refuse("limit.of_something_else", "limit", reason, "Choose one of this page.", field="in_place_of")


def cannot_replace() -> Refused:
    """Another measure, another kind, or not in force."""
    reason = "It cannot take the place of that figure: the two measure something else, or it does not stand."
    remedy = "Choose the figure of the same kind and measure, or let it stand beside the others."
    return refuse("limit.cannot_replace", "limit", reason, remedy, field="in_place_of")


def no_basis(name: str) -> Refused:
    """Salt and base never compare silently."""
    reason = f"The strengths of the products of {name} count different things, and the figure names none."
    return refuse("limit.no_basis", name, reason, "Choose as what it is counted.", field="basis")


def zero_stands() -> Refused:
    """A limit of 0 means: must not be used that way."""
    reason = "The limit is 0, which means that it must not be used this way."
    remedy = (
        "Nothing looser takes its place; a limit of the clinic's own can be ended, and what was typed by "
        "mistake is corrected."
    )
    return refuse("limit.zero_stands", "limit", reason, remedy, field="in_place_of")


def corrects_nothing() -> Refused:
    """A correction is of something."""
    reason = "It corrects what was typed by mistake, and names no figure."
    return refuse("limit.corrects_nothing", "limit", reason, "Choose the figure.", field="in_place_of")


def not_typed_here() -> Refused:
    """What came with the files is the label's word, not a slip of this clinic."""
    reason = "It came with the catalogue's files, so nobody here typed it by mistake."
    return refuse("limit.not_typed_here", "limit", reason, "Propose its next edition.", field="corrects")


def looser_than_files() -> Refused:
    """Restating what came with the files does not make it a slip of this clinic."""
    reason = "It allows more, or stops less far, than what came with the catalogue's files."
    remedy = "Type no more than that, or propose its next edition."
    return refuse("limit.looser_than_files", "limit", reason, remedy, field="corrects")


def correction_without_reason() -> Refused:
    """Whoever approves a correction reads how the slip came about."""
    reason = "A correction says what was typed by mistake."
    return refuse("limit.no_reason", "limit", reason, "Type the reason.", field="reason")


def governance_without_reason() -> Refused:
    """Setting a label's limit aside is a governance entry."""
    reason = "A limit of the clinic in place of a label's is a governance entry, and says why."
    return refuse("limit.no_reason", "limit", reason, "Type the reason.", field="reason")


def same_edition() -> Refused:
    """A label allows more only where its maker printed another one."""
    reason = "It allows more than the label's limit, or stops less far, and names no other edition of it."
    return refuse("limit.same_edition", "limit", reason, "Type the new edition.", field="edition")


def looser_without_reason() -> Refused:
    """A looser edition of a label is read by whoever approves it."""
    reason = "A label's limit that allows more than before, or stops less far, says why."
    return refuse("limit.no_reason", "limit", reason, "Type the reason.", field="reason")


def another_waits() -> Refused:
    """One version at a time waits for approval."""
    reason = "Another version of it waits for approval."
    return refuse("limit.another_waits", "limit", reason, "Approve or withdraw that one first.")


def not_in_force() -> Refused:
    """What was read is not what limits from now on."""
    reason = "This version is not the one in force: it was replaced, ended or withdrawn."
    return refuse("limit.not_in_force", "limit", reason, "Open the version in force.")


def not_the_clinics_own() -> Refused:
    """A label's limit does not end because a clinic says so."""
    reason = "Only a limit of the clinic's own can be ended."
    return refuse("limit.not_ours", "limit", reason, "Propose the next edition of its source instead.")


def not_waiting(status: str, what: str = "limit") -> Refused:
    """It was decided on already."""
    reason = f"It is {STATUS_WORDS.get(status, status)}."
    return refuse(f"{what}.not_waiting", what, reason, "Propose a new version.")


def same_person(what: str = "limit") -> Refused:
    """Author and approver are two people."""
    reason = "You proposed it, so another person approves it."
    return refuse(f"{what}.same_person", what, reason, "Ask another pharmacist or practitioner.")


def too_coarse() -> Refused:
    """A graduation that is coarser than the syringe is large."""
    reason = "One mark would be more than the syringe holds."
    return refuse("device.no_marks", "syringe", reason, "Type a smaller graduation.", field="graduation")


def name_taken(name: str) -> Refused:
    """Two syringes in use under one name."""
    reason = f"“{name}” is in use already."
    return refuse("device.name_taken", name, reason, "Change that one, or type another name.", field="name")


def no_change() -> Refused:
    """A version that equals the one before it."""
    reason = "Nothing was changed."
    return refuse("device.no_change", "syringe", reason, "Change something, or leave the page.")


def device_without_reason() -> Refused:
    """A change of what is measured with is signed, and says why."""
    reason = "A syringe that is changed, or not stocked any more, says why."
    return refuse("device.no_reason", "syringe", reason, "Type the reason.", field="reason")


def not_in_use(name: str) -> Refused:
    """What is superseded or retired does not change any more."""
    return refuse("device.not_in_use", name, f"{name} is not in use.", "Open the version in use.")


def statement(code: str, reason: str, remedy: str, field: str) -> Refused:
    """Something stated of a product that cannot be."""
    return refuse(f"statement.{code}", "statement", reason, remedy, field=field)


def washout(code: str, reason: str, remedy: str) -> Refused:
    """A time of the clinic's own that cannot be proposed now."""
    return refuse(f"washout.{code}", "wash-out", reason, remedy, field="least")
