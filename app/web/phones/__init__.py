"""The door for phones: OpenRosa, by token or by name, and the groups in which posts are written."""
