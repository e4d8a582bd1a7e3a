"""What packages hand one another: frozen records, ports and the tree of errors."""
