"""Backups that let an erasure last, and the way back from them."""
