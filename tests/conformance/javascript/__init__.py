"""Microsoft's JavaScript SDKs against the local Azure; see ``harness.mjs``."""
