"""What leaves the house: the site by way of MkDocs, finished Markdown, downloads, the site as one file, a new book."""

from typing import TYPE_CHECKING

from asrun.names import hand_out

if TYPE_CHECKING:
    from asrun.publishing.archive import write_zip
    from asrun.publishing.new import write_book
    from asrun.publishing.render import render_page, write_out

__all__ = ["render_page", "write_book", "write_out", "write_zip"]
__getattr__ = hand_out(__name__, archive="write_zip", new="write_book", render="render_page write_out")
