"""The only ways to change the catalogue."""

from formulary.catalogue.actions.approving import (
    approve_formula,
    give_back_formula,
    retire_formula,
    submit_formula,
)
from formulary.catalogue.actions.care import Plan, change_protocol, retire_protocol, write_protocol
from formulary.catalogue.actions.devices import Marks, add_device, change_device, retire_device
from formulary.catalogue.actions.formulas import (
    DraftLine,
    DraftPair,
    content_of,
    draft_formula,
    revise_formula,
    unsaved,
)
from formulary.catalogue.actions.limits import (
    Figures,
    Terms,
    approve_limit,
    end_limit,
    propose_limit,
    withdraw_limit,
)
from formulary.catalogue.actions.rules import (
    RuleTerms,
    approve_rule,
    propose_rule,
    rule_content,
    withdraw_rule,
)
from formulary.catalogue.actions.statements import (
    Stated,
    approve_statement,
    propose_statement,
    withdraw_statement,
)
from formulary.catalogue.actions.washouts import approve_washout, propose_washout, withdraw_washout

__all__ = [
    "DraftLine",
    "DraftPair",
    "Figures",
    "Marks",
    "Plan",
    "RuleTerms",
    "Stated",
    "Terms",
    "add_device",
    "approve_formula",
    "approve_limit",
    "approve_rule",
    "approve_statement",
    "approve_washout",
    "change_device",
    "change_protocol",
    "content_of",
    "draft_formula",
    "end_limit",
    "give_back_formula",
    "propose_limit",
    "propose_rule",
    "propose_statement",
    "propose_washout",
    "retire_device",
    "retire_formula",
    "retire_protocol",
    "revise_formula",
    "rule_content",
    "submit_formula",
    "unsaved",
    "withdraw_limit",
    "withdraw_rule",
    "withdraw_statement",
    "withdraw_washout",
    "write_protocol",
]
