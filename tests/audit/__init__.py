"""The audit trail: complete, in order, unchangeable."""
