"""The safety rules: pure functions over frozen facts, without framework, database or clock."""
