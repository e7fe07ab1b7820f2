"""A package, and so is `tests`, lest its modules have two names: pytest ends the one browser where the folder ends.

Beside it no other event loop runs in its thread.
"""
