"""Scans: a strict reading of GS1 element strings, Digital Links and our own codes, on biip's table."""

from formulary.web.gs1.elements import GS
from formulary.web.gs1.gtin import check_digit, gtin14
from formulary.web.gs1.reading import AROUND, LONGEST, Scan, read_scan
from formulary.web.gs1.setting_up import SYMBOL, Told, ready, spelled, what_it_sends

__all__ = [
    "AROUND", "GS", "LONGEST", "SYMBOL", "Scan", "Told",
    "check_digit", "gtin14", "read_scan", "ready", "spelled", "what_it_sends",
]  # fmt: skip
