"""Why a list that could be read is not recorded."""

from formulary.rules.findings import Refused, refuse
from formulary.web.words import plural


def has_bad_rows(count: int) -> Refused:
    """All of a list or nothing."""
    why = f"{plural(count, 'row')} cannot be taken, and a list is recorded whole or not at all."
    return refuse(
        "import.bad_rows", "file", why, "Correct them in the file and choose it again.", field="file"
    )


def nothing_new() -> Refused:
    """Recorded before, to the last row."""
    why = "Every row of it is on record already."
    return refuse("import.nothing_new", "file", why, "Nothing needs to be done.", field="file")


def changed_meanwhile() -> Refused:
    """The file that was looked at is not there any more."""
    why = "The file was recorded or left meanwhile."
    return refuse("import.gone", "file", why, "Choose it again.", field="file")
