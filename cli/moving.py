"""Verbs that move an archive: backup, restore, copy."""

from pathlib import Path

import click

from cli.base import open_shop, say


@click.command()
@click.argument("path", type=click.Path(path_type=Path))
@click.option(
    "--archive", is_flag=True, help="Also the WARC files, as far as the database knows them."
)
@click.pass_context
def backup(ctx: click.Context, path: Path, archive: bool) -> None:
    """Write a backup into a new folder, also while a crawl runs.

    It holds the database at one moment (as one SQLite file, whatever it is kept in), bantin.toml, portals/, and in
    backup.json the journal's last line and the length of each WARC file then. WARC files only grow and are never
    changed: copy archive/ with whatever copies files, or with --archive.

    \b
    Examples:
      bantin backup /mnt/disk/2026-11-30
      bantin backup --archive /mnt/disk/whole
    """
    from pipeline.backups import back_up

    made = back_up(open_shop(ctx), path, archive=archive, say=say)
    say(f"backup in {path}: journal to line {made.journal}, {len(made.files)} WARC files")


@click.command()
@click.argument("path", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.pass_context
def restore(ctx: click.Context, path: Path) -> None:
    """Bring a backup back into this folder, or into the database of --db; that must be empty.

    WARC files that are not in the backup must lie in archive/ before. What was archived after the backup is taken
    over by the next crawl or `bantin rebuild`; the index is made anew.

    \b
    Example:
      mkdir kho && cd kho && bantin restore /mnt/disk/whole && bantin verify
    """
    from config import load_config
    from pipeline.backups import restore as bring_back

    config, database = ctx.obj
    found = bring_back(path, load_config(config, database), say)
    open_shop(ctx).catch_up(wait=True)
    say(f"restored what was backed up at {found.made}; `bantin verify` checks it")


@click.command()
@click.option(
    "--to",
    "target",
    required=True,
    help="The other database, e.g. postgresql+psycopg://user@host/bantin.",
)
@click.pass_context
def copy(ctx: click.Context, target: str) -> None:
    """Copy this archive's database into another, empty one; the WARC files stay where they are.

    \b
    Examples:
      bantin copy --to postgresql+psycopg://bantin@localhost/bantin
      BANTIN_DB=postgresql+psycopg://bantin@localhost/bantin bantin copy --to sqlite:///bantin.db
    """
    from storage.database import open_database
    from storage.transfer import copy_database

    copied = copy_database(open_shop(ctx).engine, open_database(target))
    say(
        f"{sum(copied.values())} rows of {len(copied)} tables copied; use it with --db or BANTIN_DB"
    )
