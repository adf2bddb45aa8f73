"""Triggers that give a row of one table a new random token with every change to another, on both databases.

The token changes in the transaction of the change: it is seen when the change is, and goes back with it.
"""

VERBS = ("insert", "update", "delete")

SQLITE = """CREATE TRIGGER {table}_renews_{target}_on_{verb} AFTER {VERB} ON {table}
BEGIN UPDATE {target} SET token = lower(hex(randomblob(16))); END"""

POSTGRESQL_FUNCTION = """CREATE OR REPLACE FUNCTION renew_{target}() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN UPDATE {target} SET token = replace(gen_random_uuid()::text, '-', ''); RETURN NULL; END $$"""

POSTGRESQL = (
    "CREATE TRIGGER {table}_renews_{target} AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON {table}"
    " FOR EACH STATEMENT EXECUTE FUNCTION renew_{target}()"
)


def statements(dialect: str, table: str, target: str) -> list[str]:
    """The statements by which `table` renews the token of `target` (on `sqlite` or `postgresql`)."""
    if dialect == "sqlite":
        return [SQLITE.format(table=table, target=target, verb=verb, VERB=verb.upper()) for verb in VERBS]
    return [POSTGRESQL_FUNCTION.format(target=target), POSTGRESQL.format(table=table, target=target)]
