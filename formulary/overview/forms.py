"""The box at the top of every page."""

from formulary.web import fields as f
from formulary.web.forms import Form


class FindForm(Form):
    """A scan, a code, a lot, a product, or a patient's name: sent, never put into the address."""

    q = f.ScanField("Find")
