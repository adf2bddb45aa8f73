"""Protocols and after-care as the files state them: each with its source, no figure that nobody states."""

from formulary.catalogue.models import INDICATIONS
from formulary.rules.schedule import Stated, strictest


def test_every_indication_has_a_protocol_with_its_source(shelf):
    assert {row.indication for row in shelf.protocols} == set(INDICATIONS)
    assert [row.name for row in shelf.protocols if not row.source.startswith("[")] == []


def test_the_labels_of_the_files_ask_what_the_schedules_ask(shelf):
    by_name = {row.name: row for row in shelf.protocols}
    kybella = by_name["Submental fat, label of Kybella"]
    assert (kybella.sessions_high, kybella.least, kybella.unit) == (6, 1, "months")
    qwo = by_name["Cellulite of the buttocks, label of Qwo"]
    assert (qwo.sessions_high, qwo.least, qwo.unit) == (3, 21, "days")


def said(shelf, topic):
    rows = [row for row in shelf.care_statements if row.topic == topic]
    return [Stated(row.least, row.most, row.unit, row.source, row.lifted) for row in rows]


def test_where_articles_contradict_each_other_the_strictest_is_the_longest(shelf):
    longest = {row.word: strictest(said(shelf, row.word)) for row in shelf.care_topics}
    timed = {word: (one.longest, one.unit, one.source) for word, one in longest.items() if one}
    assert timed == {
        "water": (24, "hours", "[S4]"),
        "makeup": (15, "hours", "[S1]"),
        "hot_bath": (48, "hours", "[S0]"),
        "exercise": (2, "days", "[S1]"),
        "sun": (7, "days", "[S4]"),
        "redness": (7, "days", "[S4]"),
        "watch": (84, "days", "[NTM15]"),
    }


def test_a_topic_says_its_time_in_its_words_and_does_without(shelf):
    assert [row.word for row in shelf.care_topics if "{until}" not in row.words] == []
    assert [row.word for row in shelf.care_topics if "{until}" in row.untimed] == []
