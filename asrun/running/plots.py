"""Say in lines of text what a figure draws: its axes and artists, and where these stand in the units of the axes.

Nothing of it depends on pixels, so another version of Matplotlib says the same. Numbers stand behind `±step:`, rounded to that
step, and a difference of one step means nothing. No artist is left out: of a kind that is not known here stand its class
and its extents.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.collections import Collection, LineCollection, PathCollection, QuadMesh
from matplotlib.colorizer import ColorizingArtist
from matplotlib.colors import to_hex
from matplotlib.contour import ContourSet
from matplotlib.figure import Figure, FigureBase
from matplotlib.image import AxesImage
from matplotlib.legend import Legend
from matplotlib.lines import AxLine, Line2D
from matplotlib.patches import Patch, Rectangle
from matplotlib.spines import Spine
from matplotlib.text import Annotation, Text
from matplotlib.ticker import LogFormatter, NullFormatter, ScalarFormatter
from matplotlib.transforms import IdentityTransform

KINDS = {
    AxLine: "endless line", Line2D: "line", PathCollection: "points", LineCollection: "lines", ContourSet: "contours",
    QuadMesh: "mesh", Collection: "areas", Rectangle: "rectangle", Patch: "shape", AxesImage: "image", Text: "text", Legend: "legend",
}  # fmt: skip
IN_SPACE = ("_verts3d", "_offsets3d", "_segments3d", "_segment3d", "_faces")  # where artists in 3-D keep their points
USUAL = (ScalarFormatter, LogFormatter, NullFormatter)  # write the numbers of an axis, which its limits tell
ALL = 10  # numbers up to which all are written
SOME = 7  # how many of more are, evenly spaced, before their extremes and their mean
Values = np.ndarray[Any, Any]  # of floats


def describe(figure: Figure) -> str:
    """What a figure that has been drawn shows: its title behind `# `, then its axes, each with its artists."""
    titles = [figure.get_suptitle(), *(title for axes in figure.axes for title in _titles(axes))]
    title = next((title for title in titles if title.strip()), "without a title")
    return "\n".join([f"# {' '.join(title.split())}", *_within(figure)])


def _within(parent: Any) -> Iterator[str]:
    """What stands in a figure, a part of one, or an axes."""
    axes = parent if isinstance(parent, Axes) else None
    frame = {parent.patch, *([parent.title, parent._left_title, parent._right_title] if axes else [])}
    children = [child for child in parent.get_children() if child not in frame and child.get_visible()]
    yield from _artists([c for c in children if not isinstance(c, (Axes, FigureBase, Axis, Spine))], axes)
    for child in children:
        if isinstance(child, Axes):
            yield f"axes {_quoted(_titles(child))}".rstrip()
            yield from _scales_of(child)
        if isinstance(child, (Axes, FigureBase)):
            yield from _within(child)


def _titles(axes: Any) -> list[str]:
    return [title for place in ("left", "center", "right") if (title := axes.get_title(loc=place))]


def _scales_of(axes: Axes) -> Iterator[str]:
    """The label and limits of each axis, and the names of its ticks where it has some."""
    for name, scale in _scales(axes).items():
        axis = getattr(axes, f"{name}axis")
        kind = "" if axis.get_scale() == "linear" else f" {axis.get_scale()}"
        yield f" {name}{kind} {_quoted([axis.get_label_text()])} {scale.step}: {' to '.join(scale.write(scale.limits))}"
        if not isinstance(axis.get_major_formatter(), USUAL):
            yield f" {name} ticks {_quoted(label.get_text() for label in axis.get_majorticklabels())}"


# ---- numbers ----


class _Scale:
    """How the numbers of an axis are written: to a step that is between a hundredth and a thousandth of its length."""

    def __init__(self, low: float, high: float, kind: str = "linear") -> None:
        self.limits = np.array([low, high], dtype=float)
        self.log = kind == "log"
        ends = np.log10(self.limits) if self.log else self.limits
        self.low, self.high = float(min(ends)), float(max(ends))
        size = max(abs(self.low), abs(self.high), 1e-300)
        self.length = self.high - self.low if self.high - self.low > 1e-9 * size else size  # or it were one of rounding
        exponent = int(np.floor(np.log10(self.length * 1.0001))) - 2
        self.unit, self.digits = 10.0**exponent, max(0, -exponent)
        # Three digits tell a percent; on an axis of many powers of ten less is seen.
        percent = max(1.0, 100 * (10 ** (0.005 * self.length) - 1)) if self.log else 0
        self.step = f"±{percent:.0f}%" if self.log else f"±{self.unit:.{self.digits}f}"

    def write(self, values: Iterable[float]) -> list[str]:
        """Numbers as text. What lies further outside than the axis is long, nobody sees: it is moved to there."""
        return [self._text(value) for value in self._seen(values)]

    def summary(self, values: Values) -> str:
        """All numbers of a few; of many some, their extremes and their mean, on a logarithmic axis that of the logarithms."""
        if len(values) <= ALL:
            return " ".join(self.write(values))
        seen = self._seen(values)
        some = " ".join(self._text(seen[place]) for place in np.linspace(0, len(seen) - 1, SOME).astype(int))
        finite = seen[np.isfinite(seen)] if np.isfinite(seen).any() else seen
        low, high, mean = map(self._text, (finite.min(), finite.max(), finite.mean()))
        return f"{some}, {low} to {high}, mean {mean}"

    def _seen(self, values: Iterable[float]) -> Any:
        """The numbers, or their logarithms."""
        given = np.asarray(values, dtype=float)
        if self.log:
            given = np.log10(np.maximum(given, 1e-300))
        return np.clip(given, self.low - self.length, self.high + self.length)

    def _text(self, value: float) -> str:
        if not np.isfinite(value):
            return "nan"
        if self.log:
            return f"{10**value:.3g}"
        text = f"{round(value / self.unit) * self.unit:.{self.digits}f}"
        return text.lstrip("-") if float(text) == 0 else text


def _scales(axes: Axes | None) -> dict[str, _Scale]:
    """The scales of an axes in two or three dimensions by their names."""
    named = {name: axis for name in ("x", "y", "z") if (axis := getattr(axes, f"{name}axis", None))}
    limits = {name: axis.get_view_interval() for name, axis in named.items()}
    return {name: _Scale(low, high, named[name].get_scale()) for name, (low, high) in limits.items()}


def _scale_for(values: Values) -> _Scale:
    """A scale for numbers that no axis has: as long as they reach."""
    finite = values[np.isfinite(values)] if np.isfinite(values).any() else np.zeros(1)
    return _Scale(finite.min(), finite.max())


# ---- artists ----


def _artists(artists: Iterable[Any], axes: Axes | None) -> Iterator[str]:
    """What stands in an axes, or beside them in the figure. Artists of one look are told together."""
    alike: dict[str, list[Any]] = {}
    for artist in artists:
        if not isinstance(artist, Text) or artist.get_text() or getattr(artist, "arrow_patch", None):
            alike.setdefault(_look(artist), []).append(artist)
    scales = {"across": _Scale(0, 1), "up": _Scale(0, 1), **_scales(axes)}
    for look, group in alike.items():
        texts = [text for artist in group for each in artist.findobj(Text) if (text := each.get_text())]
        yield " ".join(filter(None, (look, f"({len(group)})" if len(group) > 1 else "", _quoted(texts))))
        numbers: dict[str, list[Values]] = {}
        for artist in group:
            for name, values in _numbers(artist, axes).items():
                numbers.setdefault(name, []).append(values)
        for name, parts in numbers.items():
            together = np.concatenate(parts)
            scale = scales.get(name) or _scale_for(together)
            size = f" {len(together)}" if len(together) > ALL else ""
            yield f" {name}{size} {scale.step}: {scale.summary(together)}" if len(together) else f" {name}: none"


def _look(artist: Any) -> str:
    """The kind of an artist, its color, of a line its dash and marker, and its label where an author gave one."""
    words = [next((word for kind, word in KINDS.items() if isinstance(artist, kind)), type(artist).__name__)]
    if isinstance(artist, Line2D):
        style = [part if isinstance(part, str) else "…" for part in (artist.get_linestyle(), artist.get_marker())]
        words += ["".join(part for part in style if part != "None"), to_hex(artist.get_color())]
    elif isinstance(artist, Annotation) and artist.arrow_patch:
        words = ["arrow", to_hex(artist.arrow_patch.get_edgecolor())]
    elif isinstance(artist, Text):
        words.append(to_hex(artist.get_color()))
    elif isinstance(artist, Patch):
        words.append(to_hex(artist.get_facecolor() if artist.get_fill() else artist.get_edgecolor()))
    elif isinstance(artist, ColorizingArtist) and artist.get_array() is not None and not isinstance(artist, ContourSet):
        words.append(artist.get_cmap().name)
    elif isinstance(artist, Collection):
        faces: Any = artist.get_facecolor()
        colors = np.unique(faces if len(faces) else artist.get_edgecolor(), axis=0)
        words.append("…".join(to_hex(color) for color in colors[:: max(1, len(colors) - 1)]))
    label = str(artist.get_label() or "")
    return " ".join(filter(None, (*words, "" if label.startswith("_") else label and _quoted([label]))))


def _numbers(artist: Any, axes: Axes | None) -> dict[str, Values]:
    """Where an artist stands, coordinate by coordinate, and the numbers that its colors, sizes or arrows tell."""
    found = {} if isinstance(artist, Legend) else _places(artist, axes)
    if isinstance(artist, ContourSet):
        found["level"] = _filled(artist.levels)
    elif isinstance(artist, ColorizingArtist) and artist.get_array() is not None:
        found["value"] = _filled(artist.get_array()).ravel()
    if isinstance(artist, PathCollection) and len(artist.get_sizes()) > 1:
        found["size"] = _filled(artist.get_sizes())
    return found | {name: _filled(getattr(artist, name)).ravel() for name in ("U", "V") if hasattr(artist, name)}


def _places(artist: Any, axes: Axes | None) -> dict[str, Values]:
    """The points of an artist in the units of its axes; `across` and `up` are parts of the axes, or of the figure."""
    kept = next((kept for name in IN_SPACE if (kept := getattr(artist, name, None)) is not None), None)
    if kept is None and hasattr(artist, "get_position_3d"):
        kept = tuple(artist.get_position_3d())
    if kept is not None:
        if isinstance(kept, tuple):
            points = np.column_stack([_filled(part) for part in kept])
        else:
            points = (
                _filled(kept).reshape(-1, 3) if isinstance(kept, np.ndarray) else np.vstack(list(map(_filled, kept)))
            )
        return dict(zip("xyz", points.T, strict=True))
    points, transform = _points(artist)
    inside: Any = (False, False)
    if axes and transform:
        if isinstance(artist, AxLine):  # from edge to edge of its axes
            points, transform = axes.transData.inverted().transform(transform.transform(points)), axes.transData
        inside = transform.contains_branch_seperately(axes.transData)
        if any(inside) and transform != axes.transData:
            points = np.where(inside, (transform - axes.transData).transform(points), points)
    names = [own if within else other for own, other, within in zip("xy", ("across", "up"), inside, strict=True)]
    return dict(zip(names, points.T, strict=True))


def _points(artist: Any) -> tuple[Values, Any]:
    """The points (n, 2) of an artist, and the transform that they are for; None: they are parts of the figure."""
    given: Any = artist  # which the type checker knows less of
    if isinstance(artist, Line2D):
        return _filled(given.get_xydata()), given.get_transform()
    if isinstance(artist, Annotation):  # how far off its point a text stands is a matter of layout
        placed = given.anncoords == given.xycoords
        places = [given.xyann] * placed + [given.xy] * (not placed or given.arrow_patch is not None)
        in_data = given.axes and given.xycoords == "data"
        points = [(given.convert_xunits(x), given.convert_yunits(y)) for x, y in places] if in_data else places
        return _filled(points), given.axes.transData if in_data else None
    if isinstance(artist, Text):
        return _filled([given.get_unitless_position()]), given.get_transform()
    if isinstance(artist, Patch):
        if isinstance(artist, Rectangle):
            corners = given.get_corners()[::2]
        else:  # an arrow has ends, and a path made of pixels
            ends = getattr(given, "_posA_posB", None)
            corners = ends or given.get_patch_transform().transform(given.get_path().vertices)
        return _filled(corners), Artist.get_transform(given)
    if isinstance(artist, QuadMesh):
        return _filled(given.get_coordinates()).reshape(-1, 2), given.get_transform()
    if isinstance(artist, Collection):
        if not isinstance(given.get_offset_transform(), IdentityTransform):  # markers, arrows
            return _filled(given.get_offsets()), given.get_offset_transform()
        parts = [path.vertices for path in given.get_paths() if len(path.vertices)]
        if isinstance(artist, ContourSet):  # how many points a contour has may be a matter of rounding
            parts = [np.array([part.min(axis=0), part.mean(axis=0), part.max(axis=0)]) for part in parts]
        return _filled(np.vstack([np.empty((0, 2)), *parts])), given.get_transform()
    if isinstance(artist, AxesImage):
        return _filled(given.get_extent()).reshape(2, 2).T, given.get_transform()
    return _filled(given.get_window_extent().get_points() / given.get_figure(root=True).bbox.size), None


def _filled(values: Any) -> Any:
    """Numbers as they are drawn: what is masked is not."""
    return np.ma.filled(np.ma.asarray(values, dtype=float), np.nan)


def _quoted(texts: Iterable[str]) -> str:
    """Texts in quotation marks, each on one line."""
    return ", ".join(json.dumps(text, ensure_ascii=False) for text in texts)
