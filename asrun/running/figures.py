"""Turn a Matplotlib figure into compact SVG that lives in a page.

Text stays text, black becomes `currentColor` so that one picture serves light and dark, markers of
one series are one path, and the same figure gives the same bytes. A figure that would be larger
than `LARGE` keeps its text and axes, and its data become a PNG.
"""

from __future__ import annotations

import io
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import Any, cast
from xml.sax.saxutils import escape

import matplotlib
import numpy as np
from matplotlib.backend_bases import GraphicsContextBase as Context
from matplotlib.backend_bases import RendererBase
from matplotlib.backends.backend_mixed import MixedModeRenderer
from matplotlib.figure import Figure as MplFigure
from matplotlib.mathtext import MathTextParser
from matplotlib.path import Path
from matplotlib.transforms import Affine2D, Bbox, Transform
from PIL import Image

from asrun.model import Figure

LARGE = 60_000  # bytes of SVG above which the data are drawn as PNG
PHONE = 334  # pixels that a figure has on a screen 360 pixels wide
SMALLEST = 11  # pixels that a letter needs there
RASTER_DPI = 216
SVG_DEFAULTS = {"text_anchor": "start", "stroke_dashoffset": 0, "stroke_linecap": "butt", "stroke_linejoin": "miter"}
COMMANDS = {int(Path.MOVETO): "m", int(Path.LINETO): "l", int(Path.CURVE3): "q", int(Path.CURVE4): "c"}
# An artist with such a gid is a frame of a film: "frame-3" stands in the still figure too, "between-4" only in the film.
FRAME = re.compile(r"(frame|between)-(\d+)")
# Matplotlib 3.8, which runs in the page, has no colors of hatches.
HATCHES = matplotlib.__version_info__ >= (3, 11)


def draw(figure: MplFigure, name: str) -> Figure:
    """Draw a figure; `name` makes the ids in it unique in its page."""
    faults = list(_faults(figure))
    try:
        drawn = _drawn(figure, name, LARGE)
    except _TooLarge:
        for axes in figure.axes:
            for artist in [*axes.lines, *axes.collections, *axes.patches, *axes.images]:
                artist.set_rasterized(True)
        drawn = _drawn(figure, name, sys.maxsize)
    least = SMALLEST * drawn.width / PHONE
    if small := sorted(text for text, size in drawn.texts if size < least):
        needed = f"at least {least:.1f} points at this figure width"
        faults.append(f"text too small to read on a phone ({small[0]!r}): {needed}")
    return Figure(name, drawn.finish(), drawn.images, tuple(faults))


def _drawn(figure: MplFigure, name: str, limit: int) -> _Renderer:
    width, height = (float(size) for size in figure.get_size_inches())
    figure.dpi = 72  # SVG units are points
    for patch in (figure.patch, *(axes.patch for axes in figure.axes)):
        patch.set_visible(False)  # the page is the paper
    renderer = _Renderer(72 * width, 72 * height, name, limit)
    mixed: Any = MixedModeRenderer  # Matplotlib gives it no types
    figure.draw(mixed(figure, width, height, RASTER_DPI, renderer))
    return renderer


def _faults(figure: MplFigure) -> Iterator[str]:
    """What a reader would miss in the figure."""
    if not figure.axes:
        yield "it holds no axes: draw something or delete it"
    for axes in figure.axes:
        if not axes.axison or axes.get_label() == "<colorbar>":
            continue
        for which, siblings in (("x", axes.get_shared_x_axes()), ("y", axes.get_shared_y_axes())):
            group = siblings.get_siblings(axes)
            if not any(getattr(sibling, f"get_{which}label")().strip() for sibling in group):
                yield f"an axes has no {which} label: say what it shows, and its unit"
        here = axes.get_position().bounds  # twins lie upon each other and share a title
        twins = [other for other in figure.axes if other.get_position().bounds == here]
        titles = [twin.get_title(loc=place) for twin in twins for place in ("left", "center", "right")]
        if not "".join([*titles, figure.get_suptitle()]).strip():
            yield "an axes has no title"


def warm_up(title: str = "t") -> None:
    """Load what the first figure needs: its text needs fonts, and a formula a grammar."""
    figure = MplFigure()
    figure.subplots().set(xlabel="x", ylabel="y", title=title)
    draw(figure, "warm-up")


def _number(tenths: int) -> str:
    """A number of tenths as SVG writes it: 13 -> 1.3, 10 -> 1, -5 -> -.5."""
    whole, rest = divmod(abs(tenths), 10)
    sign = "-" if tenths < 0 else ""
    return f"{sign}{whole or ('' if rest else 0)}{f'.{rest}' if rest else ''}"


