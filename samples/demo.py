"""The newcomer's first command: serve the sample portals, crawl them, show what was found."""

import os
import socket
import subprocess
import sys
from pathlib import Path

from . import NUKEVIET, UIARTICLE, SampleSite

DEMO = Path("demo")
PORTS = {UIARTICLE: 8471, NUKEVIET: 8472}
PAGES = 8470
TOML = """name     = "{name}"
home     = "{url}"
place    = "{place}"
dialect  = "{kind}"
sections = [{sections}]
"""
# Loopback needs no two seconds between requests; every other host gets them.
CONFIG = "[crawl]\ndelay = 0.05\nallow_private = [{hosts}]\n"


def say(line: str = "") -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def bantin(*arguments: str) -> None:
    """Run the command as a user would, inside the demo archive, and show the line that was typed."""
    shown = " ".join(f'"{a}"' if " " in a else a for a in arguments)
    say(f"\n$ bantin {shown}")
    command = [str(Path(sys.executable).with_name("bantin").resolve()), *arguments]
    environment = os.environ | {"COLUMNS": os.environ.get("COLUMNS", "130")}
    done = subprocess.run(command, cwd=DEMO, env=environment, check=False)
    if done.returncode:
        sys.exit(done.returncode)


def free_port(wanted: int) -> int:
    """A port that is wanted, or another one where it is taken."""
    for port in (wanted, 0):
        with socket.socket() as tried:
            tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                tried.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(tried.getsockname()[1])
    return wanted


def set_up(sites: list[SampleSite]) -> None:
    """Write the demo archive's configuration and one TOML a portal."""
    (DEMO / "portals").mkdir(parents=True, exist_ok=True)
    hosts = ", ".join(f'"{site.url.split("/")[2]}"' for site in sites)
    (DEMO / "bantin.toml").write_text(CONFIG.format(hosts=hosts), encoding="utf-8")
    for site in sites:
        sections = ", ".join(f'"{section}"' for section in site.sections)
        toml = TOML.format(
            name=site.name, url=site.url, place=site.place, kind=site.kind, sections=sections
        )
        (DEMO / "portals" / f"mau-{site.kind}.toml").write_text(toml, encoding="utf-8")


def show() -> None:
    """Show what the archive holds: portals, three searches, figures, people, where it lies."""
    say("\nWhat was found on each portal:")
    bantin("status", "--format", "table")
    say("\nThree searches; the first is typed without diacritics:")
    for query in ("ho ngheo", "kỳ họp HĐND huyện", "Hội Nông dân"):
        bantin("search", query, "--limit", "3", "--format", "table")
    say("\nReported money over 100 tỷ đồng, each with its sentence:")
    bantin("figures", "--type", "money", "--min", "100e9", "--format", "table")
    say("\nPeople with their offices:")
    bantin("people", "--body", "UBND huyện", "--format", "table")
    say(f"\nThe archive lies in {DEMO}/archive (WARC files), the database in {DEMO}/bantin.db.")
    say("What to type next:")
    say("  cd demo && ../.venv/bin/bantin search 'hộ nghèo'")
    say("  cd demo && ../.venv/bin/bantin figures --type count --noun 'hộ nghèo' --format csv")
    say("  cd demo && ../.venv/bin/bantin figures --type money --by year --format table")
    say("  cd demo && ../.venv/bin/bantin verify      # every row against its archived page")
    say("  make test")
    say(
        "  make run                                   # without ONCE=1 it ends by serving the pages"
    )


def open_sites(edited: bool) -> list[SampleSite]:
    """Both sample portals, answering; ends the program when a port is taken."""
    try:
        sites = [SampleSite(kind, port, edited) for kind, port in PORTS.items()]
    except OSError as error:
        say(
            f"bantin: the sample portals need ports {list(PORTS.values())} on 127.0.0.1: {error.strerror}"
        )
        sys.exit(1)
    say("Two sample portals are served on this machine:")
    for site in sites:
        site.start()
        say(f"  {site.url}  {site.name}")
    return sites


def crawl(sites: list[SampleSite], again: bool) -> None:
    """Refresh both portals; the first time a second refresh shows what an edit looks like."""
    if again:
        say(f"\nThe archive in {DEMO}/ is there already: only what is due is fetched.")
    bantin("crawl")
    if not again:
        say(
            "\nNow each portal corrects a figure in one article. A second refresh fetches only that:"
        )
        for site in sites:
            site.edit()
        bantin("crawl")


def main() -> None:
    again = (DEMO / "bantin.db").exists()
    sites = open_sites(edited=again)
    set_up(sites)
    crawl(sites, again)
    show()
    if os.environ.get("ONCE"):
        return
    port = free_port(PAGES)
    say(
        f"\nThe pages of the archive: http://127.0.0.1:{port}/  (Ctrl-C ends them and the sample portals)"
    )
    command = [
        str(Path(sys.executable).with_name("bantin").resolve()),
        "serve",
        "--port",
        str(port),
    ]
    try:
        subprocess.run(command, cwd=DEMO, check=False)
    except KeyboardInterrupt:
        say("")


if __name__ == "__main__":
    main()
