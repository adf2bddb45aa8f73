"""Scans: a strict reading of GS1 element strings, Digital Links and our own codes, on biip's table."""

from formulary.web.gs1.elements import GS
from formulary.web.gs1.gtin import check_digit, gtin14
from formulary.web.gs1.reading import AROUND, LONGEST, Scan, read_scan

__all__ = ["AROUND", "GS", "LONGEST", "Scan", "check_digit", "gtin14", "read_scan"]
