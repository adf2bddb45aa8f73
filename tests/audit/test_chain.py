"""The chain: what was altered, taken out, put in or cut off is found, and named."""

import pytest
from flask_migrate import upgrade
from sqlalchemy import Integer, text

from formulary import audit
from formulary.accounts import Operator
from formulary.audit import chain
from formulary.audit.models import AuditEntry, AuditHead
from formulary.audit.queries import chain_faults, proof
from formulary.db import db, retried, transaction
from formulary.db.streaming import MARK
from formulary.rules.findings import canonical
from tests.audit.conftest import BY
from tests.support.behind import behind_its_back
from tests.support.counting import counting_queries

ALTERED, GAP = "was altered after it was written", "is missing from the trail"
BROKEN = "does not follow the entry before it"
COLUMNS = {column.key: column for column in AuditEntry.__table__.columns if column.key != "id"}
TEXTS = [name for name, column in COLUMNS.items() if not isinstance(column.type, Integer)]
ABSENT = [name for name, column in COLUMNS.items() if column.nullable]


@pytest.fixture
def trail(act):
    """Six entries more than the cast left."""
    for number in range(6):
        act(new={"number": number})
    return db.session.scalar(db.select(db.func.max(AuditEntry.id)))


def faults():
    return [(f.table, f.row, f.what) for f in chain_faults()]


def test_an_untouched_trail_holds(trail):
    assert faults() == []


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("reason", "a better one"),
        ("person_name", "Somebody Else"),
        ("person_id", 7),
        ("site_id", None),
        ("role", "auditor"),
        ("action", "people.other"),
        ("outcome", "refused"),
        ("object_kind", "lot"),
        ("object_id", 2),
        ("old", '{"a":1}'),
        ("new", '{"number": 3}'),
        ("movements", "[[1,\"x\"]]"),
        ("request_id", "other"),
    ],
)  # fmt: skip
def test_one_altered_value_is_found(trail, tamper, column, value):
    tamper(f"UPDATE audit_entry SET {column} = :value WHERE id = :id", value=value, id=trail - 2)  # noqa: S608
    assert faults()[0] == ("audit_entry", f"entry {trail - 2}", ALTERED)


@pytest.mark.databases("sqlite")  # PostgreSQL's columns take nothing but what they are made for
@pytest.mark.parametrize("column", COLUMNS)
def test_bytes_that_read_like_the_value_are_found(trail, column):
    in_bytes = f"{column} = CAST(coalesce({column}, '') AS BLOB)"
    behind_its_back(f"UPDATE audit_entry SET {in_bytes} WHERE id = {trail - 2}")  # noqa: S608
    assert faults() == [("audit_entry", f"entry {trail - 2}", ALTERED)]


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize("column", TEXTS)
def test_what_stands_behind_a_nul_is_found(trail, column):
    longer = f"{column} = {column} || char(0) || ' forged'"
    behind_its_back(f"UPDATE audit_entry SET {longer} WHERE id = {trail}")  # noqa: S608
    assert faults() == [("audit_entry", f"entry {trail}", ALTERED)]


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize("column", ABSENT)
def test_an_empty_text_for_what_is_absent_is_found(app, watch, column):
    with transaction():
        audit.record("people.greet", None, by=Operator("Nobody"), at=watch.now())
    last = db.session.scalar(db.select(db.func.max(AuditEntry.id)))
    behind_its_back(f"UPDATE audit_entry SET {column} = '' WHERE id = {last} AND {column} IS NULL")  # noqa: S608
    assert faults() == [("audit_entry", f"entry {last}", ALTERED)]


@pytest.mark.databases("sqlite")
def test_a_hash_that_is_no_text_ends_no_proof(trail):
    behind_its_back(f"UPDATE audit_entry SET hash = x'ff7c' WHERE id = {trail}")  # noqa: S608
    assert faults() == [
        ("audit_entry", f"entry {trail}", ALTERED),
        ("audit_head", "head", f"says {trail} entries, the trail holds {trail}"),
    ]


@pytest.mark.databases("postgresql")  # SQLite's instants are texts, and hashed whole
def test_the_same_instant_before_our_era_is_found(trail):
    told = "(to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US') || '+00 BC')::timestamptz"
    behind_its_back(f"UPDATE audit_entry SET at = {told} WHERE id = {trail}")  # noqa: S608
    assert faults() == [("audit_entry", f"entry {trail}", ALTERED)]


def test_an_altered_instant_is_found(trail, tamper):
    tamper("UPDATE audit_entry SET at = '2020-01-01 00:00:00.000000' WHERE id = :id", id=trail)
    assert faults()[0] == ("audit_entry", f"entry {trail}", ALTERED)


def test_an_altered_link_is_found(trail, tamper):
    tamper("UPDATE audit_entry SET previous = :other WHERE id = :id", other="f" * 64, id=trail)
    assert faults()[0] == ("audit_entry", f"entry {trail}", BROKEN)


def test_a_missing_row_is_found(trail, tamper):
    tamper("DELETE FROM audit_entry WHERE id = :id", id=trail - 1)
    assert faults()[0] == ("audit_entry", f"entry {trail - 1}", GAP)


def test_a_gap_is_named_from_its_first_row_to_its_last(trail, tamper):
    tamper("DELETE FROM audit_entry WHERE id IN (:one, :two, :three)", one=trail - 3, two=trail - 2, three=1)
    gaps = [("audit_entry", name, GAP) for name in ("entry 1", f"entries {trail - 3} to {trail - 2}")]
    assert faults() == gaps


