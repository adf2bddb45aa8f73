"""The rows of the audit trail that a floor writes as every act does: entries, and the head moved along.

The texts are as long as those of a real entry. Nothing is hashed or signed.
"""

from formulary.bench.queries.bare import Bare

TABLES = (
    """CREATE TABLE entry (id {key}, site INTEGER NOT NULL, person INTEGER NOT NULL,
        role VARCHAR(120) NOT NULL, action VARCHAR(80) NOT NULL, told TEXT NOT NULL,
        previous VARCHAR(64) NOT NULL, hash VARCHAR(64) NOT NULL)""",
    "CREATE INDEX ix_entry_action ON entry (action, id)",
    "CREATE INDEX ix_entry_person ON entry (person, id)",
    "CREATE TABLE head (id INTEGER PRIMARY KEY, entries INTEGER NOT NULL, hash VARCHAR(64) NOT NULL)",
    "INSERT INTO head (id, entries, hash) VALUES (1, 0, '')",
)
HASH, TOLD = "0" * 64, '{"measured_nL":700000,"patient":1,"position":1,"vial":"V-000001"}' * 2
ENTRY = (
    "INSERT INTO entry (site, person, role, action, told, previous, hash) "
    "VALUES (1, 1, 'technician', ?, ?, ?, ?)"
)


def write_down(floor: Bare, *actions: str) -> None:
    """An entry for each of these, inside the act that they tell of, and the head behind the last."""
    for action in actions:
        floor.run(ENTRY, action, TOLD, HASH, HASH)
    floor.run("UPDATE head SET entries = entries + ?, hash = ? WHERE id = 1", len(actions), HASH)
