"""Plausible, plainly invented history, loaded in bulk: what `formulary generate` and the bench fill with."""

from formulary.bench.history.telling import Progress, Wanted, generate

__all__ = ["Progress", "Wanted", "generate"]
