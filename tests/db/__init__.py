"""The database: one act, whole or not at all."""
