"""Signing in: the door opens for the right secret, and says nothing about anybody's account."""

from formulary.db import db
from formulary.accounts.models import UserSession


def test_the_right_name_and_password_open_a_session(client):
    page = client.login("pharmacist").get_ok("/accounts/me")
    assert page.h1 == "Claire Morel"
    assert db.session.scalar(db.select(db.func.count(UserSession.id))) == 1
