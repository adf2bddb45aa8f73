"""The grades of the ICDRG scale, in the words of the page."""

GRADES = {
    "-": "no reaction",
    "?+": "faint redness only",
    "+": "redness and infiltration, perhaps papules",
    "++": "redness, infiltration, papules and vesicles",
    "+++": "intense, vesicles run together",
    "IR": "irritant reaction",
}
_STATES = {"-": "negative", "?+": "doubtful", "IR": "doubtful"}


def grade_words(grade: str) -> str:
    """A grade in words, with its sign where it is not plain: "faint redness only (?+)"."""
    return GRADES[grade] if grade == "-" else f"{GRADES[grade]} ({grade})"


def grade_state(grade: str) -> str:
    """How a grade is drawn."""
    return _STATES.get(grade, "positive")
