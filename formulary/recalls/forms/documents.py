"""A file that belongs to a case."""

from formulary.web import fields as f
from formulary.web.forms import Form

LARGEST_NOTICE = 5 * 1024 * 1024


class DocumentForm(Form):
    """The file, and what people call it."""

    file = f.UploadField("File", most=LARGEST_NOTICE, hint="A PDF, or a picture as PNG or JPEG; up to 5 MB.")
    title = f.TextField("What it is", hint="Letter of the maker, its number and its date, for example.")
