"""The one box of the recall page, and the hold."""

from formulary.web import fields as f
from formulary.web.forms import Form, SearchForm


class LookupForm(SearchForm):
    """A lot number, a scan of a pack, or the code of one of our vials."""

    q = f.ScanField("Lot or scan", [f.Required()])


class HoldForm(Form):
    """Stop the lots of the answer, everywhere at once."""

    reason = f.NotesField("Why", [f.Required()])
    source = f.TextField("Who says so", hint="maker, authority, notice number")
