"""Is it right: reads, runs and checks a book, records what was compared, and updates what was meant to change."""

from asrun.names import hand_out

__all__, __getattr__ = hand_out(__name__, book="Book begin page_uri verify", record="record_table")
