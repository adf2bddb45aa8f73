"""Sites and policies: one form for all sites, and one per kind of policy, made from its table."""

from decimal import Decimal
from typing import Any

from wtforms import Field
from wtforms.form import BaseForm
from wtforms.validators import ValidationError

from formulary.accounts.labels import CURRENCY_WORDS, MARKS, Answer, Part, PolicyKind, answer_of, written
from formulary.rules.findings import Refused
from formulary.rules.units import parse_number
from formulary.web import fields as f
from formulary.web import site
from formulary.web.forms import Form

_SECRET = "This is signed. Type your password."  # noqa: S105 - words, not a password


class NumberField(f.TextField):
    """A number without a unit of its own to choose, by the grammar and the decimal mark of the site."""

    def pre_validate(self, form: BaseForm) -> None:
        """Say what was typed and what would be accepted."""
        super().pre_validate(form)
        try:
            self.number = parse_number(self.data, site.mark()) if self.data else None
        except Refused as refusal:
            raise ValidationError(" ".join(f.words(finding) for finding in refusal.findings)) from refusal


class SiteForm(Form):
    """What a site is, and where it asks for a second person."""

    name = f.TextField("Name", [f.Required()])
    zone = f.IdentifierField("Time zone", [f.Required()], hint="Such as Europe/Paris.")
    decimal_mark = f.OneOf("Decimal mark", [f.Required("Choose one.")], choices=f.choices(MARKS.items()))
    verify = f.YesField("Another person verifies each prescription")
    release = f.YesField("Another person releases each preparation")
    solo = f.YesField(
        "One clinician alone",
        hint="A second person becomes a delay, a second entry and a typed reason; labels say SELF-CHECKED.",
    )
    secret = f.SecretField("Your password", [f.Required(_SECRET)])


def site_form(row: Any = None) -> SiteForm:
    """The form, filled with a site or with what is usual."""
    if row is None:
        return SiteForm(data={"decimal_mark": ".", "verify": True, "release": True})
    return SiteForm(obj=row)


class PolicyForm(Form):
    """A decision of a site: what was decided, after which edition, from when."""

    undecided = f.YesField("This site has not decided", hint="The answers above then count no more.")
    edition = f.TextField("Edition", hint="Of the standard or of your own document, such as SOP 7, 2026.")
    source = f.TextField("Source", most=400, hint="Where it can be read again.")
    valid_from = f.DateField("In force from", [f.Required()])
    secret = f.SecretField("Your password", [f.Required(_SECRET)])
    kind: PolicyKind

    def answers(self) -> list[Field]:
        """The fields of this kind of policy, in its order."""
        return [self[_name(part)] for part in self.kind.parts]

    def value(self) -> Any:
        """The decision as it is stored; None where there is none."""
        if self.undecided.data:
            return None
        given = {part.name: _stored(part, self[_name(part)]) for part in self.kind.parts}
        given = {name: value for name, value in given.items() if value is not None}
        return given.get("") if "" in given else given or None

    def validate(self, extra_validators: Any = None) -> bool:
        """Each answer for itself; then something must be decided, or nothing on purpose."""
        if not super().validate(extra_validators):
            return False
        if self.undecided.data or self.value() is not None:
            return True
        self.undecided.errors = ["Nothing is decided. Give an answer, or tick that there is none."]
        return False


def policy_form(kind: PolicyKind, value: Any, mark: str, **data: Any) -> PolicyForm:
    """The form of one kind of policy, filled with what is in force."""
    made = {_name(part): _field(part) for part in kind.parts}
    filled = {_name(part): _filled(part, answer_of(part, value), mark) for part in kind.parts}
    one: type[PolicyForm] = type("OnePolicyForm", (PolicyForm,), {"kind": kind, **made})
    return one(data={**filled, **data})


def _name(part: Part) -> str:
    return part.name or "answer"


def _field(part: Part) -> Field:
    label = f"{part.label}, {part.unit}" if part.unit and part.answer is not Answer.COUNT else part.label
    if part.answer is Answer.YES_OR_NO:
        return f.AnswerField(part.label, unasked="Not decided", hint=part.hint)
    if part.answer is Answer.COUNT:
        return f.CountField(part.label, most=3650, word=part.unit, hint=part.hint)
    if part.answer is Answer.CURRENCY:
        return f.ChoiceField(
            part.label, choices=f.choices(CURRENCY_WORDS, empty="Not decided"), hint=part.hint
        )
    return (f.TextField if part.answer is Answer.TEXT else NumberField)(label, hint=part.hint)


def _filled(part: Part, value: Any, mark: str) -> Any:
    if part.answer is Answer.COUNT:
        return None if value is None else int(value)
    return value if part.answer is Answer.YES_OR_NO else written(part, value, mark)


def _stored(part: Part, field: Field) -> Any:
    if part.answer in (Answer.NUMBER, Answer.PERCENT):
        number: Decimal | None = getattr(field, "number", None)
        scale = 100 if part.answer is Answer.PERCENT else 1
        return None if number is None else format((number / scale).normalize(), "f")
    if part.answer is Answer.COUNT and part.name:
        return None if field.data is None else str(field.data)
    return field.data if field.data != "" else None
