"""Every command and playbook that the documentation shows, run as an operator runs it, from the installed archive."""