def _tenths(value: float) -> int:
    return round(float(value) * 10)


def _short(value: float) -> str:
    return _number(_tenths(value))


class _Pen:
    """Writes path data in relative coordinates, in whole tenths so that rounding never adds up."""

    def __init__(self) -> None:
        self.data: list[str] = []
        self.x = self.y = 0
        self.start = (0, 0)

    def _relative(self, command: str, points: Iterable[Sequence[float]]) -> None:
        ends = [(_tenths(x), _tenths(y)) for x, y in points]
        numbers = " ".join(f"{_number(x - self.x)} {_number(y - self.y)}" for x, y in ends)
        self.data.append(command + numbers.replace(" -", "-"))
        self.x, self.y = ends[-1]

    def segment(self, points: Iterable[Sequence[float]], code: int) -> None:
        if code == Path.CLOSEPOLY:
            self.data.append("z")
            self.x, self.y = self.start
            return
        self._relative(COMMANDS[code], points)
        if code == Path.MOVETO:
            self.start = (self.x, self.y)

    def dot(self, x: float, y: float) -> None:
        self._relative("m", [(x, y)])
        self.data.append("h0")

    def text(self) -> str:
        return re.sub(r"^m", "M", "".join(self.data))


class _Renderer(RendererBase):
    """Matplotlib's drawing calls, written as SVG."""

    def __init__(self, width: float, height: float, name: str, limit: int) -> None:
        super().__init__()
        self.left = limit  # bytes: to find out at the end would take minutes for many points
        self.width, self.height, self.name = width, height, name
        self.flip = Affine2D().scale(1, -1).translate(0, height)
        self.parts: list[str] = []
        self.clips: dict[tuple[str, ...], str] = {}
        self.images: dict[str, bytes] = {}
        self.texts: list[tuple[str, float]] = []  # what was written, and how large in points
        self.groups: list[bool] = []  # those that are open: whether each is a frame
        self.last_frame = -1
        self.image_dpi = RASTER_DPI
        self.math: Any = MathTextParser("path")

    def finish(self) -> str:
        clips = "".join(
            f'<clipPath id="{key}"><rect x="{x}" y="{y}" width="{w}" height="{h}"/></clipPath>'
            for (x, y, w, h), key in self.clips.items()
        )
        body = (f"<defs>{clips}</defs>" if clips else "") + "".join(self.parts)
        end = f'" style="--frame:{self.last_frame}"'
        width, height = _short(self.width), _short(self.height)
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}" '
            f'data-name="{self.name}" fill="none">{body.replace(end, f" book-end{end}")}</svg>'
        )

    # -- what Matplotlib asks of a renderer --

    def get_canvas_width_height(self) -> tuple[float, float]:
        return self.width, self.height

    def flipy(self) -> bool:
        return True

    def open_group(self, s: str, gid: str | None = None) -> None:
        frame = FRAME.fullmatch(gid or "")
        self.groups.append(bool(frame))
        if frame:
            kind = "book-frame" + (" book-between" if frame[1] == "between" else "")
            self._put(f'<g class="{kind}" style="--frame:{int(frame[2])}">')
            self.last_frame = max(self.last_frame, int(frame[2]))

    def close_group(self, s: str) -> None:
        if self.groups.pop():
            self._put("</g>")

    def points_to_pixels(self, points: Any) -> Any:
        return points

    def get_image_magnification(self) -> float:
        return self.image_dpi / 72

    def option_image_nocomposite(self) -> bool:
        return True

    def draw_path(self, gc: Context, path: Path, transform: Transform, rgbFace: Any = None) -> None:
        self._write(gc, [(path, transform)], rgbFace, simplify=path.should_simplify and rgbFace is None)

    def draw_markers(
        self, gc: Context, marker_path: Path, marker_trans: Transform, path: Path, trans: Transform, rgbFace: Any = None
    ) -> None:
        places = [(points[-2], points[-1]) for points, _ in path.iter_segments(trans, simplify=False)]
        self._stamp(gc, marker_path.transformed(marker_trans), places, rgbFace)

    def draw_path_collection(
        self, gc: Context, master_transform: Transform, paths: Any, all_transforms: Any, *rest: Any, **hatches: Any
    ) -> None:
        base: Any = self  # Matplotlib's own renderers use these two helpers, its type stubs leave them out
        raw = base._iter_collection_raw_paths(master_transform, paths, all_transforms)
        shapes = [path.transformed(transform) for path, transform in raw]
        hatches = {"hatchcolors": []} | hatches if HATCHES else {}

        def style(item: Any) -> tuple[Any, ...]:
            _, _, index, gc0, color = item
            face = None if color is None else tuple(color)
            return index, tuple(gc0.get_rgb()), gc0.get_linewidth(), repr(gc0.get_dashes()), gc0.get_alpha(), face

        for (index, *_), run in groupby(base._iter_collection(gc, range(len(shapes)), *rest, **hatches), style):
            x, y, _, gc0, color = next(run)
            context = self.new_gc()  # of its own, for `gc0` is another one at the end of the run
            context.copy_properties(gc0)
            self._stamp(context, shapes[index], [(x, y), *((x, y) for x, y, *_ in run)], color)  # noqa: B031 (its rest)

    def draw_image(self, gc: Context, x: float, y: float, im: Any, transform: Any = None) -> None:
        pixels = np.flipud(np.asarray(im))
        if not pixels.size:
            return
        buffer = io.BytesIO()
        Image.fromarray(np.ascontiguousarray(pixels)).save(buffer, format="png", optimize=True)
        file = f"{self.name}-{len(self.images) + 1}.png"
        self.images[file] = buffer.getvalue()
        width, height = (72 / self.image_dpi * size for size in (pixels.shape[1], pixels.shape[0]))
        place = {"x": x, "y": self.height - y - height, "width": width, "height": height}
        self._element("image", **place, href=file, preserveAspectRatio="none")

    def draw_text(
        self, gc: Context, x: float, y: float, s: str, prop: Any, angle: float, ismath: Any = False, mtext: Any = None
    ) -> None:
        self.texts.append((s, prop.get_size_in_points()))
        if ismath:
            self._math(gc, x, y, s, prop, angle)
            return
        anchor = "start"
        if mtext is not None and (angle == 0 or mtext.get_rotation_mode() == "anchor"):
            # Anchored where the author put it, a label stays in place whatever font the reader has.
            ax, ay = mtext.get_transform().transform(mtext.get_unitless_position())
            ay = self.height - ay
            direction = np.array([np.sin(np.deg2rad(angle)), np.cos(np.deg2rad(angle))])
            x, y = (ax, ay) + np.dot(direction, [x - ax, y - ay]) * direction
            anchor = {"left": "start", "right": "end", "center": "middle"}[mtext.get_horizontalalignment()]
        self._text(gc, x, y, s, prop, angle, anchor)

    def _text(self, gc: Context, x: float, y: float, s: str, prop: Any, angle: float, anchor: str = "start") -> None:
        weight, slant = prop.get_weight(), prop.get_style()
        bold = weight in ("bold", "semibold", "heavy") or (isinstance(weight, int) and weight >= 600)
        font = {"font_weight": "bold" if bold else "", "font_style": slant if slant == "italic" else ""}
        turn = f"rotate({_short(-angle)} {_short(x)} {_short(y)})" if angle else ""
        place = {"x": x, "y": y, "font_size": prop.get_size_in_points(), "text_anchor": anchor}
        self._element("text", escape(s), **place, **font, transform=turn, **self._paint("fill", gc.get_rgb(), gc))

    def _math(self, gc: Context, x: float, y: float, s: str, prop: Any, angle: float) -> None:
        """Math text, letter by letter: it stays text."""
        parsed = self.math.parse(s, 72, prop)
        turn = Affine2D().rotate_deg(-angle).translate(x, y)
        for font, size, code, *_, gx, gy in parsed.glyphs:  # Matplotlib 3.8, in the page, has no index of the glyph
            letter = prop.copy()
            letter.set_size(size)
            letter.set_style("italic" if re.search("Oblique|Italic", font.postscript_name) else "normal")
            px, py = turn.transform((gx, -gy))
            self._text(gc, px, py, chr(code), letter, angle)
        for rx, ry, width, height in parsed.rects:
            corners = turn.transform([(rx, -ry), (rx + width, -ry), (rx + width, -ry - height), (rx, -ry - height)])
            path = Path(self.flip.inverted().transform(corners), closed=False)
            rule = self.new_gc()
            rule.copy_properties(gc)
            rule.set_linewidth(0)
            self.draw_path(rule, path, Affine2D(), gc.get_rgb())

    # -- writing --

    def _put(self, part: str) -> None:
        self.left -= len(part)
        if self.left < 0:
            raise _TooLarge
        self.parts.append(part)

    def _element(self, tag: str, content: str = "", /, **attributes: str | float) -> None:
        """Write an element without the attributes that are empty or say what SVG does anyway, numbers in tenths."""
        written = "".join(
            f' {name.replace("_", "-")}="{value if isinstance(value, str) else _short(value)}"'
            for name, value in attributes.items()
            if value not in ("", SVG_DEFAULTS.get(name))
        )
        self._put(f"<{tag}{written}>{content}</{tag}>" if content else f"<{tag}{written}/>")

    def _stamp(self, gc: Context, shape: Path, places: list[tuple[float, float]], face: Any) -> None:
        """The same shape at many places, as one path."""
        if not np.size(shape.vertices) or not places:
            return
        origins = np.array(places)
        box: Any = gc.get_clip_rectangle()
        size: Any = shape.get_extents()
        shown = np.isfinite(origins).all(axis=1)
        large = max(size.width, size.height) > 20  # an area, which must be cut; a marker is shown whole
        if box is not None and not large:
            centers = origins + (size.min + size.max) / 2
            shown &= ((centers >= box.min - 1) & (centers <= box.max + 1)).all(axis=1)
        places = origins[shown].tolist()
        if not places:
            return
        radius = _radius_of_dot(shape)
        width = gc.get_linewidth() if gc.get_rgb()[3] > 0 else 0
        same = face is not None and (width == 0 or np.allclose(gc.get_rgb()[:3], face[:3]))
        if radius and same:
            pen = _Pen()
            for x, y in places:
                pen.dot(x, self.height - y)
            stroke = self._paint("stroke", face, gc)
            self._element("path", d=pen.text(), **stroke, stroke_width=2 * radius + width, stroke_linecap="round")
        else:
            self._write(gc, [(shape, Affine2D().translate(x, y)) for x, y in places], face, simplify=False, clip=large)

    def _write(
        self, gc: Context, paths: list[tuple[Path, Transform]], face: Any, simplify: bool, clip: bool = True
    ) -> None:
        stroke = gc.get_linewidth() > 0 and gc.get_rgb()[3] > 0
        filled = face is not None and (len(face) < 4 or face[3] > 0)
        if not (stroke or filled):
            return
        box = gc.get_clip_rectangle() if clip else None
        window: Any = box and Bbox.from_extents(box.x0, self.height - box.y1, box.x1, self.height - box.y0)
        cut = window.extents if window and not filled else (-2000.0, -2000.0, self.width + 2000, self.height + 2000)
        pen = _Pen()
        drawn: list[list[float]] = []
        for path, transform in paths:
            curved = path.codes is not None and bool(np.isin(path.codes, (Path.CURVE3, Path.CURVE4)).any())
            for points, code in path.iter_segments(
                transform + self.flip, clip=None if curved or filled else cut, simplify=simplify, remove_nans=True
            ):
                pairs = points.reshape(-1, 2).tolist()
                pen.segment(pairs, int(code))
                drawn += pairs if code != Path.CLOSEPOLY else []
        if not pen.data:
            return
        attributes: dict[str, str | float] = {"d": pen.text()}
        if filled:
            attributes |= self._paint("fill", face, gc)
        if stroke:
            offset, dashes = cast(tuple[float, Iterable[float] | None], gc.get_dashes())
            attributes |= self._paint("stroke", gc.get_rgb(), gc)
            attributes |= {
                "stroke_width": gc.get_linewidth(),
                "stroke_dasharray": " ".join(map(_short, dashes or ())),
                "stroke_dashoffset": offset,
                "stroke_linecap": gc.get_capstyle().replace("projecting", "square"),
                "stroke_linejoin": gc.get_joinstyle(),
            }
        low, high = np.min(drawn, axis=0), np.max(drawn, axis=0)
        if window and ((low < window.min - 1) | (high > window.max + 1)).any():
            attributes["clip_path"] = f"url(#{self._clip(window)})"
        self._element("path", **attributes)

    def _clip(self, window: Bbox) -> str:
        key = tuple(map(_short, window.bounds))
        return self.clips.setdefault(key, f"{self.name}-clip-{len(self.clips) + 1}")

    def _paint(self, kind: str, color: Any, gc: Context) -> dict[str, str]:
        red, green, blue = (round(255 * float(part)) for part in color[:3])
        alpha = gc.get_alpha() if gc.get_forced_alpha() else (float(color[3]) if len(color) > 3 else 1.0)
        name = f"#{red:02x}{green:02x}{blue:02x}"
        opacity = "" if alpha >= 1 else f"{alpha:.2g}"
        return {kind: "currentColor" if name == "#000000" else name, f"{kind}_opacity": opacity}


class _TooLarge(Exception):
    pass


def _radius_of_dot(shape: Path) -> float:
    """The radius of a shape that is a circle around the origin, else 0."""
    if shape.codes is None or not np.any(shape.codes == Path.CURVE4):
        return 0.0
    ends = [(points[-2], points[-1]) for points, code in shape.iter_segments(simplify=False) if code == Path.CURVE4]
    radii = np.hypot(*np.array(ends, dtype=float).T)
    return float(radii.mean()) if len(ends) >= 8 and np.ptp(radii) < 1e-3 * radii.mean() else 0.0
