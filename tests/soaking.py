"""A schedule in a process of its own, whose looks at what is due follow close on one another: what the soak kills."""

import os
import sys
from datetime import timedelta
from pathlib import Path

from config import load_config
from pipeline.workshop import Workshop
from scheduler import Schedule


def tell(line: str) -> None:
    sys.stderr.write(f"[{os.getpid()}] {line}\n")
    sys.stderr.flush()


def main() -> None:
    schedule = Schedule(
        Workshop(load_config(Path("bantin.toml"))), tell,
        tick=timedelta(seconds=0.1), beat=timedelta(seconds=0.5),
    )  # fmt: skip
    schedule.run()


if __name__ == "__main__":
    main()
