"""What stands in a test token."""
