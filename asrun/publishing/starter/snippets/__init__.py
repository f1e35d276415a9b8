"""The modules of the book, one a chapter."""
