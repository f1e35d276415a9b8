"""Rebuild every vendored file of the site: KaTeX, the text fonts, and the bundles of scripts.

Run it from anywhere, on a machine with Python, npm and a network:

    python tools/vendor/update.py

It fetches the packages below by name and version, checks each against its recorded integrity, and writes

    asrun/formulas/vendor/                       katex.min.js, run at build time and never shipped to readers
    asrun/publishing/styles/katex.css            the style sheet of formulas
    asrun/publishing/theme/assets/vendor/katex/  the fonts that formulas need
    asrun/publishing/theme/assets/vendor/fonts/  one text family and one for code, cut to what a technical book prints
    …/vendor/codemirror, docs/assets/vendor/d3   the bundles of `bundles.py`, from packages with a lock of their own

The same versions give the same bytes. To move to another version, change it here, run the script once, and
record the integrity that it reports.

The text fonts are published under the SIL Open Font License with the reserved name "Source". What is written here
is a modified version, so it carries names of its own: "Book Serif" and "Book Mono".
"""

from __future__ import annotations

import base64
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import venv
from hashlib import sha512
from pathlib import Path

from bundles import build_bundles  # type: ignore[import-not-found, unused-ignore]

PACKAGES = {
    "katex@0.19.1": "sha512-jG8uKntjSEcm2EpQOh0XturpPuuC9r3Sq5HLHdsFdWZT27E672SF19QEi+of0/YeOy15lDgRhKvr5614uRrEfA==",
    "source-serif@4.5.1": "sha512-NUAh5IzF7KiUu2gTpqE+ed9MNbMe4st7LIIXZ0OHHSPc6gg86H67j04M8sIhU2qqFd26btXaFQ2ge5u/p72j0Q==",
    "source-code-pro@2.42.0": "sha512-18isp9l4xtOL3r61TwL9m1hjYX9qb1+i7iK0pSHEeWADKuQCOdQkBzhFiv8pBfOP7u9lNTBN75yYif2HUdyiyg==",
}
TOOLS = ["fonttools==4.68.0", "brotli==1.2.1"]

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
THEME = ROOT / "asrun/publishing/theme/assets/vendor"

# What prose, tables, figures and printed output use: Latin, Greek, super- and subscripts, arrows, and the signs of arithmetic.
TEXT = (
    "20-7E,A0-FF,131,152,153,174-177,302-304,2C6,2DC,391-3A9,3B1-3C9,3D5,2010-2015,2018-201E,2020-2022,2026,2030,2032,2033,2039,203A,"
    "2044,2070,2074-207F,1D40,2080-2089,20AC,2122,2190-2193,2202,2206,220F,2211,2212,221A,221E,2248,2260,2264,2265,2713"
)
# Signs that the text fonts draw but give no code point of their own: superscript minus (10⁻²) and T (Xᵀ).
UNNAMED = {0x207B: "endash.sups", 0x1D40: "T.sups"}
BOXES = "2500-257F,2588,2591-2593,21D2"

# The symbols that this book's formulas use. They are cut out of KaTeX's fonts so that a first view stays small; the rest of each
# font stays beside them, is fetched only by a page that needs it, and so no formula can come out wrong.
FORMULA = (
    "20-7E,A0,A8,AC,AF,B0,B1,B4,B7,D7,F7,2C6,2C7,2C9-2CB,2D8-2DD,338,391-3A9,2013,2014,2016,2018-201D,2020,2026,2032,2190-2193,21D0-21D4,"
    "2200,2202,2203,2205,2207,2208,220F,2211-2213,2217,221A,221D,221E,2223,2225,2229,222A,222B,223C,2243,2245,2248,2260,2261,"
    "2264,2265,226A,226B,2282,2286,2295,2297,22A4,22A5,22C5,22C6,22EE,22EF,22F1,2308-230B,27E8,27E9"
)
CUT = {"Main-Regular": FORMULA}
# Small enough to travel inside the style sheet: brackets and sums in their sizes, the letter R of the real numbers, and the bold
# letters of vectors.
INLINE = {f"Size{size}-Regular": FORMULA + ",302,303,239B-23AE,23B0,23B1,23D0" for size in "1234"} | {
    "AMS-Regular": "52,25A1,2113",
    "Main-Bold": "20,30-39,41-5A,61-7A",
}


def main() -> None:
    """Fetch, cut and write everything; the second run, inside the throwaway environment, does the cutting."""
    if len(sys.argv) > 1:
        write_fonts(Path(sys.argv[1]))
        return
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        fetch(work)
        venv.create(work / "venv", with_pip=True)
        python = next(path for path in (work / "venv/bin/python", work / "venv/Scripts/python.exe") if path.exists())
        subprocess.run([python, "-m", "pip", "install", "--quiet", *TOOLS], check=True)
        subprocess.run([python, __file__, str(work)], check=True)
        write_script(work)
    build_bundles()


def fetch(work: Path) -> None:
    """Unpack the packages into `work`, each only if it is the one that was recorded."""
    npm = shutil.which("npm")
    if npm is None:
        sys.exit("update.py: needs npm (comes with Node.js) to fetch the packages")
    for package, integrity in PACKAGES.items():
        name = package.split("@")[0]
        packed = subprocess.run(
            [npm, "pack", "--silent", package], cwd=work, check=True, capture_output=True, text=True
        ).stdout.strip()
        found = "sha512-" + base64.b64encode(sha512((work / packed).read_bytes()).digest()).decode()
        if found != integrity:
            sys.exit(f"update.py: {package} has integrity\n  {found}\nand not\n  {integrity}")
        with tarfile.open(work / packed) as archive:
            archive.extractall(work / name, filter="data")


