"""Signing in, signing on the same screen, and one's own password."""

from typing import Any

from wtforms.form import BaseForm
from wtforms.validators import ValidationError

from formulary.web import fields as f
from formulary.web.forms import Form, SubForm

NEW_HINT = "12 characters or more, such as four words that do not belong together."
_NAME = "Type your name."
_SECRET = "Type your password."  # noqa: S105 - words, not a password


class SignInForm(Form):
    """The door."""

    username = f.IdentifierField("Name", [f.Required(_NAME)])
    password = f.SecretField("Password", [f.Required(_SECRET)])


class PerhapsSignerForm(SubForm):
    """A second person on the same screen where one is needed: both fields may stay empty."""

    username = f.IdentifierField("Second person's name")
    secret = f.SecretField("Second person's password")


def own_signature(**more: Any) -> f.SecretField:
    """The field in which one signs an act with one's own password, every time."""
    return f.SecretField("Your password, to sign", **more)


class ChooseForm(Form):
    """At which site one goes on."""

    site_id = f.IdSelect("Site", [f.Required()])


class LinkForm(Form):
    """A new password behind a one-time link."""

    password = f.SecretField("New password", [f.Required()], hint=NEW_HINT)
    again = f.SecretField("The same once more", [f.Required()])

    def validate_again(self, field: BaseForm) -> None:
        """Both must be equal."""
        if field.data != self.password.data:
            raise ValidationError("The two differ. Type the same twice.")


class PasswordForm(LinkForm):
    """Another password, after the one in use."""

    secret = f.SecretField("Password in use", [f.Required(_SECRET)])
