"""A package, so that pytest ends the one browser where the folder ends: beside it no other event loop runs in its thread."""
