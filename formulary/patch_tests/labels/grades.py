"""The grades of the ICDRG scale, in the words of the page."""

GRADES = {
    "-": ("negative", "no reaction", "No reaction"),
    "?+": ("doubtful", "faint redness ?+", "?+  Faint redness only: doubtful"),
    "+": ("positive", "positive +", "+  Redness and infiltration, perhaps papules"),
    "++": ("positive", "positive ++", "++  Redness, infiltration, papules and vesicles"),
    "+++": ("positive", "positive +++", "+++  Intense, vesicles run together"),
    "IR": ("doubtful", "irritant IR", "IR  Irritant reaction"),
}


def grade_words(grade: str) -> str:
    """A grade in few words: "no reaction", "positive ++"."""
    return GRADES[grade][1]


def grade_state(grade: str) -> str:
    """How a grade is drawn."""
    return GRADES[grade][0]


def scale() -> list[tuple[str, str]]:
    """What a reader chooses from: each grade with what is seen."""
    return [(grade, seen) for grade, (_, _, seen) in GRADES.items()]
