"""The one style sheet that pages load: Material's, its palette, KaTeX's and ours in one file.

A first view then asks for one style sheet and not for four. The name holds a digest of the content, so a changed
style sheet is never mixed up with a stored one.
"""

import hashlib
import re
from pathlib import Path

from asrun.settings import BookError

STYLES = Path(__file__).parent / "styles"


def stylesheet(material: Path) -> tuple[str, str]:
    """The address (below the site) and the text of the merged style sheet.

    `material` is the folder of Material's templates. Raises BookError where a part is missing, and where Material's own
    would need files that do not lie beside ours.
    """
    parts = [
        *(_only(material / "assets/stylesheets", name) for name in ("main.*.min.css", "palette.*.min.css")),
        # Addresses in a style sheet are relative to it, and ours stands in assets/.
        _read(STYLES / "katex.css").replace("url(fonts/", "url(vendor/katex/fonts/"),
        _compact(_read(STYLES / "book.css")),
    ]
    text = "".join(f"{part.strip()}\n" for part in parts)
    return f"assets/book.{hashlib.sha256(text.encode()).hexdigest()[:8]}.css", '@charset "UTF-8";\n' + text


def _only(folder: Path, pattern: str) -> str:
    found = sorted(folder.glob(pattern))
    if len(found) != 1:
        raise BookError(f"{folder} holds {len(found)} files {pattern}, not one: which version of Material is this?")
    text = _read(found[0])
    if re.search(r"url\((?![\"']?(data:|#))", text):
        raise BookError(f"{found[0]} names a file by url(): asrun/publishing/stylesheet.py would break its address")
    return text


def _read(path: Path) -> str:
    try:
        text = path.read_text(encoding="utf-8").removeprefix("\ufeff")
    except FileNotFoundError:
        raise BookError(f"the style sheet {path}, a part of asrun, is missing: install asrun again") from None
    return re.sub(r'@charset "[^"]*";|/\*# sourceMappingURL=.*?\*/', "", text)


def _compact(css: str) -> str:
    """Without comments and line breaks, which strings of our style sheet never hold."""
    css = re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)
    return re.sub(r"\s*([{};])\s*", r"\1", re.sub(r"\s+", " ", css))
