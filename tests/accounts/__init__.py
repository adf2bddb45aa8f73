"""Accounts: who may enter, and what they may do."""
