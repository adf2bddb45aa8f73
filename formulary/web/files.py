"""What a brought file is, by its first bytes and never by its name, and how it is given back."""

from dataclasses import dataclass

from flask import Response

from formulary.web.headers import CSP

MEDIA = {
    "pdf": ("application/pdf", (b"%PDF-",)),
    "png": ("image/png", (b"\x89PNG\r\n\x1a\n",)),
    "jpeg": ("image/jpeg", (b"\xff\xd8\xff",)),
}
SANDBOX = f"{CSP}; sandbox"


@dataclass(frozen=True)
class Brought:
    """A file that was kept: its media, its content, and the name that we give it."""

    media: str
    content: bytes
    stem: str


def media_of(raw: bytes) -> str | None:
    """`pdf`, `png` or `jpeg`; None for anything else, whatever it is called."""
    return next((name for name, (_, starts) in MEDIA.items() if raw.startswith(starts)), None)


def answer(brought: Brought) -> Response:
    """The file as a download, which no browser opens in the place of a page."""
    answered = Response(brought.content, mimetype=MEDIA[brought.media][0])
    answered.headers.set("Content-Disposition", "attachment", filename=f"{brought.stem}.{brought.media}")
    answered.headers["Content-Security-Policy"] = SANDBOX
    answered.headers["X-Content-Type-Options"] = "nosniff"
    return answered
