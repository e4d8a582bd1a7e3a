"""Runs the command in processes forked from one that has imported it: what it does, without the seconds it takes to start.

Reads one JSON object a line (folder, arguments, environment, files for what is printed), writes the exit status.
"""

import json
import os
import signal
import sys
import threading
import traceback
from importlib import import_module
from pathlib import Path
from typing import Any

LAZY = ("pipeline.crawling", "pipeline.portals", "pipeline.adding", "pipeline.imports", "pipeline.rebuild",
        "pipeline.verify", "pipeline.backups", "publish.cite", "publish.export", "publish.package",
        "storage.people", "storage.corrections", "storage.differences", "storage.figures", "storage.status",
        "storage.transfer")  # fmt: skip


def serve() -> None:
    """Answer requests until there are no more."""
    import cli  # noqa: F401
    from model.records import Document
    from nlp import annotate, home_provinces
    from nlp.stock import stock_entities

    for name in LAZY:
        import_module(name)
    stock_entities("Ngày 12/7/2023, huyện hỗ trợ 31 hộ nghèo.")
    annotate(Document(id="x", text="Ngày 12/7/2023, huyện hỗ trợ 31 hộ nghèo.", published=None))
    home_provinces("huyện Gia Viễn, tỉnh Ninh Bình")
    if threading.active_count() > 1 or len(list(Path("/proc/self/task").iterdir())) > 1:
        raise SystemExit("a process of several threads can't be forked")
    for line in sys.stdin:
        asked = json.loads(line)
        child = os.fork()
        if child == 0:
            _run(asked)
        _, status = os.waitpid(child, 0)
        sys.stdout.write(f"{os.waitstatus_to_exitcode(status)}\n")
        sys.stdout.flush()


def _run(asked: dict[str, Any]) -> None:
    """Be the command; ends this process."""
    import cli

    os.chdir(asked["folder"])
    os.environ.clear()
    os.environ.update(asked["environment"])
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for number, path in enumerate((os.devnull, asked["out"], asked["err"])):
        opened = os.open(path, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600)
        os.dup2(opened, number)
        os.close(opened)
    sys.argv = ["bantin", *asked["arguments"]]
    code = 0
    try:
        cli.main()
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
        if isinstance(end.code, str):
            sys.stderr.write(end.code + "\n")
    except BaseException:
        code = 1
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


if __name__ == "__main__":
    serve()
