"""A PostgreSQL server of one's own for a while: Debian's binaries, an ordinary user, loopback only."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path

import psycopg

BINARIES = "/usr/lib/postgresql"
ALWAYS = ("max_connections=120", "unix_socket_directories=", "timezone=UTC")
INITDB = ("-U", "formulary", "-A", "trust", "-N", "-E", "UTF8", "--no-locale")
POLLS, PAUSE, PATIENCE = 400, 0.05, 10


class Cluster:
    """One server with its data in a folder of its own; `stop()` ends it and removes the folder."""

    def __init__(self, settings: Iterable[str] = (), folder: Path | None = None) -> None:
        """Create the data folder and start the server on a spare loopback port, with these settings."""
        self.folder = folder or Path(tempfile.mkdtemp(prefix="formulary-postgres-"))
        self.port = spare_port()
        binaries, who = newest_binaries(), ordinary_user()
        shutil.chown(self.folder, who.pw_uid, who.pw_gid)
        data = str(self.folder / "data")
        initdb = [*as_user(who), str(binaries / "initdb"), "-D", data, *INITDB]
        subprocess.run(initdb, check=True, cwd=self.folder, stdout=subprocess.DEVNULL)  # noqa: S603 - our words
        options = [part for setting in (*ALWAYS, *settings) for part in ("-c", setting)]
        serve = [str(binaries / "postgres"), "-D", data, "-h", "127.0.0.1", "-p", str(self.port), *options]
        with (self.folder / "log").open("wb") as log:
            self.process = subprocess.Popen(  # noqa: S603 - our words
                [*as_user(who), *serve], cwd=self.folder, stdout=log, stderr=log, stdin=subprocess.DEVNULL
            )
        self._wait()

    def url(self, database: str) -> str:
        """The address of one of its databases."""
        return f"postgresql://formulary@127.0.0.1:{self.port}/{database}"

    def run(self, statement: str, database: str = "postgres") -> None:
        """Run one administrative statement."""
        with psycopg.connect(self.url(database), autocommit=True) as connection:
            connection.execute(statement.encode())

    def copy(self, template: str, name: str) -> None:
        """Make database `name` anew as a copy of `template`."""
        self.run(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        self.run(f'CREATE DATABASE "{name}" TEMPLATE "{template}" STRATEGY file_copy')

    def stop(self) -> None:
        """End the server and remove its data."""
        self.process.send_signal(2)
        try:
            self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        shutil.rmtree(self.folder)

    def _wait(self) -> None:
        for _ in range(POLLS):
            if self.process.poll() is not None:
                raise RuntimeError(f"PostgreSQL did not start:\n{(self.folder / 'log').read_text()}")
            try:
                return self.run("SELECT 1")
            except psycopg.OperationalError:
                time.sleep(PAUSE)
        raise RuntimeError("PostgreSQL did not answer within 20 seconds")


def newest_binaries() -> Path:
    """The folder with initdb and postgres of the newest version that is installed."""
    found = sorted(Path(BINARIES).glob("*/bin/initdb"), key=lambda path: int(path.parent.parent.name))
    if not found:
        raise RuntimeError("PostgreSQL is not installed; `make setup` says how")
    return found[-1].parent


def ordinary_user() -> pwd.struct_passwd:
    """Whoever runs this, or an ordinary user where that is root, whom PostgreSQL refuses."""
    return pwd.getpwuid(os.getuid()) if os.getuid() else pwd.getpwnam("nobody")


def as_user(who: pwd.struct_passwd) -> list[str]:
    """The words before a command that run it as `who` and end it when this process dies."""
    change = (
        []
        if who.pw_uid == os.getuid()
        else [f"--reuid={who.pw_uid}", f"--regid={who.pw_gid}", "--clear-groups"]
    )
    return ["setpriv", "--pdeathsig=INT", *change]


def spare_port() -> int:
    """A loopback port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
