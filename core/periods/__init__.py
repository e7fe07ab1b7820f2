"""What a report is about: ISO 8601 weeks, months of whole weeks, years of whole months."""
