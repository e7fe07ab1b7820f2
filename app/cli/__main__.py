"""Entry of `python -m app.cli`. The anonymizer's own tool starts without the rest of the program, which takes seconds."""

import sys

if sys.argv[1:2] == ["anonymizer"]:
    from app.cli.anonymizer import main
else:
    from app.cli.main import main

if __name__ == "__main__":
    main()
