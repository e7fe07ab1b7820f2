"""The command line: `bin/waystation`."""
