"""From facts to released folders: counted, protected, tried, released."""
