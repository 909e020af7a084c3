"""azure.azcollection: its modules, in playbooks of its own."""
