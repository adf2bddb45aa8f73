"""People, their roles, and why an account was closed."""

from formulary.accounts.labels import CREDENTIAL_WORDS, ROLE_WORDS
from formulary.accounts.permissions import Role
from formulary.web import fields as f
from formulary.web.forms import Form


class NewPersonForm(Form):
    """A person with an account and the first roles at one site."""

    name = f.TextField("Name", [f.Required()], hint="As it is printed beside a signature.")
    username = f.IdentifierField("Name to sign in with", [f.Required()], hint="Such as m.roux.")
    site_id = f.IdSelect("Site", [f.Required()])
    roles = f.SeveralOf(
        "Roles there", [f.Required("Choose one role or more.")], choices=f.choices(ROLE_WORDS)
    )

    def chosen(self) -> frozenset[Role]:
        """The roles."""
        return frozenset(Role(value) for value in self.roles.data or ())


class RolesForm(Form):
    """Which roles somebody has at one site; none is an answer."""

    roles = f.SeveralOf("Roles", choices=f.choices(ROLE_WORDS))

    def chosen(self) -> frozenset[Role]:
        """The roles."""
        return frozenset(Role(value) for value in self.roles.data or ())


class PersonForm(Form):
    """How a person is called."""

    name = f.TextField("Name", [f.Required()])


class CredentialForm(Form):
    """What entitles a person, from a day through another one."""

    kind = f.ChoiceField("Entitles to", [f.Required()], choices=f.choices(CREDENTIAL_WORDS))
    authority = f.TextField(
        "Authority and what it gave", [f.Required()], most=120, hint="Such as Ordre des médecins, licence."
    )
    number = f.IdentifierField("Number", most=60)
    valid_from = f.DateField("Valid from", [f.Required()])
    valid_to = f.DateField(
        "Valid through", [f.Required()], hint="Where it names no end: the day on which to look at it again."
    )


class ReasonForm(Form):
    """Why."""

    reason = f.TextField("Reason", [f.Required("Say why, in a few words.")], most=400)
