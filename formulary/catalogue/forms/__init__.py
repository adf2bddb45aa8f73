"""The search box of the catalogue, and the signature under a formula."""

from formulary.catalogue.forms.care import ProtocolChangeForm, ProtocolForm
from formulary.catalogue.forms.limits import DeviceForm, EndForm, LimitForm, WithdrawForm
from formulary.catalogue.forms.rules import EndRuleForm, RuleForm
from formulary.catalogue.forms.statements import BasisForm, FactorForm, OsmolalityForm
from formulary.catalogue.forms.washouts import WashoutForm
from formulary.web import fields as f
from formulary.web.forms import Form, SearchForm

__all__ = [
    "ApproveForm",
    "BasisForm",
    "DeviceForm",
    "EndForm",
    "EndRuleForm",
    "FactorForm",
    "FindForm",
    "LimitForm",
    "OsmolalityForm",
    "ProtocolChangeForm",
    "ProtocolForm",
    "RuleForm",
    "WashoutForm",
    "WithdrawForm",
]

ROLES = [("", "Everything"), ("active", "Active"), ("diluent", "Diluents"), ("excipient", "Excipients")]


class FindForm(SearchForm):
    """A part of a name, another name, a class or a product."""

    q = f.TextField("Name, other name or product")
    role = f.ChoiceField("Kind", choices=f.choices(ROLES))


class ApproveForm(Form):
    """The password once more: an approval is signed."""

    secret = f.SecretField("Your password", [f.Required()])
