"""The words of a recall case: its sources, classes, levels, steps, and ways to reach a patient."""

from formulary.recalls import queries
from formulary.recalls.models import RecallEvent

SOURCES = {
    "own": "our own suspicion",
    "maker": "the maker",
    "authority": "an authority",
    "supplier": "the supplier",
}
CLASSES = {
    "none": "not classed",
    "I": "Class I: grave harm or death is likely",
    "II": "Class II: harm that passes, or grave harm is unlikely",
    "III": "Class III: harm is unlikely",
}
LEVELS = {
    "A": "Level A: every one of them",
    "B": "Level B: a share of them",
    "C": "Level C: 10 per cent",
    "D": "Level D: 2 per cent",
    "E": "Level E: none",
}
HOW = {
    "exact": "the number is the same",
    "shared": "more than one product has this number",
    "near": "the number looks alike",
    "rule": "by the rule",
    "untold": "who brought it is not on record",
}
DECISIONS = {"in": "in the case", "out": "not meant", "proposed": "to be decided"}
USES = {
    "given": "received it",
    "tested": "patch-tested with it",
    "untold_test": "tested, lot not noted",
    "untold_use": "earlier record without a lot",
}
CHANNELS = {
    "telephone": "telephone",
    "letter": "letter",
    "email": "e-mail",
    "message": "text message",
    "in_person": "in person",
}
OUTCOMES = {
    "reached": "reached",
    "tried": "tried, not reached yet",
    "refused": "reached, wants nothing further",
    "unreachable": "cannot be reached",
    "referred": "referred to a physician",
}
STATUSES = {
    "not_tried": ("not_tried", "not tried"),
    "tried": ("soon", "tried"),
    "reached": ("reached", "reached"),
    "refused": ("reached", "refused"),
    "unreachable": ("lapsed", "unreachable"),
    "referred": ("reached", "referred"),
}
BESIDES = {
    "pack": "a line names a pack of it",
    "place": "it lay where a line says",
    "left": "no line means it now, and its hold stands until it is released",
}
EVENTS = {
    "create_case": "made",
    "add_scope": "scope widened",
    "decide_lot": "lot decided",
    "open_case": "opened, list frozen",
    "contain": "contained",
    "add_differences": "differences added to the list",
    "contact": "patient contacted",
    "letters": "letters sent",
    "explain": "difference explained and signed",
    "notify": "patients notified",
    "reconcile": "balance reconciled",
    "close": "closed",
    "reopen": "reopened",
    "release_holds": "holds released",
    "file_drill": "drill filed",
    "attach_notice": "notice attached",
    "lot_came": "a lot that it covers came",
}
FOUND = {"exact": "its number stands in it", "range": "inside a range", "near": "looks alike"}
FLAGS = {"all": "It speaks of all lots: read it.", "range": "It names a range of lots: read it."}
NONE_FOUND = "None of our lots was found; read it yourself."
CAME = "a lot that it names came since it was decided"
STATE = {"open": "opened"}
"""The names that pages draw states by, where they differ."""


def event_words(event: RecallEvent) -> str:
    """What happened to a case; with the lots that came, and the serial of a pack of them."""
    told = EVENTS.get(event.kind, event.kind)
    if event.kind != queries.CAME:
        return told
    lots, serial = ", ".join(event.told["lots"]), event.told.get("serial")
    return f"a pack that it names came, {serial} of lot {lots}" if serial else f"{told}, {lots}"
