"""Our lots in the words of a notice: found, or flagged for a person, and never passed over in silence."""

from __future__ import annotations

import pytest

from formulary.rules.trace import flags, mentioned, ours
from formulary.rules.trace.notices import Span, spans


@pytest.mark.parametrize(
    ("text", "ours", "how"),
    [
        ("Lot #: 072915, Exp 10/29/2015", "072915", "exact"),
        ("69403A, 69403B, Exp 10/15; 69404A", "69404-A", "exact"),
        ("a) Lot # D2402430 b) Lot # D2402431", "d2402431", "exact"),
        ("BATCH NO: 130 EF, 146 EF SERIAL NUMBER: 7", "146EF", "exact"),
        ("Lot L2231", "L223l", "near"),
        ("Lot ABC-1234", "1234", "exact"),
        ("Lot ABC-123", "123", "exact"),
        ("Lot ABC123", "123", ""),
        ("Lot A-1 of 2026", "A-1", "exact"),
        ("Lots 12-4 and 13-5", "12-4", "exact"),
        ("Lots 12/4 and 13/5", "12/4", "exact"),
        ("All lots within expiry.", "G4405", ""),
        ("Lot 1", "-", ""),
    ],
)
def test_a_number_of_ours_is_found_in_the_words_of_a_notice(text, ours, how):
    assert mentioned(text, {7: ours}) == ({7: how} if how else {})


RANGES = [
    ("Lots 24A01-24A45", "24A17", ("24A46", "24B17")),
    ("Lots 24A01-24A45 - Exp 10/15", "24A45", ("24A46",)),
    ("4411 through 4488", "4450", ("44500", "4410")),
    ("4411 THRU 4488", "4488", ("4410",)),
    ("Lots AB-100 to AB-200", "AB-150", ("AB-201", "AC-150")),
    ("Lots AB-100-AB-200", "AB150", ("AB-99",)),
    ("Lots A.100 to A.200", "A150", ("A.99",)),
    ("Lots 12/4 to 12/9", "12/5", ("13/5",)),
    ("Lots marked 24 to 30", "27", ("31",)),
    ("Lots 100 to 200, 5 mL", "150", ("201", "15")),
    ("Lots 998 to 1002", "1000", ("997", "1003", "01000")),
    ("Lots: 0010\u20130020", "0015", ("15",)),
    ("Lots A1001-05", "A1003", ("A1006", "A1000")),
    ("A1001-1010", "A1005", ("A1011", "1005")),
    ("A1001 up to and including A1010", "A1010", ("A1011",)),
    ("A1001 \u2014 A1010", "A1005", ("A1011",)),
    ("A1001 \u2212 A1010", "A1005", ("A1011",)),
    ("A1001~A1010", "A1005", ("A1011",)),
    ("From: A1001 To: A1010", "A1005", ("B1005",)),
    ("between lots A1001 and A1010", "A1005", ("A1011",)),
    ("130 EF to 146 EF", "140EF", ("147EF",)),
    ("69403A through 69403F", "69403C", ("69403G", "69404C")),
    ("A1001 and higher", "A1005", ("A1000", "B1005")),
    ("lots earlier than A1010", "A1003", ("A1011",)),
    ("up to A1010", "A1003", ("A1011",)),
    ("Lots beginning with 24", "24017", ("12417",)),
    ("24XXX", "24017", ("240171", "25017")),
    ("24A*", "24A017", ("24B017",)),
    ("Lots 101L through 150L", "120L", ("151L",)),
    ("Lots 101G to 150G", "120G", ("151G",)),
    ("Lot numbers 2024-01-15 through 2024-03-20", "2024-02-10", ("2024-03-21",)),
    ("Lots 01-15-2024 to 03-20-2024", "02-10-2024", ("04-01-2024",)),
    ("Lots A-101-24 to A-150-24", "A-120-24", ("A-151-24",)),
    ("Lot #s AUG-101 through AUG-150", "AUG120", ("SEP120",)),
    ("REF 1001 - 1010", "1005", ("1011",)),
    ("Lots A1001\u2026A1010", "A1005", ("A1011",)),
    ("A1001...A1010", "A1005", ("A1011",)),
    ("A1001 \u2192 A1010", "A1005", ("A1011",)),
    ("Lots:\n101L through 150L", "120L", ["99L", "160L"]),
    ("LOTS\n\n101L - 150L\nStore at 20 to 25 C", "120L", ["22C"]),
    ("Lots:\n\u2022 90210, exp 6/2027\n\u2022 101L to 150L", "120L", ["160L"]),
    ("Lots:\na) 101L to 150L\nb) 301L to 350L", "320L", ["160L"]),
    ("Lot Numbers\n2024-01-15 through 2024-03-20", "2024-02-01", ["2024-04-01"]),
    ("Serial numbers 101L to 150L", "120L", ["160L"]),
    ("Serials\n101L to 150L", "120L", ["160L"]),
]


