"""The resource types the emulator serves, a file for each family."""
