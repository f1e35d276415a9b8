"""Documentation that is its own test suite: finds, runs, checks and shows what stands on the pages of a book.

The rooms, from the ground up: `reading`, `formulas` and `programs`; `running`; `checking` and `browser`; `publishing`.
A room imports from those below it only.
"""

import sys

from asrun.names import hand_out

if sys.version_info < (3, 11, 5):
    _sentence = f"asrun needs Python 3.11.5 or later, and this is {sys.version.split()[0]}: run it with a newer one"
    raise SystemExit(_sentence) if sys.argv[:1] == ["-m"] else ImportError(_sentence)

__all__, __getattr__ = hand_out(
    __name__, **{"checking.book": "Book begin verify", "model": "Problem", "settings": "BookError Settings __version__"}
)
