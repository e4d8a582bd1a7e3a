"""The errors of Bantin, each named by what happened.

BantinError                 anything a user can be told in one line
    ConfigError             bantin.toml or a portal's TOML is wrong: file and key named
    UnknownPortal           no portal has that slug
    UnknownId               no article, mention or figure has that id
        TakenDown           it is not shown any more, for a reason that was given
    ExtractError            a page is no article; `kind` says what it is: list, missing, blocked, empty,
                            unknown, binary, cut or large; blocked, challenge, parked, foreign
                            or down where a portal refuses or is none any more
    ArchiveError            a WARC record is missing or damaged
    InputError              a file handed in can't be read, or what was asked for can't be
        TooMany             somebody asked for more than there is for one
    StoreError              the database is missing, locked or of a newer version
    Busy                    somebody else holds the lease of a host
    LeftAlone               a host refused us not long ago
"""


class BantinError(Exception):
    """Something a user can be told in one line and act on."""


class ConfigError(BantinError):
    """A configuration file is wrong; the message names file and key."""


class UnknownPortal(BantinError):  # noqa: N818 -- named by what happened
    """No portal has that slug."""


class UnknownId(BantinError):  # noqa: N818 -- named by what happened
    """Nothing stored has that id."""


class TakenDown(UnknownId):
    """What has that id is not shown any more."""


class ExtractError(BantinError):
    """A page is no article; `kind` says what it is."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind


class ArchiveError(BantinError):
    """A WARC record is missing or damaged."""


class InputError(BantinError):
    """A file handed in can't be read."""


class TooMany(InputError):  # noqa: N818 -- named by what happened
    """Somebody asked for more than there is for one."""


class StoreError(BantinError):
    """The database is missing, locked or of a newer version."""


class Busy(BantinError):  # noqa: N818 -- named by what happened
    """Somebody else holds the lease of a host."""


class LeftAlone(BantinError):  # noqa: N818 -- named by what happened
    """A host refused us not long ago, and is not asked before some time has passed."""
