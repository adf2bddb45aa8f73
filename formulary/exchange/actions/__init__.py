"""Bringing lists in: looked at first, every bad row told, then recorded whole or not at all."""

from formulary.exchange.actions.bringing import (
    bad_fields,
    content_of,
    forget_old,
    leave_file,
    look,
    record_from,
    record_list,
    store_file,
)
from formulary.exchange.actions.looking import Looked

__all__ = [
    "Looked",
    "bad_fields",
    "content_of",
    "forget_old",
    "leave_file",
    "look",
    "record_from",
    "record_list",
    "store_file",
]
