"""DNS servers of the operator's own: their directives, as text, and how it gets into their configuration."""
