"""Cases: the worker's day, screenings, the case file and its steps, referrals, reports on a case."""
