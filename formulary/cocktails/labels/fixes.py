"""How the rules' fixes become buttons of the compose form: their fields by line number become the form's
own.
"""

import re
from dataclasses import replace

from formulary.rules.findings import Finding, Fix, Level

NEEDS_A_TEST = frozenset(
    {
        "patch_test.missing",
        "patch_test.other_lot",
        "patch_test.other_product",
        "patch_test.mixture",
        "patch_test.lapsed",
        "patch_test.doubtful",
        "patch_test.unread",
        "patch_test.outside_window",
    }
)
OF_A_LINE = re.compile(r"lines-(\d+)-(dose|volume|concentration|remove)")


def with_form_fixes(finding: Finding) -> Finding:
    """The finding with each fix named after the field of the compose form that it edits."""
    fixes = tuple(_named(fix) for fix in finding.fixes)
    return replace(finding, fixes=fixes, field=form_field(finding.field) if finding.field else None)


def unanswered_finding(code: str, count: int) -> list[Finding]:
    """One finding that says how many others wait for an answer; none where none does."""
    if not count:
        return []
    words = "1 finding needs" if count == 1 else f"{count} findings need"
    remedy = "Choose a reason beside each; a STOP also takes a sentence of yours and a second person."
    return [
        Finding(
            "cocktail.unanswered", code, f"{words} an answer before it is signed.", remedy, level=Level.BLOCK
        )
    ]


def tests_line(finding: Finding) -> int | None:
    """The line that a patch test would clear, where that is what the finding asks for."""
    return finding.line if finding.code in NEEDS_A_TEST else None


def form_field(name: str) -> str:
    """`lines-3-dose` of the rules is `lines-2-value` of the form, which counts from nought and has one box
    a line.
    """
    found = OF_A_LINE.fullmatch(name)
    return f"lines-{int(found[1]) - 1}-value" if found else name


def _named(fix: Fix) -> Fix:
    found = OF_A_LINE.fullmatch(fix.field)
    if found and found[2] == "remove":
        return replace(fix, field=f"remove-{found[1]}", value="1")
    return replace(fix, field=form_field(fix.field))
