"""Keys of the test token service, and what it mints."""
