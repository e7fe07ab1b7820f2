"""What is collected: forms, enumerators' phones, sources, files to import, and how good what came is."""
