"""Everything on one machine: the web process and its workers, started, watched and stopped together."""
