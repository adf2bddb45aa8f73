"""A photo of a patient, and where it is brought beside something else."""

from typing import Any

from formulary.web import fields as f
from formulary.web.forms import Form

LARGEST_PHOTO = 12 * 1024 * 1024
AROUND = 64 * 1024


def photo_field(label: str = "Photo") -> Any:
    """The field of a photo; what it holds is judged by its content and never by its name."""
    hint = "JPEG or PNG, up to 12 MB. The place and all else that a camera hides in it is taken out."
    return f.UploadField(label, most=LARGEST_PHOTO, hint=hint)


class PhotoForm(Form):
    """The photo, what it shows, and when it was taken."""

    photo = photo_field()
    title = f.TextField("What it shows", hint="Left cheek before the first session …")
    taken_at = f.InstantField("Taken at", hint="Leave it empty for now.")
