"""The Azure SDKs: their own clients, models, pollers and errors."""
