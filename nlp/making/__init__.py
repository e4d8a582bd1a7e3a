"""What makes the tables and the model in `nlp/` that are not written by hand; nothing here runs in use."""
