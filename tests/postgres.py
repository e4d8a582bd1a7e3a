"""A PostgreSQL server of the tests' own, on loopback, started for a session and stopped again."""

import os
import random
import shutil
import socket
import subprocess
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg
import pytest

_OWNER = "postgres"  # who runs the server where the tests are root, whom it refuses


def program(name: str) -> str | None:
    """The path of one of the server's programs, None where there is no server."""
    found = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    return shutil.which(name) or (str(found[-1]) if found else None)


def _run(*command: str) -> None:
    owner = _OWNER if os.geteuid() == 0 else None
    subprocess.run(command, check=True, capture_output=True, user=owner, cwd="/")


def free_port() -> int:
    """A port that nobody has: of those that no client is given, who might take it before a server does."""
    while True:
        port = random.SystemRandom().randrange(12_000, 32_000)
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


@contextmanager
def server() -> Iterator[str]:
    """The address of a running server, without a database's name; skips on a bare machine, fails under CI=true."""
    initdb, control = program("initdb"), program("pg_ctl")
    if initdb is None or control is None:
        if os.environ.get("CI"):
            pytest.fail("CI has no PostgreSQL")
        pytest.skip("there is no PostgreSQL on this machine")
    home = Path(tempfile.mkdtemp(prefix="bantin-postgres-"))
    if os.geteuid() == 0:
        shutil.chown(home, _OWNER)
    data, port = str(home / "data"), free_port()
    _run(initdb, "-D", data, "-A", "trust", "-U", "bantin", "-E", "UTF8", "--locale=C.UTF-8")
    options = f"-p {port} -k {home} -c listen_addresses=127.0.0.1 -c fsync=off"
    log = str(home / "log")
    _run(control, "-D", data, "-l", log, "-w", "-o", options, "start")
    try:
        yield f"postgresql+psycopg://bantin@127.0.0.1:{port}/"
    finally:
        _run(control, "-D", data, "-m", "immediate", "stop")
        shutil.rmtree(home, ignore_errors=True)


def fresh_database(address: str) -> str:
    """The address of a new empty database on a server."""
    name = f"t{uuid.uuid4().hex}"
    with psycopg.connect(
        f"{address.replace('+psycopg', '')}postgres", autocommit=True
    ) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
    return address + name
