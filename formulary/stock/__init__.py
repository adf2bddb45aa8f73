"""Places, lots, vials, the ledger, holds and receiving."""
