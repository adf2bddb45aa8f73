"""Files that were brought: the one somebody looks at, and those that were recorded here."""

from formulary.accounts import Actor
from formulary.db import Missing, StoredFile, db

LATEST = 20


def file_of(file_id: int, kind: str, *, by: Actor) -> StoredFile:
    """A file that this person brought here; Missing for anybody else's."""
    query = db.select(StoredFile).filter_by(id=file_id, kind=kind, person_id=by.person_id, site_id=by.site_id)
    found: StoredFile | None = db.session.scalar(query)
    if found is None:
        raise Missing(f"No file {file_id}")
    return found


def recorded_before(kind: str, sha256: str, site_id: int) -> StoredFile | None:
    """The file with this content that was recorded here before, whatever it was called."""
    query = db.select(StoredFile).filter_by(kind=kind, sha256=sha256, site_id=site_id)
    query = query.where(StoredFile.recorded_at.is_not(None)).order_by(StoredFile.id)
    return db.session.scalars(query.limit(1)).first()


def recorded_files(kind: str, site_id: int) -> list[StoredFile]:
    """The files of a kind that were recorded here, the latest first."""
    query = db.select(StoredFile).filter_by(kind=kind, site_id=site_id)
    query = query.where(StoredFile.recorded_at.is_not(None)).order_by(StoredFile.id.desc())
    return list(db.session.scalars(query.limit(LATEST)))
