"""Passwords: long enough, not one of the first tried, not a name; any composition; hashed as argon2id."""

import hashlib

import pytest

from formulary.accounts.actions import passwords
from formulary.rules.findings import Refused


def code_of(secret, *names):
    try:
        passwords.check_password(secret, *names)
    except Refused as refusal:
        return refusal.findings[0].code
    return ""


@pytest.mark.parametrize(
    ("secret", "code"),
    [
        ("a" * 11, "password.length"),
        ("elevenchars", "password.length"),
        ("twelve-chars", ""),
        ("x7" * 64, ""),
        ("x7" * 64 + "x", "password.length"),
        ("correct horse battery", ""),
        ("éèêëéèêëéèêë", ""),
        ("000000000000", "password.common"),
        ("aaaaaaaaaaaaaaaa", "password.common"),
        ("qwerty123456", "password.common"),
        ("JustinBieber", "password.common"),
        ("formulary", "password.length"),
    ],
)
def test_what_is_taken(secret, code):
    assert code_of(secret) == code


@pytest.mark.parametrize("secret", ["les tilleuls", "LES TILLEULS", "manon.roux-1"])
def test_no_name_that_is_known_here(secret):
    assert code_of(secret, "Les Tilleuls", "manon.roux-1") == "password.name"


def test_the_list_is_the_one_that_was_taken():
    told = passwords.COMMON.with_name("SOURCE.md").read_text(encoding="utf-8")
    assert hashlib.sha256(passwords.COMMON.read_bytes()).hexdigest() in told
    assert len(passwords.common_passwords()) >= 10_000
    assert passwords.COMMON.with_name("LICENSE").exists()


def test_the_hash_is_argon2id_with_the_figures_asked_for():
    assert passwords.hashed("twelve-chars").startswith("$argon2id$v=19$m=19456,t=2,p=1$")


def test_equal_passwords_have_unequal_hashes():
    assert passwords.hashed("twelve-chars") != passwords.hashed("twelve-chars")


@pytest.mark.parametrize(
    ("stored", "secret", "right"),
    [
        ("twelve-chars", "twelve-chars", True),
        ("twelve-chars", "twelve-chars ", False),
        ("Å" * 12, "Å" * 12, True),
        ("Å" * 12, "A\u030a" * 12, True),
    ],
)
def test_matching(stored, secret, right):
    assert passwords.matches(passwords.hashed(stored), secret) is right


@pytest.mark.parametrize("stored", ["", "not a hash", "$argon2id$v=19$m=1"])
def test_what_is_no_hash_matches_nothing(stored):
    assert passwords.matches(stored, "twelve-chars") is False
