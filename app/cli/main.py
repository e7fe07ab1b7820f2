"""The commands of `bin/waystation`, all together."""

from app.cli.groups import GROUPS, gather

__all__ = ["commands"]

commands = gather(GROUPS)