@pytest.mark.parametrize(("text", "inside", "others"), RANGES)
def test_a_stretch_of_lots_proposes_what_lies_inside_and_is_flagged(text, inside, others):
    assert mentioned(text, dict(enumerate([inside, *others]))).get(0) in ("range", "exact")
    assert [n for n, how in mentioned(text, dict(enumerate(others))).items() if how == "range"] == []
    assert flags(text) == ("range",)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Lots 69403A through 69405B", {Span("69403A", "69405B")}),  # another letter behind: not counted on
        ("Lots 69403A through 69405A", {Span("69403A", "69405A")}),
        ("Lots 69403A through 05", {Span("69403A", "69405A")}),
        ("Lots A1001 through A0901", set()),
        ("Lots A1001 through B1001", {Span("A1001", "B1001")}),
        ("Lots A through B", set()),
        ("Lots A1001 through B05", set()),
    ],
)
def test_the_ends_of_a_stretch_as_they_are_read(text, found):
    assert spans(text) == found


ENDS = ["A999", "A1000", "A1001", "A1005", "A1010", "A1011", "A01005", "A10010", "B1005", "A1005C", "A5"]


@pytest.mark.parametrize(
    ("span", "inside"),
    [
        (Span(low="A1001"), {"A1001", "A1005", "A1010", "A1011", "A01005", "A10010"}),
        (Span(high="A1010"), {"A999", "A1000", "A1001", "A1005", "A1010", "A01005", "A5"}),
        (Span("A1001", "A1010"), {"A1001", "A1005", "A1010"}),
        (Span("A1001", "B1010"), {"A1001", "A1005", "A1010", "A1011", "B1005"}),
        (Span("A999", "A1005"), {"A999", "A1000", "A1001", "A1005"}),
        (Span("A1001", "A1010C"), set()),
        (Span("A", "B"), set()),
        (Span(low="A"), set()),
        (Span(), set()),
        (Span(stem="A10"), {"A1000", "A1001", "A1005", "A1010", "A1011", "A10010", "A1005C"}),
        (Span(stem="A10", length=6), {"A10010", "A1005C"}),
        (Span(stem="C"), set()),
    ],
)
def test_a_stretch_with_two_ends_one_or_none(span, inside):
    found = ours(dict(enumerate(ENDS))).inside([span])
    assert {ENDS[key] for key in found} == inside


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("All lots within expiry.", ("all",)),
        ("All unexpired lots", ("all",)),
        ("All within expiry", ("all",)),
        ("Every lot", ("all",)),
        ("Any vial", ("all",)),
        ("Lots: ALL", ("all",)),
        ("Injection, 5 mL\nAll.", ("all",)),
        ("Lots ending in 7", ("range",)),
        ("Consecutive lots 1000 and on", ("range",)),
        ("A1001-B05", ("range",)),
        ("Lots 10 to 20 L", ("range",)),
        ("Lots 4401\nIn vials of 10 to 30 mL", ()),
        ("Lots MAR 101 to MAR 150", ("range",)),
        ("A1001/A1010", ("range",)),
        ("Lots 20240115, 20240116, and those following", ("range",)),
        ("Use by dates from Jan 2024 to Jun 2024", ("range",)),
        ("Lots 2024-01-15, 2024-02-20, A-101-24; Exp. Date: 10-15-2026", ()),
        ("All lots from 24A01 to 24A45", ("all", "range")),
        ("69403A, 69403B, Exp 10/15; 69404A", ()),
        ("All patients were told. Lot GSH-0600", ()),
        ("BATCH NO: 130 EF, 146 EF SERIAL NUMBER: 7", ()),
        ("NDC 0409-4713-32, 2 % 20 mL, store at 20 to 25 \u00b0C, Lot 69403A Exp 10-15", ()),
        ("Lot 24A01, Exp Oct 2015 through Dec 2016", ()),
        ("Lot 24A01, Exp 10/15 to 12/16; call 1-800-555-1234 of D-321-2016", ()),
    ],
)
def test_what_only_a_person_can_read_is_flagged(text, found):
    assert flags(text) == found


def test_many_numbers_are_read_once_for_any_number_of_texts():
    lots = ours({1: "A1001", 2: "a-1001", 3: "A1002", 4: "77"})
    assert lots.mentioned("Lots A1001 and A1002") == {1: "exact", 2: "exact", 3: "exact"}
    assert lots.mentioned("Lots A1000 to A1002, 77") == {1: "range", 2: "range", 3: "exact", 4: "exact"}
    assert lots.mentioned("nothing of it") == {}
