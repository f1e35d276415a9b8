"""The functions that the book teaches: one module a chapter, and `plots`."""
