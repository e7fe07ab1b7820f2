"""Background work: Celery tasks, and the table that says which event starts which task."""
