"""The command line: `formulary COMMAND`, one file per command."""

from formulary.cli.frame import main

__all__ = ["main"]
