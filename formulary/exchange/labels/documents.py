"""What a movement that came with a list is called: the line of earlier records, or the file."""

from collections.abc import Collection

from formulary.administrations.models import ImportedUse
from formulary.db import StoredFile, db
from formulary.stock.labels import Named, names_documents


@names_documents("imported_use")
def lines(numbers: Collection[int]) -> dict[int, Named]:
    """The lines of earlier records, by their file."""
    query = db.select(ImportedUse.id, ImportedUse.line, StoredFile.name)
    query = query.join(StoredFile, StoredFile.id == ImportedUse.file_id).where(ImportedUse.id.in_(numbers))
    return {number: Named(f"line {line} of {name}") for number, line, name in db.session.execute(query)}


@names_documents("stored_file")
def files(numbers: Collection[int]) -> dict[int, Named]:
    """The lists of opening stock."""
    query = db.select(StoredFile.id, StoredFile.name).where(StoredFile.id.in_(numbers))
    return {number: Named(name or "opening stock") for number, name in db.session.execute(query)}
