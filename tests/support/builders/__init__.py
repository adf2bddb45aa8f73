"""Builders: plain functions whose defaults make a valid, saved row; every one takes any column by name."""

from tests.support.builders.accounts import a_person, a_policy, a_site, a_user, an_organisation
from tests.support.builders.base import saved

__all__ = ["a_person", "a_policy", "a_site", "a_user", "an_organisation", "saved"]
