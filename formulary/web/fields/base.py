"""What all our fields share: a hint, words of our own for what is missing, and findings as messages."""

from typing import Any

from wtforms import Field
from wtforms.form import BaseForm
from wtforms.validators import InputRequired, StopValidation, ValidationError

from formulary.rules.findings import Finding, Refused

SHOWN = 40


class Required(InputRequired):  # type: ignore[misc]
    """The field must be answered; says which one it is."""

    def __call__(self, form: BaseForm, field: Field) -> None:
        """Stop with “Lot is not filled in”, unless something was sent."""
        if typed(field).strip():
            return
        field.errors[:] = []
        raise StopValidation(self.message or f"{field.label.text} is not filled in. {_how(field)}")


def _how(field: Field) -> str:
    chosen = getattr(field, "kind", "") in {"select", "radios", "checkboxes"}
    return "Choose one." if chosen else "Type it, or leave the page without saving."


def words(finding: Finding) -> str:
    """A finding as one message: what and why, then what would do."""
    return f"{finding.reason} {finding.remedy}".strip()


def refused(refusal: Refused) -> ValidationError:
    """A refusal as the message of a field."""
    return ValidationError(" ".join(words(finding) for finding in refusal.findings))


def quoted(text: str) -> str:
    """What was typed, in quotes, shortened, with what cannot be shown replaced."""
    shown = visible(text[:SHOWN])
    return f"“{shown}{'…' if len(text) > SHOWN else ''}”"


def visible(text: str) -> str:
    """The text with control characters replaced by a sign that can be seen."""
    return "".join(
        c if c.isprintable() or c in "\n\t\N{NO-BREAK SPACE}" else "\N{REPLACEMENT CHARACTER}" for c in text
    )


def options(hint: str, more: dict[str, Any]) -> dict[str, Any]:
    """The keyword arguments for WTForms, with the hint as its description."""
    return {"description": hint, **more}


def typed(field: Field) -> str:
    """What was sent for the field, or nothing."""
    return str(field.raw_data[0]) if field.raw_data else ""
