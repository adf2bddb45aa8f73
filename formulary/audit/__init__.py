"""The append-only, hash-chained record of every act and every refused attempt."""

from formulary.audit.actions import log_access, record, record_refusal

__all__ = ["log_access", "record", "record_refusal"]
