"""Patients and what must be known of them."""