def write_script(work: Path) -> None:
    """KaTeX itself, for the build."""
    target = fresh(ROOT / "asrun/formulas/vendor")
    shutil.copy(work / "katex/package/dist/katex.min.js", target)
    shutil.copy(work / "katex/package/LICENSE", target)


def write_fonts(work: Path) -> None:
    """The fonts, the style sheet of formulas, and the licenses of both."""
    target = fresh(THEME / "fonts")
    serif, mono = work / "source-serif/package", work / "source-code-pro/package"
    text_features = ["kern", "mark", "mkmk", "ccmp", "liga"]
    weights = {"opsz": 14, "wght": (400, 700)}  # one file from regular to bold, at the optical size of running text
    cut(
        serif / "VAR/SourceSerif4Variable-Roman.ttf", target / "serif.woff2", TEXT, text_features, "Book Serif", weights
    )
    cut(serif / "TTF/SourceSerif4-It.ttf", target / "serif-italic.woff2", TEXT, text_features, "Book Serif")
    cut(mono / "TTF/SourceCodePro-Regular.ttf", target / "mono.woff2", f"{TEXT},{BOXES}", ["mark", "ccmp"], "Book Mono")
    shutil.copy(serif / "LICENSE.md", target / "LICENSE-serif.txt")
    shutil.copy(mono / "LICENSE.md", target / "LICENSE-mono.txt")

    source, target = work / "katex/package", fresh(THEME / "katex")
    shutil.copy(source / "LICENSE", target)
    css = (source / "dist/katex.min.css").read_text("utf-8")
    (ROOT / "asrun/publishing/styles/katex.css").write_text(
        re.sub(r"@font-face\{[^}]*\}", lambda face: font_face(face[0], source / "dist", target), css), "utf-8"
    )


def font_face(face: str, source: Path, target: Path) -> str:
    """The rules that stand for one rule of KaTeX's: woff2 alone, and in two parts where the font is cut."""
    match = re.search(r"fonts/KaTeX_([\w-]+)\.woff2", face)
    if match is None:
        raise ValueError(f"no woff2 font in {face}")
    name = match[1]
    whole = source / f"fonts/KaTeX_{name}.woff2"
    head = re.sub(r"src:.*", "", face)
    (target / "fonts").mkdir(exist_ok=True)

    def rule(location: str, codes: set[int] | None) -> str:
        extent = "" if codes is None else f";unicode-range:{ranges(codes)}"
        return f'{head}src:url({location}) format("woff2"){extent}}}'

    if name not in CUT and name not in INLINE:
        shutil.copy(whole, target / "fonts")
        return rule(f"fonts/{whole.name}", None)

    from fontTools.ttLib import TTFont  # type: ignore[import-not-found, unused-ignore]

    covered = set(TTFont(whole).getBestCmap())
    common = covered & codes_of(CUT.get(name) or INLINE[name])
    part = target / f"fonts/KaTeX_{name}-common.woff2"
    cut(whole, part, ranges(common), ["kern"])
    location = f"fonts/{part.name}"
    if name in INLINE:
        location = "data:font/woff2;base64," + base64.b64encode(part.read_bytes()).decode()
        part.unlink()
    if covered == common:
        return rule(location, None)
    rest = target / f"fonts/KaTeX_{name}-rest.woff2"
    cut(whole, rest, ranges(covered - common), ["kern"])
    return rule(location, common) + rule(f"fonts/{rest.name}", covered - common)


def cut(
    source: Path,
    target: Path,
    codes: str,
    features: list[str],
    name: str = "",
    limits: dict[str, float | tuple[float, float]] | None = None,
) -> None:
    """Write the characters `codes` of a font as woff2."""
    from fontTools.subset import Options, Subsetter  # type: ignore[import-not-found, unused-ignore]
    from fontTools.ttLib import TTFont
    from fontTools.varLib import instancer  # type: ignore[import-not-found, unused-ignore]

    font = TTFont(source, recalcTimestamp=False)
    if limits:
        font = instancer.instantiateVariableFont(font, limits)
    if name:
        for table in font["cmap"].tables:
            if table.isUnicode():
                drawn = {code: glyph for code, glyph in UNNAMED.items() if glyph in font.getReverseGlyphMap()}
                table.cmap = drawn | table.cmap
    options = Options()
    options.layout_features = features
    options.hinting = False
    options.name_IDs = [0, 1, 2, 4, 6, 13, 14]  # copyright, names, license and where it stands
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=codes_of(codes))
    subsetter.subset(font)
    if name:
        for record in font["name"].names:
            if record.nameID in (1, 4, 6):
                record.string = name.replace(" ", "") if record.nameID == 6 else name
    font.flavor = "woff2"
    font.save(target)


def codes_of(ranges: str) -> set[int]:
    """The code points of "20-7E,A0"."""
    pairs = [(part.removeprefix("U+").split("-") * 2)[:2] for part in ranges.split(",")]
    return {code for first, last in pairs for code in range(int(first, 16), int(last, 16) + 1)}


def ranges(codes: set[int]) -> str:
    """`codes` as CSS writes them, "U+20-7E,U+A0"; `codes_of` reads both forms."""
    starts = sorted(code for code in codes if code - 1 not in codes)
    ends = sorted(code for code in codes if code + 1 not in codes)
    return ",".join(f"U+{a:X}" if a == b else f"U+{a:X}-{b:X}" for a, b in zip(starts, ends, strict=True))


def fresh(folder: Path) -> Path:
    """`folder`, empty."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


if __name__ == "__main__":
    main()
