"""Setting an office up: the first hour, accounts, roles, units, places, tokens, programme, policies, the set-up as a file."""
