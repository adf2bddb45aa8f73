"""The file of a temperature logger: whole or not at all, and the same file twice once."""

from __future__ import annotations

import io
import tracemalloc
from datetime import timedelta

import pytest

from formulary import clock
from formulary.audit.models import AuditEntry
from formulary.db import db, transaction
from formulary.rules.findings import Refused
from formulary.rules.storage import Clocks
from formulary.stock import actions as stock
from formulary.stock.forms.temperature import packed, unpacked
from formulary.stock.models import TemperatureReading
from tests.stock.doing import refused_codes
from tests.stock.test_temperature import ago, corrected, read
from tests.support.builders import the_place
from tests.support.world import Cast

HEAD = "time,value\n"


def recorded(cast: Cast, text: str, *, clocks: Clocks = Clocks.UTC) -> None:
    with transaction():
        given = {"raw": text.encode(), "clocks": clocks, "at": clock.now(), "by": cast.actor("technician")}
        stock.record_file(the_place().id, **given)


def looked(cast: Cast, text: str, clocks: Clocks = Clocks.UTC):
    by = cast.actor("technician")
    return stock.look_at_file(the_place().id, text.encode(), clocks, at=clock.now(), by=by)


def on_record() -> list[tuple[str, int]]:
    rows = db.session.scalars(db.select(TemperatureReading).order_by(TemperatureReading.taken_at))
    return [(f"{row.taken_at:%H:%M}", row.tenths) for row in rows]


def test_the_same_file_twice_changes_nothing_and_a_longer_one_adds_its_rest(cast: Cast) -> None:
    text = f"{HEAD}2026-11-24 10:00,4.5\n2026-11-24 10:05,4.6\n"
    recorded(cast, text)
    recorded(cast, text)
    assert on_record() == [("10:00", 45), ("10:05", 46)]
    recorded(cast, f"{text}2026-11-24 10:10,4.7\n2026-11-24 10:10,4.70\n")
    assert on_record() == [("10:00", 45), ("10:05", 46), ("10:10", 47)]
    query = db.select(AuditEntry).filter_by(action="stock.temperature_file").order_by(AuditEntry.id)
    entries = db.session.scalars(query).all()
    assert [(e.new["new"], e.new["known"]) for e in entries] == [(2, 0), (0, 2), (1, 3)]


def test_a_corrected_reading_survives_its_file(cast: Cast) -> None:
    text = f"{HEAD}2026-11-24 10:00,45\n"
    recorded(cast, text)
    corrected(cast, db.session.scalars(db.select(TemperatureReading)).one(), 45)
    recorded(cast, text)
    assert on_record() == [("10:00", 450), ("10:00", 45)]


def test_one_bad_row_stops_the_file_and_every_bad_row_is_told(cast: Cast) -> None:
    read(cast, 50, 60)
    text = (
        f"{HEAD}2026-11-24 10:00,4.5\n2026-11-24 10:00,4.6\n2026-11-24 11:00,4.5\n"
        "2026-11-24 13:00,4.5\nyesterday,4.5\n2026-11-24 09:00,4.5\n"
    )
    found = looked(cast, text)
    assert [(row.row, row.why.replace("\xa0", " ")) for row in found.bad] == [
        (3, "the file gives the same time with 4.5 °C before"),
        (4, "5 °C is on record for this time"),
        (5, "the time is later than now"),
        (6, "the time cannot be read; write it as 2026-11-24 14:10"),
    ]
    assert (found.new, found.many_bad) == (2, 4)
    with pytest.raises(Refused) as refusal:
        recorded(cast, text)
    assert refused_codes(refusal) == ["temperature.bad_rows"]
    assert on_record() == [("11:00", 50)]


@pytest.mark.parametrize("text", ["", "\n\n", '"' + "x" * 200_000])
def test_what_holds_no_rows_is_refused(cast: Cast, text: str) -> None:
    with pytest.raises(Refused) as refusal:
        recorded(cast, text)
    assert refused_codes(refusal) in (["temperature.no_table"], ["temperature.bad_rows"])


def a_long_file(rows: int) -> str:
    begin = ago(rows)
    return HEAD + "".join(
        f"{begin + timedelta(minutes=n):%Y-%m-%d %H:%M},{n % 7}.{n % 10}\n" for n in range(rows)
    )


@pytest.mark.databases("sqlite")
def test_a_long_file_is_read_in_bounded_memory_and_fits_into_a_field(cast: Cast) -> None:
    text = a_long_file(10_000)
    assert unpacked(packed(text.encode())) == text.encode()
    tracemalloc.start()
    try:
        found = looked(cast, text)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert (found.new, found.many_bad) == (10_000, 0)
    assert peak < 6 * 1024 * 1024


def test_what_is_no_packed_file_is_nothing() -> None:
    assert [unpacked(text) for text in ("", "no base64 !", "YWJj")] == [b"", b"", b""]


def test_a_file_is_looked_at_and_then_recorded_without_choosing_it_again(clients, cast: Cast) -> None:
    technician, url = clients("technician"), f"/stock/places/{the_place().id}/logger"
    text = "Time;Value\n" + "2026-11-24 10:00;4.52\n"
    page = technician.get_ok(
        technician.get_ok(f"/stock/places/{the_place().id}/temperature").links["File of a logger"]
    )
    form = page.form("/logger")
    data = form.filled({"clocks": "utc"}) | {"file": (io.BytesIO(text.encode()), "fridge.csv")}
    sent = technician.open("POST", url, data=data, content_type="multipart/form-data")
    page = technician.read(sent, url, 200)
    assert "1 finer than a tenth of a degree" in page.text.replace("\xa0", " ")
    assert on_record() == []
    answer = technician.submit(page, press="Record 1\xa0reading")
    assert answer.status_code == 302
    assert on_record() == [("10:00", 45)]


def test_a_pasted_bad_row_is_shown_with_its_reason_and_nothing_chosen_is_told(clients, cast: Cast) -> None:
    technician, url = clients("technician"), f"/stock/places/{the_place().id}/logger"
    typed = {"text": "2026-10-25 02:30,4\n2026-11-24 09:00,4.5"}
    sent = technician.submit(technician.get_ok(url), typed, to="/logger")
    page = technician.read(sent, url, 200)
    assert "it came twice" in page.text
    assert "nothing is recorded until each is corrected" in page.text
    assert "Neither a file was chosen" in technician.post_refused(url).text


def test_only_the_page_of_the_file_takes_more_than_a_megabyte(clients, cast: Cast) -> None:
    technician, much = clients("technician"), {"text": "4" * 400_000, "clocks": "4" * 800_000}
    sent = [
        technician.post(url, much, content_type="application/x-www-form-urlencoded").status_code
        for url in (f"/stock/places/{the_place().id}/logger", "/stock/receive")
    ]
    assert sent == [400, 413]
