"""The photos of draws in words: of which step, when, by whom, and how many were opened."""

from collections.abc import Sequence
from dataclasses import dataclass

from formulary.patients.models import Photo
from formulary.preparations.labels.worksheet import Worksheet
from formulary.preparations.queries.pictures import DrawPhoto


@dataclass(frozen=True)
class PhotoLine:
    """One photo as its line on a page; `is_shown` where the picture itself stands under it."""

    photo: Photo
    words: str
    who: str
    is_opened: bool
    is_shown: bool


def photo_lines(sheet: Worksheet, found: Sequence[DrawPhoto], asked_for: int | None) -> list[PhotoLine]:
    """The photos of an attempt, each under its step: those opened before are shown, and the one asked for."""
    steps = {step.row.id: f"Step {step.number}, {step.name}" for step in sheet.steps}
    return [
        PhotoLine(
            each.photo,
            steps.get(each.draw.planned_draw_id or 0, f"Line {each.draw.line_number}"),
            each.who,
            each.is_opened,
            each.is_opened or each.photo.id == asked_for,
        )
        for each in found
    ]


def opened_words(found: Sequence[DrawPhoto] | Sequence[PhotoLine]) -> str:
    """How many there are and how many of them were opened: "2 photos, 1 opened"."""
    count = f"{len(found)} photo{'' if len(found) == 1 else 's'}"
    return f"{count}, {sum(each.is_opened for each in found)} opened"


def page_words(lines: Sequence[PhotoLine]) -> str:
    """The same for a page that is opening one: the server has not sent that one yet."""
    opening = sum(line.is_shown and not line.is_opened for line in lines)
    return opened_words(lines) + (f", {opening} opening now" if opening else "")
