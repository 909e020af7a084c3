"""Microsoft.Storage and Microsoft.ClassicStorage: accounts and their side of private endpoints."""
