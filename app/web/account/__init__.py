"""Whoever works here: signing in, enrolment, factors, one's own account."""
