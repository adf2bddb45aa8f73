"""The life of a list: stored, looked at, recorded whole or left; its content is kept no longer than that."""

import hashlib
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from io import BytesIO
from typing import IO, Any

from formulary.accounts import Actor
from formulary.db import StoredFile, content_hash, db, exclusive, once
from formulary.exchange.actions import deliveries, history, opening
from formulary.exchange.actions.looking import Looked, Reader, Told, stretches
from formulary.exchange.labels import BadField, Kind, changed_meanwhile

KEPT = timedelta(hours=24)
READERS: dict[str, Callable[..., Reader]] = {
    "stock": opening.StockReader,
    "deliveries": deliveries.DeliveryReader,
}
RECORDS: dict[str, Callable[..., Looked]] = {
    "history": history.record_history,
    "stock": opening.record_stock,
    "deliveries": deliveries.record_deliveries,
}


def look(kind: Kind, content: IO[bytes], told: Told | None = None, *, at: datetime, by: Actor) -> Looked:
    """What stands in a list, and every row that cannot be taken; nothing is written."""
    by.must(kind.permission)
    looked = Looked()
    for _ in stretches(content, _reader(kind, content, at=at, by=by), looked, told):
        pass
    return looked


def bad_fields(kind: Kind, content: IO[bytes], *, at: datetime, by: Actor) -> Iterator[BadField]:
    """Every fault of a list, however many there are."""
    by.must(kind.permission)
    for judged in stretches(content, _reader(kind, content, at=at, by=by), Looked()):
        yield from (bad for one in judged for bad in one.bad)


def _reader(kind: Kind, content: IO[bytes], *, at: datetime, by: Actor) -> Reader:
    """What reads such a list; of earlier records it knows whether this very file was recorded here."""
    if kind.word in READERS:
        return READERS[kind.word](at=at, by=by)
    content.seek(0)
    sha256 = hashlib.file_digest(content, "sha256").hexdigest()  # type: ignore[arg-type]
    return history.HistoryReader(at=at, by=by, sha256=sha256)


def store_file(kind: Kind, name: str, raw: bytes, *, at: datetime, by: Actor) -> StoredFile:
    """Keep a file until it is recorded or left; what the person left before goes."""
    by.must(kind.permission)
    own = db.and_(StoredFile.person_id == by.person_id, StoredFile.kind == kind.word)
    _forget(db.or_(own, StoredFile.stored_at < at - KEPT))
    file = _new(kind, name, content_hash(raw), len(raw), at=at, by=by)
    file.content = raw
    db.session.flush()
    return file


def leave_file(file: StoredFile, *, at: datetime) -> StoredFile:
    """Let go of a file that was looked at, and of what anybody left a day ago."""
    forget_old(at=at)
    if file.recorded_at is None:
        file.content = None
        db.session.flush()
    return file


@once
def record_list(kind: Kind, file: StoredFile, *, at: datetime, by: Actor) -> StoredFile:
    """Record a stored file whole, and let go of its content; Refused where a row of it is bad."""
    by.must(kind.permission)
    db.session.refresh(file, with_for_update=True)
    content = content_of(file, at=at)
    if content is None or file.recorded_at is not None:
        raise changed_meanwhile()
    return recorded(kind, file, BytesIO(content), at=at, by=by)


def recorded(
    kind: Kind, file: StoredFile, content: IO[bytes], told: Told | None = None, **who: Any
) -> StoredFile:
    """The file once what is new in it is on record; one list of an organisation at a time, so that none is
    recorded twice.
    """
    exclusive("import")
    forget_old(at=who["at"])
    looked = RECORDS[kind.word](file, content, told, **who)
    file.content, file.recorded_at = None, who["at"]
    file.rows_new, file.rows_known = looked.new, looked.known
    db.session.flush()
    return file


def record_from(
    kind: Kind,
    name: str,
    sha256: str,
    content: IO[bytes],
    told: Told | None = None,
    *,
    at: datetime,
    by: Actor,
) -> StoredFile:
    """The same of a file that lies on disk, of which the hash alone is kept."""
    by.must(kind.permission)
    size = content.seek(0, 2)
    file = _new(kind, name, sha256, size, at=at, by=by)
    db.session.flush()
    return recorded(kind, file, content, told, at=at, by=by)


def _new(kind: Kind, name: str, sha256: str, size: int, *, at: datetime, by: Actor) -> StoredFile:
    told = {"kind": kind.word, "name": name[:200], "sha256": sha256, "size": size}
    file = StoredFile(**told, site_id=by.site_id, person_id=by.person_id, stored_at=at)
    db.session.add(file)
    return file


def content_of(file: StoredFile, *, at: datetime) -> bytes | None:
    """What a file holds; None once it was recorded or left, or has lain here for longer than it may."""
    return file.content if file.stored_at >= at - KEPT else None


def forget_old(*, at: datetime) -> None:
    """Let go of what anybody left a day ago."""
    _forget(StoredFile.stored_at < at - KEPT)


def _forget(those: Any) -> None:
    left = db.update(StoredFile).where(those, StoredFile.content.is_not(None)).values(content=None)
    db.session.execute(left, execution_options={"synchronize_session": False})
