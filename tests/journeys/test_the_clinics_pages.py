"""The pages of people, sites, policies and trail, in a browser: accessible, and as wide as the screen."""

import pytest

from formulary.accounts.models import Site, User
from formulary.db import db
from tests.support.browser import DESK, PHONE


@pytest.fixture
def pages(app):
    """The address of each page, by the name of its picture."""
    site = db.session.scalar(db.select(Site.id).order_by(Site.id).limit(1))
    user = db.session.scalar(db.select(User.id).filter_by(username="technician"))
    return {
        "clinic": "/accounts/clinic",
        "site": f"/accounts/sites/{site}",
        "policies": f"/accounts/sites/{site}/policies",
        "policy": f"/accounts/sites/{site}/policies/tolerances",
        "people": "/accounts/people",
        "add_person": "/accounts/people/add",
        "person": f"/accounts/people/{user}",
        "roles": f"/accounts/people/{user}/roles/{site}",
        "close": f"/accounts/people/{user}/close",
        "me": "/accounts/me",
        "password": "/accounts/password",
        "choose": "/accounts/choose",
        "rights": "/accounts/rights",
        "trail": "/audit/trail",
        "access": "/audit/access",
    }


# What a browser shows does not depend on the database.
@pytest.mark.databases("sqlite")
@pytest.mark.parametrize("screen", [DESK, PHONE], ids=["desk", "phone"])
def test_every_page_of_the_administrator_fits_and_is_accessible(browse, pages, screen):
    admin = browse("admin", screen=screen)
    for name, path in pages.items():
        admin.open(path).is_accessible().fits().shot(f"{name}_{screen[0]}")


# As above.
@pytest.mark.databases("sqlite")
def test_the_door_is_accessible_also_when_it_stays_shut(browse):
    stranger = browse(screen=PHONE)
    stranger.open("/accounts/sign-in").is_accessible().fits().shot("sign_in")
    stranger.fill("Name", "pharmacist").fill("Password", "not-the-password").press("Sign in")
    stranger.sees("You are not signed in").is_accessible().fits().shot("sign_in_refused")
