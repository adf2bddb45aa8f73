"""Every state a page can show: its class, its icon and its word, in one table."""

from dataclasses import dataclass

from formulary.rules.findings import Finding, Level, Result


@dataclass(frozen=True, slots=True)
class State:
    """How a state is drawn: one of the nine classes of the sheet, an icon, and its word."""

    css: str
    icon: str
    word: str


_ICONS = {
    "pass": "check-circle-fill",
    "info": "info-circle-fill",
    "warn": "exclamation-triangle-fill",
    "stop": "exclamation-octagon-fill",
    "block": "slash-circle-fill",
    "unknown": "question-circle-fill",
    "held": "pause-circle-fill",
    "expired": "calendar-x",
    "live": "record-circle",
}
# name: (class, word, icon where it is not the class's own)
_TABLE = {
    # verdicts
    "pass": ("pass", "pass", ""),
    "info": ("info", "for information", ""),
    "warn": ("warn", "warning", ""),
    "stop": ("stop", "STOP", ""),
    "block": ("block", "not allowed", ""),
    "unknown": ("unknown", "unknown", ""),
    "not_applicable": ("info", "does not apply", "dash-circle"),
    "accepted": ("info", "accepted", "check-lg"),
    # lots and vials
    "usable": ("pass", "usable", ""),
    "available": ("pass", "usable", ""),
    "sealed": ("pass", "sealed", ""),
    "open": ("live", "open", "droplet-half"),
    "quarantined": ("held", "in quarantine", "shield-exclamation"),
    "held": ("held", "held", ""),
    "expired": ("expired", "expired", ""),
    "expiring": ("warn", "expires soon", ""),
    "beyond_use": ("expired", "beyond use", ""),
    "lapsed": ("expired", "lapsed", ""),
    "soon": ("warn", "soon over", "clock"),
    "exhausted": ("info", "exhausted", ""),
    "empty": ("info", "empty", "circle"),
    "reserved": ("live", "reserved", "pin-angle-fill"),
    "in_transit": ("live", "in transit", "truck"),
    "wasted": ("info", "wasted", "trash3"),
    "returned": ("info", "returned", "arrow-return-left"),
    "destroyed": ("info", "destroyed", "trash3"),
    "lost": ("unknown", "not accounted for", ""),
    # orders
    "sent": ("live", "sent", "truck"),
    "partly_received": ("live", "partly received", "truck"),
    "received": ("pass", "received", ""),
    # cocktails, preparations, administrations
    "draft": ("info", "draft", "pencil-square"),
    "prescribed": ("live", "prescribed", "pen"),
    "verified": ("live", "verified", "clipboard2-check"),
    "in_preparation": ("live", "in preparation", ""),
    "prepared": ("live", "prepared", "hourglass-split"),
    "released": ("pass", "released", ""),
    "administering": ("live", "being given", "eyedropper"),
    "in_time": ("live", "in time", "clock"),
    "administered": ("info", "session closed", "lock-fill"),
    "given": ("pass", "given", ""),
    "paused": ("warn", "paused", "pause-circle-fill"),
    "partly_given": ("warn", "partly given", ""),
    "not_given": ("info", "not given", "x-lg"),
    "cancelled": ("info", "cancelled", "x-lg"),
    "superseded": ("info", "superseded", "clock-history"),
    "self_checked": ("warn", "SELF-CHECKED", ""),
    "amended": ("info", "amended", "pencil-square"),
    "recorded_late": ("warn", "recorded late", "clock-history"),
    "emergency": ("warn", "emergency", ""),
    # patch tests
    "planned": ("info", "planned", "calendar-event"),
    "applied": ("live", "applied", "bandaid"),
    "reading_due": ("live", "reading due", "bandaid"),
    "overdue": ("warn", "reading overdue", ""),
    "read": ("live", "read", "eye"),
    "pending": ("unknown", "not concluded", "hourglass-split"),
    "concluded": ("pass", "concluded", ""),
    "negative": ("pass", "negative", ""),
    "doubtful": ("warn", "doubtful", ""),
    "positive": ("stop", "positive", ""),
    "invalid": ("unknown", "not valid", ""),
    "missing": ("unknown", "none on record", ""),
    # patients
    "valid": ("pass", "valid", ""),
    "withdrawn": ("stop", "withdrawn", ""),
    "not_asked": ("unknown", "not asked", ""),
    "allergy": ("warn", "allergy", ""),
    "break_glass": ("warn", "emergency access", "key"),
    # recalls, counts, formulas, people
    "opened": ("live", "open", ""),
    "contained": ("held", "contained", ""),
    "notified": ("live", "notified", "megaphone"),
    "reconciled": ("pass", "reconciled", ""),
    "closed": ("info", "closed", "lock-fill"),
    "drill": ("warn", "DRILL", "stopwatch"),
    "reached": ("pass", "reached", "telephone"),
    "not_tried": ("unknown", "not tried", "telephone"),
    "confirmed": ("stop", "confirmed", ""),
    "probable": ("warn", "probable", ""),
    "possible": ("unknown", "possible", ""),
    "imported": ("info", "imported", "download"),
    "balances": ("pass", "balances", ""),
    "in_review": ("live", "in review", "eye"),
    "approved": ("pass", "approved", "shield-check"),
    "retired": ("info", "retired", "clock-history"),
    "active": ("pass", "active", ""),
    "disabled": ("info", "disabled", "person-x"),
    "locked": ("warn", "waits", "lock-fill"),
}
STATES = {name: State(css, icon or _ICONS[css], word) for name, (css, word, icon) in _TABLE.items()}
_WORDS = {Level.INFO: "Note", Level.WARN: "Warning", Level.STOP: "STOP", Level.BLOCK: "Not allowed"}


def state(name: str) -> State:
    """How the named state is drawn; a name that is not in the table is a fault of ours (KeyError)."""
    return STATES[str(name).lower()]


def css_of(finding: Finding) -> str:
    """The class of a finding; unknown is never drawn as anything else, except where a formula accepted it."""
    if finding.accepted:
        return "info"
    if finding.result is Result.UNKNOWN:
        return "unknown"
    return (finding.level or Level.INFO).name.lower()


def of_finding(finding: Finding) -> State:
    """How a finding is headed: "STOP, line 3", "Unknown, asks a co-signature", "Warning"."""
    css = css_of(finding)
    return State(
        css, _ICONS[css], f"{_head(finding)}, line {finding.line}" if finding.line else _head(finding)
    )


def _head(finding: Finding) -> str:
    if finding.accepted:
        return "Accepted"
    level = finding.level or Level.INFO
    if finding.result is Result.UNKNOWN:
        return {Level.STOP: "Unknown, STOP", Level.BLOCK: "Unknown, not allowed"}.get(level, "Unknown")
    return _WORDS[level]
