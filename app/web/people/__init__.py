"""Persons: their records, parts of these, whom they belong to, and the rights that they have."""
