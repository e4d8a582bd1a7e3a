"""Make everything derived anew from the WARC files, without network."""

from dataclasses import dataclass, field

from pipeline.reading import read_due
from pipeline.revisits import recheck_after
from pipeline.workshop import Progress, Tally, Workshop, many
from storage import captures
from storage.leases import give_back, renew_leases, take_leases
from storage.pages import restore_pages

_LEASE = ["rebuild"]


@dataclass
class Rebuilt:
    """What a rebuild came to: exchanges found, editions made, editions kept unread, damage."""

    exchanges: int = 0
    editions: int = 0
    kept: int = 0
    damage: list[str] = field(default_factory=list)


def rebuild(shop: Workshop, say: Progress) -> Rebuilt:
    """Empty the derived tables and the index and make them anew from the archive.

    Journal, corrections, frontier and subscriptions are kept, and so are the ids of what did not
    change. Safe when killed: what was not read yet is due, and the next rebuild or crawl goes on.
    Raises Busy while another rebuild runs.
    """
    take_leases(shop.engine, _LEASE)

    def told(line: str) -> None:
        renew_leases(shop.engine, _LEASE)
        say(line)

    try:
        return _rebuild(shop, told)
    finally:
        give_back(shop.engine, _LEASE)


def _rebuild(shop: Workshop, say: Progress) -> Rebuilt:
    made = Rebuilt()
    for scanned in captures.scan_archive(shop.engine, shop.config.archive):
        made.exchanges += scanned.exchanges
        made.damage += [str(error) for error in scanned.damage]
        if scanned.lost:
            lost = many(scanned.lost, "capture")
            made.damage.append(f"{scanned.path}: {lost} without a readable record")
        say(f"{scanned.path.name}: {many(scanned.exchanges, 'exchange')}")
    made.kept = captures.forget_readings(shop.engine)
    tally = read_due(shop, Tally(), say)
    restore_pages(shop.engine, recheck_after)
    made.editions = tally.new + tally.edited
    return made
