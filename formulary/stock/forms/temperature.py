"""What people type about temperatures: a range, a reading, a correction."""

import base64
import binascii
import zlib

from wtforms.widgets import HiddenInput

from formulary.rules.storage import Clocks
from formulary.stock.labels.loggers import CLOCKS
from formulary.stock.labels.temperature import DECISIONS
from formulary.web import fields as f
from formulary.web.forms import Form

MOST_MINUTES = 60 * 24 * 31
LARGEST_FILE = 4 * 1024 * 1024
LARGEST_TEXT, LARGEST_KEPT = 100_000, 380_000


class RangeForm(Form):
    """Between what a place is kept, how often it is read, and who says so."""

    low_tenths = f.DegreesField("Not below", hint="Empty: nobody has said.")
    high_tenths = f.DegreesField("Not above")
    reading_every = f.CountField(
        "Minutes between two readings, at most", most=MOST_MINUTES, word="min",
        hint="Empty: no reading is ever missing.",
    )  # fmt: skip
    reason = f.TextField("Why", [f.Required("Say who stated it, and where.")], most=400)


class ReadingForm(Form):
    """What the thermometer shows; a time in the past makes it a late entry."""

    tenths = f.DegreesField("It shows", [f.Required("Type what the thermometer shows.")])
    taken_at = f.InstantField("Read at", hint="Leave it empty for now.")
    late_reason = f.TextField("Why it is entered late", most=400)


class CorrectReadingForm(Form):
    """What the thermometer showed, and why something else was written down."""

    tenths = f.DegreesField("It showed", [f.Required("Type what the thermometer showed.")])
    reason = f.TextField("What was wrong", [f.Required("Say what was wrong.")], most=400)


class OpenExcursionForm(Form):
    """Nothing is asked: what the readings say is taken."""


class HoldInsideForm(Form):
    """Which of what was inside is held, and why."""

    chosen = f.SeveralOf("What to hold")
    reason = f.NotesField("Why", [f.Required("Say what was seen.")])


class DecideForm(Form):
    """What becomes of what was inside, and what that rests on."""

    decision = f.ChoiceField(
        "Decision", [f.Required("Choose what becomes of it.")],
        choices=f.choices(list(DECISIONS.items()), empty="Choose…"),
    )  # fmt: skip
    reason = f.NotesField("What it rests on", [f.Required("Say what it rests on.")])


class LoggerForm(Form):
    """The file of a logger, or its text; `kept` is the file that was looked at, packed, for recording it."""

    file = f.UploadField("File", most=LARGEST_FILE, hint="CSV with the columns time and value.")
    text = f.NotesField("Or paste what stands in it", most=LARGEST_TEXT)
    clocks = f.ChoiceField(
        "How the clock of the logger runs", enum=Clocks, choices=f.choices(list(CLOCKS.items())),
        default=Clocks.SITE, hint="A time with its own offset (Z, +01:00) is taken as it is.",
    )  # fmt: skip
    kept = f.TextField(widget=HiddenInput(), most=LARGEST_KEPT)

    @property
    def raw(self) -> bytes:
        """What the file holds; the text where no file was chosen, else the one that was looked at before."""
        return self.file.data or (self.text.data or "").encode() or unpacked(self.kept.data or "")


def packed(raw: bytes) -> str:
    """A file as a field keeps it until it is recorded; "" where it is too long for that."""
    text = base64.urlsafe_b64encode(zlib.compress(raw, 9)).decode()
    return text if len(text) <= LARGEST_KEPT else ""


def unpacked(text: str) -> bytes:
    """The file that a field kept; b"" where it is none of ours, or longer than any that is taken."""
    try:
        opened = zlib.decompressobj()
        raw = opened.decompress(base64.urlsafe_b64decode(text.encode()), LARGEST_FILE)
    except (binascii.Error, ValueError, zlib.error):
        return b""
    return b"" if opened.unconsumed_tail else raw
