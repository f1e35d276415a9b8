"""Tests of page scripts that need no page: under Node (*.test.js), and against the book's own Python."""
