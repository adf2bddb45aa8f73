"""The blueprint that all pages of this room hang on, and what its writing views share."""

from flask import Blueprint, g

from formulary.audit import record_refusal
from formulary.rules.findings import Refused
from formulary.web.forms import Form

bp = Blueprint("accounts", __name__, url_prefix="/accounts")


def refused(act: str, refusal: Refused, form: Form) -> None:
    """Show a refusal at the form and record it; a wrong secret was recorded where it was checked."""
    if not any(finding.code.startswith("sign_in.") for finding in refusal.findings):
        record_refusal(act, refusal, by=g.actor)
    form.add_findings(refusal.findings)
