"""What may be known: periods protected, explained, tried and released, totals of others, casework in figures."""
