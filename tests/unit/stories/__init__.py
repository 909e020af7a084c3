"""Stories of the whole Backup sequence: what an operator goes through, told from the outside."""
