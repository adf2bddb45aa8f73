"""No table of its own yet: the lookup reads what the other rooms wrote."""
