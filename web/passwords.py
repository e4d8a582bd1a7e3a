"""The operator's password: kept as an argon2 hash."""

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from model.errors import InputError

_SHORTEST = 12  # letters
_hasher = PasswordHasher()


def hash_password(password: str) -> str:
    """The hash of a password, as the configuration has it; raises InputError for a short one."""
    if len(password) < _SHORTEST:
        raise InputError(f"a password of at least {_SHORTEST} letters")
    return _hasher.hash(password)


def is_password(hashed: str, password: str) -> bool:
    """Whether a password is the one of a hash; it is none of what is no hash."""
    try:
        return _hasher.verify(hashed, password)
    except (VerificationError, InvalidHashError):
        return False
