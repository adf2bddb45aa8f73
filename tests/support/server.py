"""The app on a spare loopback port, served by waitress in a thread of the test's own process."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from flask import Flask
from waitress.server import create_server
from waitress.wasyncore import close_all


@contextmanager
def serving(app: Flask) -> Iterator[str]:
    """Serve the app inside the block; gives its address, without a slash at the end."""
    sockets: dict[int, object] = {}
    server = create_server(app, map=sockets, host="127.0.0.1", port=0, threads=8, asyncore_loop_timeout=0.1)
    thread = threading.Thread(target=server.run, name="served app", daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.effective_port}"
    finally:
        server.task_dispatcher.shutdown()
        close_all(sockets, ignore_all=True)
        thread.join(10)
