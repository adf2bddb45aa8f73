"""Where a page may send the browser next: inside the house only."""

from urllib.parse import urlsplit


def local_path(target: str | None, otherwise: str) -> str:
    """The target where it is a path of ours: one slash first, no backslash, no control character."""
    if not target or not target.startswith("/") or target.startswith("//") or "\\" in target:
        return otherwise
    if any(not char.isprintable() for char in target):
        return otherwise
    parts = urlsplit(target)
    return otherwise if parts.scheme or parts.netloc else target
