"""Pages that several apps fill: the front, an API, a client system, a client."""
