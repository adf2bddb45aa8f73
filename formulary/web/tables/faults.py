"""Why a whole file cannot be read, each in words with what would do."""

from formulary.rules.findings import Refused, refuse

AS_UTF8 = "Save it as “CSV UTF-8”, or as XLSX."


def no_table() -> Refused:
    """Nothing in it."""
    return _fault("file.empty", "The file holds no rows.", "Fill in the template and choose it again.")


def not_utf8(line: int) -> Refused:
    """Another coding: what it says cannot be told for sure."""
    return _fault("file.coding", f"Line {line:,} is not written in UTF-8.", AS_UTF8)


def unseen(line: int) -> Refused:
    """A character that no text has."""
    return _fault("file.coding", f"Line {line:,} has a character that cannot be seen.", AS_UTF8)


def torn(line: int) -> Refused:
    """A quoted cell that never ends."""
    why = f"The file ends inside a cell that began at line {line:,}."
    return _fault("file.torn", why, "It may be half a file: save or fetch it again.")


def not_csv(line: int) -> Refused:
    """Quotes that make no cells."""
    return _fault("file.quotes", f"The quotes of line {line:,} make no cells.", "Save it again as CSV.")


def not_workbook() -> Refused:
    """A workbook that cannot be opened, or is half there."""
    why = "The file cannot be opened as a workbook."
    return _fault("file.torn", why, "It may be half a file, or protected: save it again as XLSX, or as CSV.")


def too_large(what: str, most: int) -> Refused:
    """More than is read."""
    return _fault("file.too_large", f"The file has more than {most:,} {what}.", "Split it, by year or month.")


def too_sparse() -> Refused:
    """A few cells far apart: unfolding what lies between takes all memory."""
    why = "The cells of a sheet lie far apart, with too many empty ones between them."
    return _fault("file.too_large", why, "Copy the list alone to a new workbook, or save it as CSV.")


def formulas() -> Refused:
    """What a formula last came to may be old, or never worked out."""
    why = "The first sheet has formulas, and what they came to may not be what you see."
    return _fault("file.formulas", why, "Copy the cells, paste them as values, and save it again.")


def no_column(names: str, known: str) -> Refused:
    """A header that lacks what every row needs."""
    why = f"The first row names no column for {names}."
    return _fault("file.header_missing", why, f"Name it there. It is known as {known}.")


def column_twice(name: str) -> Refused:
    """Two columns of one meaning."""
    why = f"Two columns mean {name}."
    return _fault("file.header_twice", why, "Leave one of them out, or name it otherwise.")


def _fault(code: str, why: str, remedy: str) -> Refused:
    return refuse(code, "file", why, remedy, field="file")
