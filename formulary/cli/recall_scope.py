"""What `formulary recall` reads as what was done: who, where, when, by which formula, from which vial."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import click

from formulary import clock
from formulary.accounts import queries as accounts
from formulary.catalogue import queries as catalogue
from formulary.cli.frame import Said
from formulary.recalls import queries
from formulary.recalls.forms import read_asked
from formulary.recalls.queries import Scope
from formulary.rules.lot_status import day_of, normalise
from formulary.web.tables import BadCell, read_day, read_instant

FLAGS = {
    "preparer": ("--preparer", "NAME", "What somebody prepared or drew: a name, or a user."),
    "place": ("--place", "NAME", "At a bench; or all that lay at a shelf in this time."),
    "formula": ("--formula", "NAME", 'By a version of a formula, "Melasma v2".'),
    "serials": ("--serials", "LIST", "From vials with these serials; several with commas."),
    "codes": ("--codes", "LIST", "Of our codes of vials and cocktails; several with commas."),
    "diluent": ("--diluent", "LOT", "With this lot of a diluent."),
    "start": (
        "--from",
        "TIME",
        'From then on, "2026-11-23 08:00", or a day; on the clocks of the site.',
    ),
    "end": ("--to", "TIME", "Until then, or to the end of a day."),
}
TIMES = ("start", "end")
LOT = "lot"
"""What was typed as LOT, beside the flags."""
SHOWN = 20


def flags(command: Callable[..., Any]) -> Callable[..., Any]:
    """The flags of what was done, on a command that takes them by keyword."""
    for name, (flag, word, told) in reversed(FLAGS.items()):
        command = click.option(flag, name, metavar=word, help=told)(command)
    return command


def given(done: Mapping[str, str | None]) -> dict[str, str]:
    """The flags that were given, with what they say; Said for an empty one, and for a time alone."""
    said = {name: text.strip() for name, text in done.items() if text is not None}
    for name, text in said.items():
        if not text:
            raise Said(f"{FLAGS[name][0]} says nothing.")
    if said and not said.keys() - set(TIMES):
        flag = FLAGS[next(iter(said))][0]
        raise Said(f"{flag}: a time alone is everything. Say too who, where, which formula, vial or diluent.")
    return said


def word(name: str) -> str:
    """How it stands on the command line: its flag, or LOT."""
    return FLAGS[name][0] if name in FLAGS else name.upper()


def scope(said: Mapping[str, str], zone: str) -> Scope:
    """The line that the flags mean, and LOT where one was named: all of it must hold. Said, naming the flag,
    for what is not on record.
    """
    number, product_id = _lot(said.get(LOT), zone)
    start, end = _start(said.get("start"), zone), _end(said.get("end"), zone)
    if start and end and end < start:
        raise Said("--to is before --from.")
    return Scope(
        number=number,
        product_id=product_id,
        serials=", ".join(said[name] for name in ("serials", "codes") if name in said),
        diluent=said.get("diluent", ""),
        preparer_id=_preparer(said.get("preparer")),
        place_id=_one_of("--place", said.get("place"), queries.benches_and_shelves()),
        formula_version_id=_one_of("--formula", said.get("formula"), queries.formula_versions()),
        from_at=start,
        to_at=end,
    )


def _lot(text: str | None, zone: str) -> tuple[str, int | None]:
    """The number, and the product of the pack that was scanned; Said where no lot has it."""
    if text is None:
        return "", None
    asked = read_asked(text, captured=False, today=day_of(clock.now(), zone))
    if asked.own:
        raise Said(f"{text} is a code of ours: beside what was done it is said with --codes.")
    if not normalise(asked.number) or not queries.find_lots(asked.number, gtin=asked.gtin).exact:
        raise Said(f"No lot has the number {asked.number or text}.")
    code = catalogue.code(asked.gtin) if asked.gtin else None
    return asked.number, code.product_id if code else None


def _preparer(text: str | None) -> int | None:
    user = accounts.user_named(text) if text else None
    return user.person_id if user else _one_of("--preparer", text, queries.preparers())


def _one_of(flag: str, text: str | None, offered: list[tuple[int, str]]) -> int | None:
    """The one that is called so; what stands behind a comma may be left out where that leaves one."""
    if text is None:
        return None
    wanted = text.casefold()
    whole = [key for key, words in offered if words.casefold() == wanted]
    named = whole or [key for key, words in offered if words.partition(",")[0].casefold() == wanted]
    if len(named) == 1:
        return named[0]
    if named:
        both = "; ".join(words for key, words in offered if key in named)
        raise Said(f"{flag}: more than one is called {text}: {both}.")
    names = "; ".join(words for _, words in offered[:SHOWN]) or "nothing is on record"
    raise Said(f"{flag}: nothing is called {text}. What there is: {names}.")


def _start(text: str | None, zone: str) -> datetime | None:
    return None if text is None else _day(text, zone) or _instant("--from", text, zone)


def _end(text: str | None, zone: str) -> datetime | None:
    if text is None:
        return None
    next_day = _day(text, zone, after=1)
    return next_day - timedelta(microseconds=1) if next_day else _instant("--to", text, zone)


def _day(text: str, zone: str, after: int = 0) -> datetime | None:
    """The beginning of a day, or of the one after it; None for what is no day."""
    try:
        day = read_day(text) + timedelta(days=after)
    except BadCell:
        return None
    return datetime.combine(day, time(), ZoneInfo(zone)).astimezone(UTC)


def _instant(flag: str, text: str, zone: str) -> datetime:
    try:
        return read_instant(text, zone)
    except BadCell as bad:
        raise Said(f"{flag}: {bad.why} {bad.remedy}") from bad
