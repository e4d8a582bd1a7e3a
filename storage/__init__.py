"""Everything that lasts: the database, the WARC archive and the search index."""
