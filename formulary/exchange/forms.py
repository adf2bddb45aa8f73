"""What is asked of somebody who brings a list in: the file, and then whether to record it."""

from formulary.web import fields as f
from formulary.web.forms import Form

LARGEST = 8 * 1024 * 1024


class FileForm(Form):
    """The file of a list."""

    file = f.UploadField("File", most=LARGEST, hint="CSV in UTF-8, or XLSX; its first row names the columns.")


class RecordForm(Form):
    """Nothing is asked: what was looked at is recorded, or left."""
