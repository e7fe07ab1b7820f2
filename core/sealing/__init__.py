"""What keys seal and open: rows one by one and by the thousand, files, chunks, what phones encrypt, signatures."""
