"""Pages and panels for keys: new ones, the end of the wizard, the client's own."""
