"""What stands behind the Makefile: virtual environments and the steps that check the collection."""
