"""Azure's host names led to a local Azure, for clients that cannot be pointed at another cloud."""
