"""What leaves the house: the site by way of MkDocs, finished Markdown, downloads, the site as one file, a new book."""

from asrun.names import hand_out

__all__, __getattr__ = hand_out(__name__, archive="write_zip", new="write_book", render="render_page write_out")
