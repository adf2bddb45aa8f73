"""What people bring and decide about notices from outside."""

from formulary.web import fields as f
from formulary.web.forms import Form

LARGEST_FILE, LARGEST_TEXT = 900_000, 400_000


class NoticesForm(Form):
    """Enforcement reports of openFDA: a file, or its text."""

    file = f.UploadField("File", most=LARGEST_FILE, hint="JSON of openFDA; a larger one on the terminal.")
    text = f.NotesField("Or paste what stands in it", most=LARGEST_TEXT)

    @property
    def raw(self) -> bytes:
        """What the file holds, or the text where no file was chosen."""
        return self.file.data or (self.text.data or "").encode()


class DecideNoticeForm(Form):
    """What a notice means for us."""

    decision = f.OneOf(
        "What it means for us",
        [f.Required("Choose one.")],
        choices=f.choices([("case", "Make a case of the lots chosen"), ("not_ours", "It is none of ours")]),
    )
    chosen = f.IdSeveral("Lots of ours that it means")
    reason = f.NotesField("What that rests on", [f.Required("Say what that rests on.")])
