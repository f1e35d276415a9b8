"""Python in the reader's page: fetched once, verified, and the session that runs a block in it."""

from asrun.names import hand_out

__all__, __getattr__ = hand_out(__name__, pyodide="install wanted", session="Session")
