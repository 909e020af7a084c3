"""Microsoft.Compute: virtual machines, as far as somebody asks where they are."""
