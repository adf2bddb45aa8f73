"""The box at the top of every page."""

from formulary.web import fields as f
from formulary.web.forms import Form


class FindForm(Form):
    """A scan, a code, a lot, a product, or a patient's name: sent, never put into the address."""

    q = f.ScanField("Find")


class ScannerForm(Form):
    """One scan of the code that is shown, to tell how the scanner is set."""

    scan = f.ScanField("Scan the code")
