"""The search by name: a process for each operation, and who keeps them."""
