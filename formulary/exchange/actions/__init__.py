"""Bringing lists in: looked at first, every bad row told, then recorded whole or not at all."""

from formulary.exchange.actions.bringing import (
    bad_fields,
    leave_file,
    look,
    record_from,
    record_list,
    store_file,
)
from formulary.exchange.actions.looking import Looked

__all__ = ["Looked", "bad_fields", "leave_file", "look", "record_from", "record_list", "store_file"]
