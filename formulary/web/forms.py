"""The base of every form: explicit fields, an idempotency key, a row's version, findings at their fields."""

import re
import secrets
from collections.abc import Iterable, Iterator
from typing import Any

from flask import request
from flask_wtf import FlaskForm
from werkzeug.datastructures import MultiDict
from wtforms import Field, FieldList, FormField, HiddenField, StringField, SubmitField
from wtforms import Form as PlainForm
from wtforms.form import BaseForm
from wtforms.validators import ValidationError

from formulary.rules.findings import Finding
from formulary.web.fields.base import words

KEY = re.compile(r"[A-Za-z0-9_-]{16,64}", re.ASCII)
VERSION = re.compile(r"[1-9][0-9]{0,8}", re.ASCII)
OVERRIDE = "override:"
WORDS = "words:"
FIX = "fix"
READ = "read"
LONGEST_REASON = 400
OURS = ("csrf_token", "request_key", "row_version")
SENT_AS = ("csrf_token", "key", "row_version")


class KeyField(HiddenField):  # type: ignore[misc]
    """The idempotency key: random, kept when the page comes again, replaced where it is not one of ours."""

    kind = "hidden"

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Keep a key of our shape; anything else counts as none."""
        sent = str(valuelist[0]) if valuelist else ""
        if KEY.fullmatch(sent):
            self.data = sent


class VersionField(HiddenField):  # type: ignore[misc]
    """The version of the row the form was opened on, or None."""

    kind = "hidden"

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Read a whole number."""
        sent = str(valuelist[0]) if valuelist else ""
        if sent:
            self.data = int(sent) if VERSION.fullmatch(sent) else 0

    def pre_validate(self, form: BaseForm) -> None:
        """Refuse a version that no row can have."""
        if self.data == 0:
            raise ValidationError("This page does not say which version it was opened on. Load it again.")


class SubForm(PlainForm):  # type: ignore[misc]
    """A group of fields inside a form, for `FormField`: no token and no key of its own."""

    def values(self) -> dict[str, Any]:
        """The answers of this group."""
        return {name: _value(field) for name, field in self._fields.items()}


class Form(FlaskForm):  # type: ignore[misc]
    """A form that writes. Ask `validate_on_submit()`, give `values()` and `key` to an action."""

    form_errors: list[str]
    request_key = KeyField(name="key", default=lambda: secrets.token_urlsafe(18))
    row_version = VersionField()

    def __init__(self, *args: Any, **named: Any) -> None:
        """Fill the fields; where a fix button was pressed, fill in its value too."""
        self.findings: list[Finding] = []
        self.fix = _requested_fix() if not args and "formdata" not in named else None
        if self.fix:
            named["formdata"] = _with_fix(*self.fix)
        super().__init__(*args, **named)
        if unchecked := [f.name for f in _all_fields(self) if type(f) is StringField]:
            raise TypeError(f"{unchecked} read text unchecked: take a field of formulary.web.fields")

    @property
    def reading(self) -> bool:
        """Whether the button beside the scan field was pressed: read the code, do not save yet."""
        return READ in request.form

    @property
    def key(self) -> str:
        """The idempotency key, for the action."""
        return str(self.request_key.data)

    @property
    def version(self) -> int | None:
        """The row's version when the form was opened."""
        return self.row_version.data or None

    def values(self, *leave_out: str) -> dict[str, Any]:
        """The answers by field name: the fields the form declares and nothing else that was sent."""
        asked = {name: field for name, field in self._fields.items() if name not in (*OURS, *leave_out)}
        return {name: _value(field) for name, field in asked.items() if not isinstance(field, SubmitField)}

    def fill(self, **answers: Any) -> None:
        """Put answers in place of what was typed, as after a scan; None and "" leave a field alone."""
        for name, answer in answers.items():
            if answer not in (None, ""):
                field = self._fields[name]
                field.process(None, answer)
                field.raw_data = None  # what was typed is not what the field shows any more

    def add_findings(self, findings: Iterable[Finding]) -> None:
        """Put each finding at its field, and those of no field above the form; `errors` is then not empty."""
        fields = {field.name: field for field in _all_fields(self)}
        for finding in findings:
            field = fields.get(finding.field or "")
            if field is None or field.name in SENT_AS:
                self.findings.append(finding)
                self.form_errors = [*self.form_errors, words(finding)]
            else:
                field.errors = [*field.errors, words(finding)]

    @property
    def errors(self) -> dict[Any, Any]:
        """What is wrong, by the field's name; a finding put inside a list of fields counts as well."""
        found = dict(super().errors)
        for name, field in self._fields.items():
            if inside := [list(inner.errors) for inner in _within(field) if inner.errors]:
                found.setdefault(name, inside)
        return found

    def problems(self) -> list[tuple[str, str]]:
        """Every message with the id of the field it belongs to; of no field: "" or the finding's own id."""
        at_fields = [(_anchor(f), str(text)) for f in _all_fields(self) for text in _messages(f)]
        placed = {words(f): f"finding-{n}" for n, f in enumerate(self.findings, 1)}
        return [*((placed.get(str(text), ""), str(text)) for text in self.form_errors), *at_fields]

    def overrides(self) -> dict[str, str]:
        """The reasons given, by the key of the finding they answer; empty ones are left out."""
        return _sent(OVERRIDE)

    def words(self) -> dict[str, str]:
        """What was written beside the reasons, by the key of the finding; empty ones are left out."""
        return _sent(WORDS)


class SearchForm(Form):
    """A form that only reads: sent by GET, without a token."""

    class Meta:
        csrf = False

    def __init__(self, **named: Any) -> None:
        super().__init__(formdata=request.args, **named)


def _sent(prefix: str) -> dict[str, str]:
    """The short texts sent under a prefix, by what stands behind it."""
    sent = ((name, text.strip()) for name, text in request.form.items(multi=False) if name.startswith(prefix))
    given = {name.removeprefix(prefix): text[:LONGEST_REASON] for name, text in sent}
    return {key: text for key, text in given.items() if text and text.isprintable()}


def _requested_fix() -> tuple[str, str] | None:
    name, mark, value = request.form.get(FIX, "").partition("=") if request else ("", "", "")
    return (name, value) if mark and name not in SENT_AS else None


def _with_fix(name: str, value: str) -> MultiDict[str, str]:
    sent = MultiDict(request.form)
    sent[name] = value
    return sent


def _value(field: Field) -> Any:
    if isinstance(field, FormField):
        return {name: _value(inner) for name, inner in field.form._fields.items()}
    if isinstance(field, FieldList):
        return [_value(entry) for entry in field.entries]
    return field.data


def _all_fields(form: BaseForm) -> Iterator[Field]:
    for field in form:
        yield from _within(field)


def _within(field: Field) -> Iterator[Field]:
    if isinstance(field, FormField):
        yield from _all_fields(field.form)
    elif isinstance(field, FieldList):
        for entry in field.entries:
            yield from _within(entry)
        yield field
    else:
        yield field


def _messages(field: Field) -> list[str]:
    return (
        []
        if isinstance(field, FieldList) and any(isinstance(e, list | dict) for e in field.errors)
        else list(field.errors)
    )


def _anchor(field: Field) -> str:
    kind = getattr(field, "kind", "")
    if kind == "hidden" or isinstance(field, HiddenField):
        return ""
    return f"{field.id}-0" if kind in {"radios", "checkboxes"} else str(field.id)
