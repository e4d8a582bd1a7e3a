"""The verb people: who is reported to hold which office, and who is who."""

from typing import IO, Any

import click

from cli.base import DATE_HELP, Day, WithDefault, formats, open_shop, say, write_rows


@click.group(cls=WithDefault, no_args_is_help=False)
def people() -> None:
    """Who is reported to hold which office, and who is who.

    `bantin people NAME` is `bantin people list NAME`; its options are told by `bantin people list --help`.

    \b
    Examples:
      bantin people "vu thi duoc"
      bantin people --body "UBND huyện Gia Viễn" --on 2023-07-12
      bantin people merge 1f0c9e2ab4d57730 9b1d5c3a20e4f681 --reason "same decision of appointment"
      bantin people split 1f0c9e2ab4d57730 3c5e0b7d9a112f46 --reason "a teacher of the same name"
    """


@people.command("list")
@click.argument("query", required=False)
@click.option("--body", help="Only who holds an office of this body, written out or not.")
@click.option("--on", type=Day(), help=f"As it stood by reports until this day, {DATE_HELP}.")
@formats
@click.pass_context
def people_list(
    ctx: click.Context,
    query: str | None,
    body: str | None,
    on: str | None,
    kind: str | None,
    output: IO[str],
) -> None:
    """People with their offices, first and last day reported, and the articles; QUERY is (part of) a name.

    Sightings of one name are one person where they share a body, a place or a byline; `score` says how
    sure the weakest of these links is. `bantin people merge` and `split` say it better. CSV has one line
    for each office.

    \b
    Examples:
      bantin people "vu thi duoc"
      bantin people --body "UBND huyện Gia Viễn" --on 2023-07-12
      bantin people --body "Huyện ủy Gia Viễn" --format csv -o offices.csv
    """
    from storage.people import (
        OFFICE_FIELDS,
        PEOPLE_FIELDS,
        find_people,
        office_rows,
        waiting_editions,
    )

    engine = open_shop(ctx).engine
    if waiting := waiting_editions(engine):
        say(f"{waiting} editions wait to be read; `bantin rebuild` or the next crawl reads them")
    rows = find_people(engine, query, body, on)
    columns = ["name", "portal", "offices", "named_in", "score", "person"]
    if kind == "csv":
        write_rows(office_rows(rows), kind, output, columns, OFFICE_FIELDS)
    else:
        write_rows(rows, kind, output, columns, PEOPLE_FIELDS)
    say(f"{len(rows)} found" if rows else f"0 found{_nearest(engine, query, body)}")


def _nearest(engine: Any, query: str | None, body: str | None) -> str:
    """What the archive knows that is nearest to a name or a body it does not know, as an addition to a line."""
    from storage.people import known_bodies, names_body, nearest_names, similar_names

    for kind, asked in (("name", query), ("body", body)):
        if not asked:
            continue
        known = similar_names(engine, asked) if kind == "name" else known_bodies(engine)
        if not any(names_body(name, asked) for name in known):
            near = nearest_names(asked, known)
            return f"; nearest {kind}: {', '.join(near)}" if near else f"; no {kind} like it"
    return ""


@people.command("merge")
@click.argument("person_ids", metavar="ID ID...", nargs=-1, required=True)
@click.option("--reason", required=True, help="How you know.")
@click.pass_context
def people_merge(ctx: click.Context, person_ids: tuple[str, ...], reason: str) -> None:
    """Hold several persons for one from now on; the decision outlives every rebuild.

    Persons of different names too, who then go by the name that was reported first; `split` undoes it.

    \b
    Example:
      bantin people merge 1f0c9e2ab4d57730 9b1d5c3a20e4f681 --reason "same decision of appointment"
    """
    from storage.identity import merge_people

    say(f"{merge_people(open_shop(ctx).engine, person_ids, reason)}: merged")


@people.command("split")
@click.argument("person_id", metavar="ID")
@click.argument("article_ids", metavar="ARTICLE...", nargs=-1, required=True)
@click.option("--reason", required=True, help="How you know.")
@click.pass_context
def people_split(
    ctx: click.Context, person_id: str, article_ids: tuple[str, ...], reason: str
) -> None:
    """Hold what these articles name for another person than the rest; outlives every rebuild.

    \b
    Example:
      bantin people split 1f0c9e2ab4d57730 3c5e0b7d9a112f46 --reason "a teacher of the same name"
    """
    from storage.identity import split_person

    say(f"{split_person(open_shop(ctx).engine, person_id, article_ids, reason)}: split off")
