"""What makes the vendored files."""
