"""Search and storage at size: `make bench-search`."""
