"""Compose crawler, nlp and storage: refresh, import, read, annotate, rebuild, verify."""
