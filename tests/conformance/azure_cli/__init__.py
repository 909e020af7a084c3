"""The Azure CLI: its commands, what they print and how they end."""
