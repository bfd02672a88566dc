"""What comes in: events become facts with resolved names, and facts become graph mutations."""
