"""Signing in: the door opens for the right secret, and says nothing about anybody's account."""

from formulary.accounts.models import UserSession
from formulary.db import db


def test_the_right_name_and_password_open_a_session(signed_in):
    page = signed_in("pharmacist").get_ok("/accounts/me")
    assert page.h1 == "Claire Morel"
    assert db.session.scalar(db.select(db.func.count(UserSession.id))) == 1


def test_pages(signed_in, cast):
    c = signed_in("admin")
    for url in ("clinic","people","people/add","me","password","rights","choose",f"sites/{cast.site.id}","sites/add",f"sites/{cast.site.id}/policies",f"sites/{cast.site.id}/policies/tolerances",f"sites/{cast.site.id}/policies/patch_test", f"people/{cast.user('pharmacist').id}",f"people/{cast.user('pharmacist').id}/name",f"people/{cast.user('pharmacist').id}/close",f"people/{cast.user('pharmacist').id}/open",f"people/{cast.user('pharmacist').id}/roles/{cast.site.id}"):
        print(url); c.get_ok("/accounts/"+url)
    for url in ("trail","access"):
        print(c.get_ok("/audit/"+url).text[-500:])
