"""Deeds that are taken out of the collection, one at a time, and the tests that must fail for it."""
