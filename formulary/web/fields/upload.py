"""The field of a file: its bytes, read no further than the field takes."""

from collections.abc import Sequence
from typing import Any

from werkzeug.datastructures import FileStorage
from wtforms import Field
from wtforms.form import BaseForm
from wtforms.validators import ValidationError
from wtforms.widgets import FileInput

from formulary.web import words
from formulary.web.fields.base import options


class UploadField(Field):  # type: ignore[misc]
    """A file that is read whole, at most `most` bytes; `data` is b"" where none was chosen."""

    kind = "upload"
    widget = FileInput()

    def __init__(
        self, label: str = "", validators: Sequence[Any] = (), *, most: int, hint: str = "", **more: Any
    ) -> None:
        super().__init__(label, validators, **options(hint, more))
        self.most = most

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Read one byte more than is taken, so that too much is known; text in its place is nothing."""
        sent = valuelist[0] if valuelist else None
        if isinstance(sent, FileStorage):
            sent.stream.seek(0)  # a view that is tried again reads it again
        self.data = sent.stream.read(self.most + 1) if isinstance(sent, FileStorage) else b""

    def pre_validate(self, form: BaseForm) -> None:
        """Refuse what is longer than any such file."""
        if len(self.data or b"") > self.most:
            most = words.size(self.most)
            raise ValidationError(
                f"This file has more than {most}, which no such file has. Choose another one."
            )
