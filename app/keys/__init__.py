"""The key ring of a running installation: opened, rotated, re-wrapped, shared, by two people where that is asked for."""
