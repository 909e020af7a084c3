"""What the collection costs, measured side by side with azure.azcollection against the same emulator."""