def test_a_value_taken_away_is_found(trail, tamper):
    tamper("UPDATE audit_entry SET reason = 'None' WHERE id = :id", id=trail - 1)
    tamper("UPDATE audit_entry SET hash = '' WHERE id = :id", id=trail)
    assert [what for *_, what in faults()[:2]] == [ALTERED, ALTERED]


def test_letters_of_every_kind_hash_alike_in_python_and_in_the_database(act):
    act(reason="Dräger 100\u202f% “naïve” 𝜇g | 3:5", new={"name": "Zoë\n\\ %s", "none": None})
    assert faults() == []


@pytest.mark.parametrize("at_once", [1, 2, 500])
def test_whatever_stretch_an_entry_is_read_in_it_alone_is_named(trail, tamper, monkeypatch, at_once):
    monkeypatch.setattr(proof, "ENTRIES", at_once)
    assert faults() == []
    tamper("UPDATE audit_entry SET reason = 'x' WHERE id IN (:one, :two)", one=trail - 3, two=trail)
    named = [("audit_entry", f"entry {number}", ALTERED) for number in (trail - 3, trail)]
    assert faults() == named


def test_a_reason_with_the_mark_between_rows_is_one_reason(act, tamper):
    act(reason=f"a{MARK}b|{MARK}", new={"name": "%s|"})
    assert faults() == []
    last = db.session.scalar(db.select(db.func.max(AuditEntry.id)))
    tamper("UPDATE audit_entry SET reason = :other WHERE id = :id", other=f"{MARK}a", id=last)
    assert faults() == [("audit_entry", f"entry {last}", ALTERED)]


def test_the_last_row_cut_off_is_found(trail, tamper):
    tamper("DELETE FROM audit_entry WHERE id = :id", id=trail)
    assert faults() == [("audit_head", "head", f"says {trail} entries, the trail holds {trail - 1}")]


def test_a_row_put_in_at_the_end_is_found(trail, tamper):
    last = db.session.get(AuditEntry, trail)
    values = {name: getattr(last, name) for name in chain.HASHED} | {"id": trail + 1, "previous": last.hash}
    forged = AuditEntry(**values)
    told = {name: getattr(forged, name) for name in chain.HASHED}
    forged.hash = chain.row_hash(*(told | {name: canonical(told[name]) for name in chain.JSON}).values())
    columns = (
        "site_id, person_id, person_name, role, action, outcome, object_kind, object_id, old, new, movements,"
        " reason, request_id, at"
    )
    tamper(
        f"INSERT INTO audit_entry (id, previous, hash, {columns})"  # noqa: S608 - names of this file
        f" SELECT :id, :previous, :hash, {columns} FROM audit_entry WHERE id = :last",
        id=trail + 1, previous=last.hash, hash=forged.hash, last=trail,
    )  # fmt: skip
    assert faults() == [("audit_head", "head", f"says {trail} entries, the trail holds {trail + 1}")]


def test_a_head_that_was_moved_along_is_found_by_its_signature(trail, tamper):
    tamper("DELETE FROM audit_entry WHERE id = :id", id=trail)
    last = db.session.get(AuditEntry, trail - 1)
    tamper("UPDATE audit_head SET entries = :n, hash = :hash", n=last.id, hash=last.hash)
    assert faults() == [("audit_head", "head", "is not signed with this installation's key")]


def test_a_head_taken_away_is_found(trail, tamper):
    tamper("DELETE FROM audit_head")
    assert faults() == [("audit_head", "head", f"is missing, the trail holds {trail}")]


def test_a_trail_that_has_not_begun_holds(database, make_app):
    app = make_app(database_url=database.empty("unbegun"))
    with app.app_context():
        upgrade()
        assert faults() == []


def test_every_field_is_told_apart_from_its_neighbour():
    told = dict.fromkeys(chain.HASHED, "") | {"reason": "ab", "request_id": "c", "at": "now"}
    other = told | {"reason": "a", "request_id": "bc"}
    assert chain.row_hash(*told.values()) != chain.row_hash(*other.values())


def test_of_many_at_once_each_gets_its_own_place(app, watch, at_once):
    @retried
    def act(number):
        with transaction():
            audit.record("people.greet", None, by=BY, at=watch.now(), new={"number": number})

    before = db.session.scalar(db.select(db.func.max(AuditEntry.id)))
    assert at_once(act, 8) == [None] * 8
    db.session.rollback()
    assert db.session.scalar(db.select(db.func.max(AuditEntry.id))) == before + 8
    assert faults() == []


def test_the_first_entries_of_a_new_database_do_not_race(database, make_app, watch, at_once):
    app = make_app(database_url=database.empty("racing"))
    with app.app_context():
        upgrade()

    @retried
    def act(number):
        with app.app_context(), transaction():
            audit.record("people.greet", None, by=BY, at=watch.now(), new={"number": number})

    assert at_once(act, 6) == [None] * 6
    with app.app_context():
        assert db.session.get(AuditHead, 1).entries == 6
        assert faults() == []


def test_the_proof_reads_the_trail_once_and_its_head(trail):
    with counting_queries() as few:
        assert faults() == []
    assert len(few) == 2, few


def test_the_database_keeps_no_key(app, trail):
    head = db.session.get(AuditHead, 1)
    key = app.extensions["formulary"].head_key
    assert head.signature == chain.head_signature(key, head.entries, head.hash)
    assert head.signature != chain.head_signature(b"another", head.entries, head.hash)
    assert key.decode(errors="replace") not in str(db.session.execute(text("SELECT * FROM audit_head")).all())
