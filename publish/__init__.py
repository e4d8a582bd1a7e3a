"""What leaves the archive: exports, digests, feeds."""
