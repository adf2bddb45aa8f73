"""Why a rule of the clinic is not taken, in words that say what would do."""

from collections.abc import Sequence

from formulary.rules.findings import Refused, capital, joined, refuse


def no_citation() -> Refused:
    """A rule without a source is an opinion."""
    reason = "A rule needs the source that it rests on."
    remedy = "Cite it, so that it can be read again."
    return refuse("rule.no_citation", "rule", reason, remedy, field="source")


def no_side() -> Refused:
    """The first side is always something."""
    reason = "The one side of a rule is a substance or a group."
    return refuse("rule.no_side", "rule", reason, "Choose what it is about.", field="a")


def pair_with_any() -> Refused:
    """A pair has two sides."""
    reason = "A pair has two sides; what is never mixed with anything has a kind of its own."
    return refuse("rule.no_other_side", "rule", reason, "Choose the other side, or that kind.", field="b")


def unknown_side(selector: str) -> Refused:
    """A side that the catalogue does not hold."""
    reason = f"“{selector}” is no substance and no group of the catalogue."
    return refuse("rule.unknown_side", "rule", reason, "Choose one of the list.", field="a")


def shipped(row: str) -> Refused:
    """What came with the files is changed by their next version."""
    reason = f"{capital(row)} came with the catalogue's files, and nobody edits it here."
    return refuse("rule.shipped", row, reason, "Write a rule of the clinic beside it, or in its place.")


def another_waits(row: str) -> Refused:
    """One version at a time."""
    reason = f"Another version of {row} waits for approval."
    return refuse("rule.another_waits", row, reason, "Approve or withdraw that one first.")


def not_in_use(row: str) -> Refused:
    """What was read is not what is asked now."""
    reason = f"{capital(row)} is not in use any more."
    return refuse("rule.not_in_use", row, reason, "Open the version in use, or add a rule of its own.")


def nothing_to_end() -> Refused:
    """Only a rule of the clinic can end."""
    reason = "There is no rule of the clinic that would no longer hold."
    return refuse("rule.nothing_to_end", "rule", reason, "Open the rule and change it there.", field="kind")


def looser(rows: Sequence[str]) -> Refused:
    """Less than what the table asks, without saying so."""
    reason = f"It is looser than {joined(rows)}, which would go on to be asked."
    remedy = "Name the row that it loosens and say why, or choose a stricter level."
    return refuse("rule.looser", "rule", reason, remedy, field="loosens")


def loosens_nothing(number: str) -> Refused:
    """Another pair, or no looser."""
    reason = f"It does not loosen table row {number}: other sides, or no lower level."
    remedy = "Name a stricter row of the same sides."
    return refuse("rule.loosens_nothing", "rule", reason, remedy, field="loosens")


def another_kind(number: str) -> Refused:
    """What never stops a pair cannot stand where a pair was stopped."""
    reason = f"Table row {number} says something of another kind, which nothing would say in its place."
    return refuse("rule.another_kind", "rule", reason, "Choose the kind of that row.", field="kind")


def never_applies(field: str, words: str) -> Refused:
    """Two ends that leave nothing between them."""
    reason = f"It would never apply: {words}."
    return refuse(
        "rule.never_applies", "rule", reason, "Type the higher figure as the upper end.", field=field
    )


def governance_without_reason() -> Refused:
    """Loosening a shipped row is a governance entry."""
    reason = "A rule in the place of a stricter shipped one is a governance entry, and says why."
    return refuse("rule.no_reason", "rule", reason, "Say why.", field="reason")


def not_waiting(row: str) -> Refused:
    """Decided already."""
    reason = f"{capital(row)} does not wait for approval."
    return refuse("rule.not_waiting", row, reason, "Write a new version.")


def same_person(row: str) -> Refused:
    """Four eyes."""
    reason = f"You wrote {row}, so another person approves it."
    return refuse("rule.same_person", row, reason, "Ask another pharmacist or practitioner.")
