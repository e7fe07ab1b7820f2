"""The running program: web, worker and command line. Translation only, and the one place where transactions commit."""
