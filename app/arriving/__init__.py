"""What arrives: pulled, imported, admitted, checked, mended, and what is told to the servers it came from."""
