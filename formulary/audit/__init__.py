"""The append-only, hash-chained record of every act and every refused attempt."""

from formulary.audit.actions import Act, log_access, record, record_many, record_refusal

__all__ = ["Act", "log_access", "record", "record_many", "record_refusal"]
