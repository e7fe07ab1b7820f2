"""The tests, which read as the manual of what they test."""
