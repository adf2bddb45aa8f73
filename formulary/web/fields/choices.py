"""The fields of choices: allow-listed values, ids that both databases hold, and three-valued answers."""

import re
from collections.abc import Callable, Iterable, Sequence
from enum import Enum
from typing import Any

from wtforms import BooleanField, HiddenField, RadioField, SelectField, SelectMultipleField
from wtforms.fields import SelectChoice
from wtforms.form import BaseForm
from wtforms.validators import ValidationError
from wtforms.widgets import HiddenInput

from formulary.web.fields.base import options, typed

LARGEST_ID = 2**31 - 1
_ID = re.compile(r"[1-9][0-9]{0,9}", re.ASCII)
_GONE = "This choice is not offered here any more. Choose one from the list."
_TELLING = {"invalid_value_message": _GONE, "invalid_choice_message": _GONE}

Pairs = Iterable[tuple[Any, str]] | type[Enum]


def choices(pairs: Pairs, empty: str | None = None) -> list[SelectChoice]:
    """The options from (value, words) pairs or an enum; `empty` is the words of the answer "none yet"."""
    if isinstance(pairs, type):
        pairs = [(member.value, member.value.replace("_", " ")) for member in pairs]
    made = [SelectChoice(str(value), words) for value, words in pairs]
    return made if empty is None else [SelectChoice("", empty), *made]


def read_id(value: Any) -> int | None:
    """An id of a row, or None for no answer; ValueError for anything that is no id."""
    text = str(value) if value is not None else ""
    if not text:
        return None
    if not _ID.fullmatch(text) or int(text) > LARGEST_ID:
        raise ValueError("not an id")
    return int(text)


def _member(enum: type[Enum]) -> Callable[[Any], Enum | None]:
    return lambda value: None if value in (None, "") else value if isinstance(value, enum) else enum(value)


class ChoiceField(SelectField):  # type: ignore[misc]
    """One of a list, shown as a select; with `enum` the data is its member."""

    kind = "select"

    def __init__(
        self,
        label: str = "",
        validators: Sequence[Any] = (),
        *,
        choices: Any = (),
        enum: type[Enum] | None = None,
        empty: str | None = None,
        hint: str = "",
        **more: Any,
    ) -> None:
        offered = _choices(enum, empty) if enum and not choices else choices
        coerce = more.pop("coerce", _member(enum) if enum else str)
        super().__init__(label, validators, choices=offered, coerce=coerce, **_TELLING, **options(hint, more))


def _choices(enum: type[Enum], empty: str | None) -> list[SelectChoice]:
    return choices(enum, empty)


class OneOf(RadioField):  # type: ignore[misc]
    """One of a few, all in sight."""

    kind = "radios"
    data: Any

    def __init__(
        self,
        label: str = "",
        validators: Sequence[Any] = (),
        *,
        choices: Any = (),
        enum: type[Enum] | None = None,
        hint: str = "",
        **more: Any,
    ) -> None:
        offered = _choices(enum, None) if enum and not choices else choices
        coerce = more.pop("coerce", _member(enum) if enum else str)
        super().__init__(label, validators, choices=offered, coerce=coerce, **_TELLING, **options(hint, more))

    def pre_validate(self, form: BaseForm) -> None:
        """Refuse what is not offered; nothing chosen is for `Required` to refuse."""
        if typed(self):
            super().pre_validate(form)
        else:
            self.data = None


class AnswerField(OneOf):
    """Yes, no, or not asked, which is unknown and never no: True, False or None."""

    def __init__(
        self, label: str = "", validators: Sequence[Any] = (), *, unasked: str = "Not asked", **more: Any
    ) -> None:
        pairs = choices([("yes", "Yes"), ("no", "No"), ("unknown", unasked)])
        super().__init__(label, validators, choices=pairs, coerce=_answer, **more)


def _answer(value: Any) -> bool | None:
    answers = {"yes": True, "no": False, "unknown": None, "": None}
    return (
        answers[value]
        if isinstance(value, str) and value in answers
        else value
        if isinstance(value, bool)
        else None
    )


class IdSelect(ChoiceField):
    """A row chosen by its id."""

    def __init__(self, label: str = "", validators: Sequence[Any] = (), **more: Any) -> None:
        super().__init__(label, validators, coerce=read_id, **more)


class SeveralOf(SelectMultipleField):  # type: ignore[misc]
    """Any number of a list, shown as checkboxes."""

    kind = "checkboxes"

    def __init__(
        self,
        label: str = "",
        validators: Sequence[Any] = (),
        *,
        choices: Any = (),
        hint: str = "",
        **more: Any,
    ) -> None:
        super().__init__(label, validators, choices=choices, **_TELLING, **options(hint, more))


class IdSeveral(SeveralOf):
    """Rows chosen by their ids."""

    def __init__(self, label: str = "", validators: Sequence[Any] = (), **more: Any) -> None:
        super().__init__(label, validators, coerce=read_id, **more)


class YesField(BooleanField):  # type: ignore[misc]
    """A box that is ticked or not."""

    kind = "yes"

    def __init__(
        self, label: str = "", validators: Sequence[Any] = (), *, hint: str = "", **more: Any
    ) -> None:
        super().__init__(label, validators, **options(hint, more))


class IdField(HiddenField):  # type: ignore[misc]
    """A hidden id; what is no id is refused."""

    kind = "hidden"
    widget = HiddenInput()

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Read the id."""
        if not valuelist:
            return
        try:
            self.data = read_id(valuelist[0])
        except ValueError:
            self.data = None

    def pre_validate(self, form: BaseForm) -> None:
        """Refuse what was sent and is no id."""
        if typed(self) and self.data is None:
            raise ValidationError(
                "This page names something that does not exist. Open it again from the list."
            )
