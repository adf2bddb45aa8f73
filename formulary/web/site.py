"""What the present request's site decides about how things are written: its decimal mark and its zone."""

from zoneinfo import ZoneInfo

from flask import g, has_request_context


def _of_site(name: str, otherwise: str) -> str:
    site = g.get("site") if has_request_context() else None
    return str(getattr(site, name, None) or otherwise)


def mark() -> str:
    """The decimal mark of the site, a point where there is no site (as on the sign-in page)."""
    return _of_site("decimal_mark", ".")


def zone() -> ZoneInfo:
    """The zone in which the site reads its clocks, UTC where there is no site."""
    return ZoneInfo(_of_site("zone", "UTC"))
