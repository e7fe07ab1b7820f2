"""Shared ground: settings, database, key ring, audit, places, weeks and errors. Knows nothing of surveys.

Its modules are its faces; import them by name (`from core.keys.keyring import KeyRing`).
"""
