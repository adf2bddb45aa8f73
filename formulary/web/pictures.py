"""Photographs that people bring: read as pictures and written anew, so that nothing hidden is kept."""

from dataclasses import dataclass
from io import BytesIO

from PIL import ExifTags, Image

from formulary.rules.findings import Refused, refuse
from formulary.web.files import media_of

MOST_PIXELS = 50_000_000
QUALITY = 90
TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""How a picture is turned by the orientation of its EXIF; 1 is upright."""
FORMATS = {"jpeg": "JPEG", "png": "PNG"}


@dataclass(frozen=True)
class Picture:
    """A picture as it is kept: no EXIF, no place, no comment, upright."""

    media: str
    content: bytes
    width: int
    height: int


def cleaned(raw: bytes) -> Picture:
    """The picture drawn anew from its points, upright as its camera meant it; nothing else of the file stays.

    Refuses nothing at all, whatever is no JPEG or PNG by its content (a program, an SVG with its scripts, a
    PDF), a picture of more than 50 million points, and one that cannot be read to its end.
    """
    media = media_of(raw)
    if not raw:
        raise _refused("photo.none", "No photo was chosen.", "Choose one.")
    if media not in FORMATS:
        told = "This file is no photo: it is neither JPEG nor PNG inside, whatever it is called."
        raise _refused("photo.not_a_photo", told, "Take a JPEG or PNG.")
    try:
        return _drawn_anew(raw, media)
    except (
        OSError,
        SyntaxError,
        ValueError,
        Image.DecompressionBombError,
        Image.DecompressionBombWarning,
    ) as e:
        told = "This photo cannot be read to its end; it may be broken."
        raise _refused("photo.broken", told, "Save it anew, or take another.") from e


def _drawn_anew(raw: bytes, media: str) -> Picture:
    with Image.open(BytesIO(raw), formats=(FORMATS[media],)) as opened:
        if opened.width * opened.height > MOST_PIXELS:
            told = "This photo has more than 50 million points."
            raise _refused("photo.too_many_points", told, "Make it smaller.")
        turn = _turn(opened)
        upright = (opened.transpose(turn) if turn else opened).convert("RGB")
    upright.info.clear()
    kept = BytesIO()
    upright.save(kept, FORMATS[media], quality=QUALITY)
    return Picture(media, kept.getvalue(), upright.width, upright.height)


def _turn(opened: Image.Image) -> Image.Transpose | None:
    """How the camera held it; what cannot be read of a damaged EXIF block counts as upright."""
    try:
        return TURNS.get(opened.getexif().get(ExifTags.Base.Orientation, 1))
    except (
        Exception
    ):  # Pillow raises whatever its readers meet in the block: struct.error, TypeError, KeyError
        return None


def _refused(code: str, told: str, remedy: str) -> Refused:
    return refuse(code, "the photo", told, remedy, field="photo")
