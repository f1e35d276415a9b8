"""What makes and checks the files of the book that are not written here."""
