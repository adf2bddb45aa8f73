"""Folders of one test process, swept away by the next one where the process was killed."""

import os
import re
import shutil
import tempfile
from pathlib import Path

ROOM_NEEDED = 512 * 1024 * 1024


def own_folder(kind: str, parent: Path) -> Path:
    """A new folder of this process; those that dead processes left behind are removed first."""
    for old in parent.glob(f"formulary-{kind}-*"):
        found = re.search(r"-(\d+)-", old.name)
        if found and not Path(f"/proc/{found.group(1)}").exists():
            shutil.rmtree(old, ignore_errors=True)
    return Path(tempfile.mkdtemp(prefix=f"formulary-{kind}-{os.getpid()}-", dir=parent))


def on_disk() -> Path:
    """Where temporary files go."""
    return Path(tempfile.gettempdir())


def in_memory() -> Path:
    """A folder in memory where there is room, so that fsync costs nothing; otherwise the one on disk."""
    memory = Path("/dev/shm")  # noqa: S108 - a folder of our own is made in it
    if memory.is_dir() and os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > ROOM_NEEDED:
        return memory
    return on_disk()
