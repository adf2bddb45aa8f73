"""The search of the shelf: words, or a code as scanned, at one place, by expiry."""

from dataclasses import replace
from datetime import date, timedelta

from formulary.rules.findings import Refused
from formulary.stock.queries import Asked
from formulary.web import fields as f
from formulary.web.forms import SearchForm
from formulary.web.gs1 import GS, read_scan

WITHIN = {"30": "within 30 days", "90": "within 90 days", "180": "within 180 days"}
EXPIRED = "expired"


class ShelfForm(SearchForm):
    """A part of a product's name, another name, a GTIN, a lot, a place, or a scan; and the filters."""

    q = f.TextField("Product, lot, place or code", most=400)
    place = f.IdSelect("Place")
    expires = f.ChoiceField(
        "Expires", choices=f.choices([(EXPIRED, "has expired"), *WITHIN.items()], "any day"), default=""
    )
    used_up = f.YesField("Also lots that are used up")

    def asked(self, today: date) -> Asked:
        """What is looked for; a code that can be read is taken apart, anything else is words."""
        found = replace(self._named(today), used_up=bool(self.used_up.data), place_id=self.place.data)
        if self.expires.data == EXPIRED:
            return replace(found, until=today - timedelta(days=1))
        if self.expires.data:
            return replace(found, expires_from=today, until=today + timedelta(days=int(self.expires.data)))
        return found

    def _named(self, today: date) -> Asked:
        words = self.q.data or ""
        if not _looks_scanned(words):
            return Asked(words)
        try:
            scan = read_scan(words, captured=False, today=today)
        except Refused:
            return Asked(words)
        return Asked("" if scan.gtin or scan.lot else words, scan.gtin, scan.lot)


def _looks_scanned(words: str) -> bool:
    return GS in words or (words.startswith(("]", "[01]", "(01)", "01")) and len(words) > 16)  # noqa: PLR2004 - 01 and a GTIN
