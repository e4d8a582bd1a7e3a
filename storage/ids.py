"""Ids are digests of what they name, so they outlive a rebuild."""

import hashlib


def derive_id(*parts: object) -> str:
    """Sixteen hex digits of the parts' digest."""
    joined = "\x1f".join(str(part) for part in parts)
    return hashlib.sha256(joined.encode()).hexdigest()[:16]
