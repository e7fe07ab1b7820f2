"""Processes beside this one, and what a process that holds secrets does for itself."""
