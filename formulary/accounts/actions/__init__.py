"""The only way to change a row of this room."""

from formulary.accounts.actions.clinic import (
    add_site,
    at_opening,
    change_site_facts,
    found_organisation,
    set_policy,
)
from formulary.accounts.actions.codes import next_code, next_codes
from formulary.accounts.actions.credentials import end_credential, record_credential
from formulary.accounts.actions.links import make_link, use_link
from formulary.accounts.actions.people import (
    add_user,
    change_password,
    change_roles,
    close_account,
    open_account,
    rename,
    set_demo_password,
)
from formulary.accounts.actions.sessions import (
    Opened,
    change_site,
    end_session,
    renew,
    see,
    sign_in,
    sign_out,
    token_hash,
)
from formulary.accounts.actions.signing import Proven, account_of, sign, wrong_secret
from formulary.accounts.actions.throttle import Throttled, forget_tries, take_a_try

__all__ = [
    "Opened",
    "Proven",
    "Throttled",
    "account_of",
    "add_site",
    "add_user",
    "at_opening",
    "change_password",
    "change_roles",
    "change_site",
    "change_site_facts",
    "close_account",
    "end_credential",
    "end_session",
    "forget_tries",
    "found_organisation",
    "make_link",
    "next_code",
    "next_codes",
    "open_account",
    "record_credential",
    "rename",
    "renew",
    "see",
    "set_demo_password",
    "set_policy",
    "sign",
    "sign_in",
    "sign_out",
    "take_a_try",
    "token_hash",
    "use_link",
    "wrong_secret",
]
