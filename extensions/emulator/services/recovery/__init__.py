"""Microsoft.RecoveryServices: vaults, what they protect, Site Recovery."""
