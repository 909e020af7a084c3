"""A local Azure Resource Manager for rehearsals and tests."""
