"""How an entry of the trail is told: what was there before and what is there now."""

import json
from typing import Any

from formulary.audit.models import AuditEntry

LONGEST = 160


def changes(entry: AuditEntry) -> list[tuple[str, str, str]]:
    """What an entry says of each value: its name, the old one and the new one, shortened."""
    old, new = dict(entry.old or {}), dict(entry.new or {})
    names = [name for name in {**old, **new} if old.get(name) != new.get(name)]
    return [(name.replace("_", " "), _words(old.get(name)), _words(new.get(name))) for name in names]


def _words(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
