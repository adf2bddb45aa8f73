"""The `formulary` command as a person calls it: a process of its own, on the database of a test."""

import os
import subprocess
import sys

from tests.support.world import settings_for


def formulary(url: str, *words: str) -> tuple[int, str]:
    """Run the command on this database; its exit code, and what it said on both streams."""
    settings = settings_for(url)
    told = {
        "FORMULARY_DATABASE_URL": url,
        "FORMULARY_SECRET_KEY": settings.secret_key,
        "FORMULARY_LEDGER_KEY": settings.ledger_key,
    }
    call = [sys.executable, "-c", "from formulary.cli import main; main()", *words]
    done = subprocess.run(call, check=False, capture_output=True, text=True, env=os.environ | told)
    return done.returncode, done.stdout + done.stderr
