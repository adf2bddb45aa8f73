"""The search of the shelf: words, or a code as scanned."""

from datetime import date

from formulary.rules.findings import Refused
from formulary.stock.queries import Asked
from formulary.web import fields as f
from formulary.web.forms import SearchForm
from formulary.web.gs1 import GS, read_scan


class ShelfForm(SearchForm):
    """A part of a product's name, another name, a GTIN, a lot, a place, or a scan."""

    q = f.TextField("Product, lot, place or code", most=400)
    used_up = f.YesField("Also lots that are used up")

    def asked(self, today: date) -> Asked:
        """What is looked for; a code that can be read is taken apart, anything else is words."""
        words, used_up = self.q.data or "", bool(self.used_up.data)
        if not _looks_scanned(words):
            return Asked(words, used_up=used_up)
        try:
            scan = read_scan(words, captured=False, today=today)
        except Refused:
            return Asked(words, used_up=used_up)
        return Asked("" if scan.gtin or scan.lot else words, scan.gtin, scan.lot, used_up)


def _looks_scanned(words: str) -> bool:
    return GS in words or (words.startswith(("]", "[01]", "(01)", "01")) and len(words) > 16)  # noqa: PLR2004 - 01 and a GTIN
