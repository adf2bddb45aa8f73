"""Triggers that refuse to change or delete what has been written, on both databases."""

SQLITE = """CREATE TRIGGER {table}_no_{verb} BEFORE {VERB} ON {table}
BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"""

POSTGRESQL_FUNCTION = """CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$"""

POSTGRESQL_ROWS = (
    "CREATE TRIGGER {table}_no_{verb} BEFORE {VERB} ON {table} FOR EACH ROW EXECUTE FUNCTION refuse_change()"
)
POSTGRESQL_TABLE = (
    "CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table}"
    " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
)


def statements(dialect: str, table: str) -> list[str]:
    """The statements that make `table` append-only on this database (`sqlite` or `postgresql`)."""
    verbs = ("update", "delete")
    if dialect == "sqlite":
        return [SQLITE.format(table=table, verb=verb, VERB=verb.upper()) for verb in verbs]
    rows = [POSTGRESQL_ROWS.format(table=table, verb=verb, VERB=verb.upper()) for verb in verbs]
    return [POSTGRESQL_FUNCTION, *rows, POSTGRESQL_TABLE.format(table=table)]
