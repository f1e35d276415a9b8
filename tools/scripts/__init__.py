"""What checks the page scripts."""
