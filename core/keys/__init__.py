"""Keys: the ring and what seals it, record keys wrapped under it, and which version of a row a key has sealed."""
