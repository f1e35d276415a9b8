"""Is it right: reads, runs and checks a book, records what was compared, and updates what was meant to change."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asrun.names import hand_out

if TYPE_CHECKING:
    from asrun.checking.book import Book, begin, page_uri, verify
    from asrun.checking.record import record_table

__all__ = ["Book", "begin", "page_uri", "record_table", "verify"]
__getattr__ = hand_out(__name__, book="Book begin page_uri verify", record="record_table")
