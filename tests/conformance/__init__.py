"""Microsoft's own clients and azure.azcollection, unmodified, driven against the local Azure."""
