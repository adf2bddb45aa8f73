"""What one person alone does not take back: a reaction that was read. Another person signs beside them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from formulary.accounts import Actor, Permission
from formulary.accounts import actions as accounts_actions
from formulary.patch_tests.models import PatchTest
from formulary.rules.findings import inputs_hash, refuse

FIELD = "signer-username"


def another_person(test: PatchTest, cosigner: Actor | None, by: Actor) -> Actor:
    """Who co-signs: refused where there is nobody, where it is oneself, or who has no right to."""
    if cosigner is None:
        told = "A reaction was read, and nobody takes one back alone."
        remedy = "A second person who may co-sign gives name and password here."
        raise refuse("test.cosign", test.code, told, remedy, field=FIELD, rule="T2")
    if cosigner.person_id == by.person_id or not cosigner.may(Permission.COSIGN):
        told = f"{cosigner.name} is not another person who may co-sign."
        remedy = "Ask another pharmacist or practitioner of this site."
        raise refuse("test.cosigner", test.code, told, remedy, field=FIELD, rule="T2")
    return cosigner


def sign_beside(test: PatchTest, cosigner: Actor, told: Mapping[str, Any], why: str, *, at: datetime) -> None:
    """The second person's signature, bound to what is taken back and why."""
    signed = inputs_hash(test.id, dict(told), why)
    accounts_actions.sign(cosigner, meaning="co-signed", subject=test, signed_hash=signed, at=at)
