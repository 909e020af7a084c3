"""A stand-in for a DPM or MABS server, for tests and rehearsals. It is no Windows and runs no PowerShell."""
