"""A file that belongs to a lot."""

from formulary.stock.labels.attached import KIND_WORDS
from formulary.web import fields as f
from formulary.web.forms import Form

KINDS = f.choices(list(KIND_WORDS.items()), "Choose…")
LARGEST_DOCUMENT = 5 * 1024 * 1024


class DocumentForm(Form):
    """The file, what it is, and what people call it."""

    file = f.UploadField(
        "File", most=LARGEST_DOCUMENT, hint="A PDF, or a picture as PNG or JPEG; up to 5 MB."
    )
    kind = f.ChoiceField("What it is", [f.Required("Choose what it is.")], choices=KINDS)
    title = f.TextField("What stands on it", hint="Its number or its date, for example.")
