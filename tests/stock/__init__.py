"""Stock: the ledger, what enters, what is opened and drawn, what is stopped, and its pages."""
