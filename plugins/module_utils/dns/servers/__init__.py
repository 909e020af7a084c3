"""DNS servers of the operator's own: what they are told, as text, and how it gets into their configuration."""
