"""What a patient took that may have hidden a reaction, over the whole stretch of a test of the skin."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from formulary.rules.facts import PatchTest, Taken
from formulary.rules.lot_status import day_of
from formulary.rules.patch_test.readings import is_read, windows_of
from formulary.rules.washouts import doubts_of, of_tests, suppressed_by

NOBODY_ASKED = "Nobody asked what the patient takes: whether anything hid a reaction is not known."


def with_suppression(test: PatchTest, taken: Taken, zone: str) -> PatchTest:
    """The test with what may have hidden a reaction, by days of the site, from its applying to the last look.

    The last look is the one that concludes it; until that is made, the end of its window. Where nobody asked
    what is taken, a test without a reaction carries that doubt.
    """
    medicines, unasked = taken.medicines, "" if taken.asked_at else NOBODY_ASKED
    if not medicines:
        return replace(test, doubt=unasked) if unasked else test
    applied, concluded = day_of(test.applied_at, zone), day_of(_concluded_at(test), zone)
    spans = of_tests(medicines, test.kind, test.applied_at)
    hidden = suppressed_by(spans, applied, concluded)
    doubts = (unasked, doubts_of(medicines, spans, applied, concluded))
    return replace(test, suppressed=hidden, doubt=" ".join(filter(None, doubts)))


def _concluded_at(test: PatchTest) -> datetime:
    last = [window for window in windows_of(test) if window.required][-1]
    made = (r.read_at for r in test.readings if is_read(last, test, (r,)))
    return max(made, default=test.applied_at + last.closes)
