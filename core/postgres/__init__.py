"""PostgreSQL beneath `core.database`: its embedded cluster, programs and protocol, whole exchanges, turns, remains."""
