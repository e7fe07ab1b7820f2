"""The office of the case file, where screenings are decided."""
