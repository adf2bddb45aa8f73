"""Addresses of static files with the hash of their content, so that they may be kept for a year."""

import hashlib
import json
from functools import cache, lru_cache
from pathlib import Path

from flask import has_request_context, request, url_for
from markupsafe import Markup

STATIC = Path(__file__).parent.parent / "static"
SPRITE = "vendor/bootstrap-icons/icons.svg"
_ICON = Markup('<svg class="%s" aria-hidden="true"><use href="%s#%s"/></svg>')


@cache
def version(path: str) -> str:
    """The first digits of the file's hash; raises FileNotFoundError for a name that is not there."""
    return hashlib.sha256((STATIC / path).read_bytes()).hexdigest()[:12]


def asset(path: str) -> str:
    """The address of a static file, with its content's hash in the query."""
    return _address(path, request.script_root if has_request_context() else None)


@lru_cache(1024)
def _address(path: str, _root: str | None) -> str:
    """Built once for where the app is mounted: a page asks for some of them a hundred times."""
    return url_for("static", filename=path, v=version(path))


@cache
def _manifest() -> dict[str, str]:
    recorded: dict[str, str] = json.loads((STATIC / "vendor" / "manifest.json").read_text(encoding="utf-8"))
    return recorded


def integrity(path: str) -> str:
    """The recorded sha384 of a vendored file, for its integrity attribute."""
    return _manifest()[f"formulary/static/{path}"]


def icon(name: str, css: str = "icon") -> Markup:
    """An icon of the sprite, hidden from screen readers: words beside it say what it means."""
    return _icon(css, asset(SPRITE), name)


@lru_cache(1024)
def _icon(css: str, sprite: str, name: str) -> Markup:
    return _ICON % (css, sprite, name)
