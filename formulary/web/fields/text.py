"""Text fields: normalised, trimmed, limited, and free of what cannot be seen."""

import re
import unicodedata
from collections.abc import Sequence
from typing import Any

from wtforms import PasswordField, StringField
from wtforms.form import BaseForm
from wtforms.validators import ValidationError
from wtforms.widgets import PasswordInput, TextArea

from formulary.web.fields.base import options, quoted, visible

NAME_LENGTH = 120
NOTE_LENGTH = 4000
IDENTIFIER_LENGTH = 60
LOT_LENGTH = 20


def clean(text: str) -> str:
    """The text composed (NFC), with one kind of line end and without space around it."""
    return unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n")).strip()


def hidden_characters(text: str, allowed: str = "") -> list[str]:
    """Control characters in the text, as U+ numbers."""
    found = {c for c in text if unicodedata.category(c) in ("Cc", "Cs") and c not in allowed}
    return sorted(f"U+{ord(c):04X}" for c in found)


def invisible_characters(text: str) -> list[str]:
    """Characters that reorder text or take no room, as U+ numbers: codes that look alike must be alike."""
    return sorted(
        {f"U+{ord(c):04X}" for c in text if unicodedata.category(c) in ("Cf", "Zl", "Zp", "Mn", "Me")}
    )


class TextField(StringField):  # type: ignore[misc]
    """One line of text, at most `most` characters; `data` is "" where nothing was typed."""

    kind = "text"
    lines = ""

    def __init__(
        self,
        label: str = "",
        validators: Sequence[Any] = (),
        *,
        most: int = NAME_LENGTH,
        hint: str = "",
        **more: Any,
    ) -> None:
        super().__init__(label, validators, **options(hint, more))
        self.most = most

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Clean what was typed; a file in its place counts as nothing."""
        if valuelist:
            self.data = clean(valuelist[0]) if isinstance(valuelist[0], str) else ""
        elif self.data is None:
            self.data = ""

    def pre_validate(self, form: BaseForm) -> None:
        """Refuse what is too long or cannot be seen."""
        text = self.data or ""
        if len(text) > self.most:
            raise ValidationError(
                f"{quoted(text)} has {len(text):,} characters; this field takes {self.most:,}. Shorten it."
            )
        if hidden := hidden_characters(text, self.lines):
            raise ValidationError(
                f"{quoted(text)} holds a character that cannot be shown ({', '.join(hidden)}). Type it again."
            )

    def _value(self) -> str:
        return visible(self.data or "")


class NotesField(TextField):
    """Several lines of text in any script."""

    kind = "notes"
    widget = TextArea()
    lines = "\n\t"

    def __init__(
        self, label: str = "", validators: Sequence[Any] = (), *, most: int = NOTE_LENGTH, **more: Any
    ) -> None:
        super().__init__(label, validators, most=most, **more)


class IdentifierField(TextField):
    """A code that people compare: nothing invisible, single spaces."""

    kind = "identifier"

    def __init__(
        self, label: str = "", validators: Sequence[Any] = (), *, most: int = IDENTIFIER_LENGTH, **more: Any
    ) -> None:
        super().__init__(label, validators, most=most, **more)

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Clean, with single spaces inside."""
        super().process_formdata(valuelist)
        self.data = re.sub(" +", " ", self.data)

    def pre_validate(self, form: BaseForm) -> None:
        """Refuse what cannot be seen or turns the order of the letters round."""
        super().pre_validate(form)
        if hidden := invisible_characters(self.data or ""):
            raise ValidationError(
                f"{quoted(self.data)} holds an invisible character ({', '.join(hidden)}). Type it anew."
            )


class LotField(IdentifierField):
    """A lot number as printed: at most 20 characters of a keyboard."""

    def __init__(
        self, label: str = "Lot", validators: Sequence[Any] = (), *, most: int = LOT_LENGTH, **more: Any
    ) -> None:
        super().__init__(label, validators, most=most, **more)

    def pre_validate(self, form: BaseForm) -> None:
        """Refuse what no pack prints as a lot number, with a hint where a whole code was scanned into it."""
        text = self.data or ""
        if len(text) > self.most:
            raise ValidationError(
                f"{quoted(text)} has {len(text)} characters; a lot number has at most {self.most}. "
                "It may hold more than the lot: scan it into the scan field, or type the lot from the pack."
            )
        super().pre_validate(form)
        if not all(" " <= c <= "~" for c in text):
            raise ValidationError(
                f"{quoted(text)} has a letter that no lot number has. Type it as printed on the pack."
            )


class SecretField(PasswordField):  # type: ignore[misc]
    """A password or code: kept as typed, never sent back."""

    kind = "secret"
    widget = PasswordInput(hide_value=True)

    def __init__(
        self, label: str = "", validators: Sequence[Any] = (), *, most: int = 128, hint: str = "", **more: Any
    ) -> None:
        super().__init__(label, validators, **options(hint, more))
        self.most = most

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Keep what was typed as it is; a file in its place counts as nothing."""
        if valuelist:
            self.data = valuelist[0] if isinstance(valuelist[0], str) else ""

    def pre_validate(self, form: BaseForm) -> None:
        """Refuse what is longer than any secret of ours."""
        if len(self.data or "") > self.most:
            raise ValidationError(f"This has {len(self.data):,} characters; at most {self.most} are taken.")
