"""`bantin serve` as a process: one and several workers, a stop that lets answers end, headers that never come."""

import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.client import HTTPConnection
from pathlib import Path

import pytest

from tests.archives import BANTIN, bantin, done
from tests.postgres import free_port


@contextmanager
def serving(home: Path, *options: str) -> Iterator[tuple[int, subprocess.Popen[str]]]:
    """The port of a server of an archive, and its process."""
    port = free_port()
    command = [BANTIN, "serve", "--port", str(port), *options]
    process = subprocess.Popen(
        command, cwd=home, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        end = time.monotonic() + 60
        while not answers(port):
            assert process.poll() is None
            assert time.monotonic() < end
            time.sleep(0.1)
        yield port, process
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=30)


def answers(port: int) -> bool:
    connection = HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/help")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    done(tmp_path, "init")
    return tmp_path


def test_several_workers_answer_and_end(archive: Path) -> None:
    with serving(archive, "--workers", "2") as (port, process):
        assert all(answers(port) for _ in range(10))
        process.send_signal(signal.SIGTERM)
        process.wait(20)
    assert not answers(port)


def test_headers_that_never_come_whole_end(archive: Path) -> None:
    """One at a time and in drops; others are answered meanwhile."""
    with serving(archive) as (port, _), socket.create_connection(("127.0.0.1", port), 40) as slow:
        slow.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n")
        began = time.monotonic()
        with suppress(OSError):  # reset, or a broken pipe
            for n in range(40):
                slow.sendall(f"X-{n}: y\r\n".encode())
                assert answers(port)
                time.sleep(1)
        assert 10 < time.monotonic() - began < 30


def test_a_connection_that_is_kept_is_answered_again(archive: Path) -> None:
    with serving(archive) as (port, _):
        connection = HTTPConnection("127.0.0.1", port, timeout=5)
        for _ in range(3):
            connection.request("GET", "/help")
            answer = connection.getresponse()
            assert (answer.status, bool(answer.read())) == (200, True)
            time.sleep(0.5)
        connection.close()


def test_behind_a_proxy_readers_are_told_apart(archive: Path) -> None:
    text = (
        (archive / "bantin.toml")
        .read_text(encoding="utf-8")
        .replace("per_minute = 600", "per_minute = 3")
    )
    (archive / "bantin.toml").write_text(text, encoding="utf-8")

    def statuses(port: int) -> list[int]:
        connection, found = HTTPConnection("127.0.0.1", port, timeout=5), []
        for reader in ("192.0.2.1", "192.0.2.2"):
            for _ in range(3):
                connection.request("GET", "/robots.txt", headers={"X-Forwarded-For": reader})
                answer = connection.getresponse()
                answer.read()
                found.append(answer.status)
        connection.close()
        return found

    with serving(archive, "--proxies", "127.0.0.1") as (port, _):
        assert statuses(port) == [200] * 6
    with serving(archive) as (port, _):  # who is no proxy is not believed
        assert 429 in statuses(port)


def test_a_port_that_is_taken_is_told(archive: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        ended = subprocess.run(
            [BANTIN, "serve", "--port", port],
            cwd=archive,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    assert ended.returncode == 1
    assert "Traceback" not in ended.stderr


def test_a_password_is_hashed(archive: Path) -> None:
    told = bantin(archive, "password", "--password", "một mật khẩu dài")
    assert told.stdout.startswith("$argon2id$")
    assert bantin(archive, "password", "--password", "ngắn").returncode == 1
