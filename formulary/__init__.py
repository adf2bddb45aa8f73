"""Formulary: cocktails, lots, patch tests and recalls for clinics that practise mesotherapy."""
