"""What an organisation offers and asks of its own work: lists to choose from, and which steps somebody else approves.

It is one file that a manager can read (`programme.toml`), and a policy that two people decide (`core.policies`).
"""

from casework.programme.read_programme import OURS, Programme, parse_programme, programme_in_force

__all__ = ["OURS", "Programme", "parse_programme", "programme_in_force"]
