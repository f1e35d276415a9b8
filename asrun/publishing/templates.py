"""Templates that a book puts in place of ours: one that is broken is told as any other mistake of an author."""

from __future__ import annotations

from pathlib import Path

import jinja2


class TemplateProblem(Exception):
    """A template that Jinja cannot read or fill, as a sentence with file and line."""

    def __init__(self, error: jinja2.TemplateError) -> None:
        file, line = _place_of(error)
        where = f"{file}:{line}" if line else file
        reason = error.message or str(error)
        super().__init__(f"{where}: the template cannot be used: {reason}: mend it, or delete it to get ours")


def compile_all(env: jinja2.Environment, folder: Path) -> None:
    """Read all templates of a folder of the environment before any page needs them. Raises TemplateProblem."""
    try:
        for path in sorted(folder.rglob("*.html")):
            env.get_template(path.relative_to(folder).as_posix())
    except jinja2.TemplateError as error:
        raise TemplateProblem(error) from None


def _place_of(error: jinja2.TemplateError) -> tuple[str, int | None]:
    """File and line: those that the parser gives, or while filling, those of the innermost template."""
    file = str(getattr(error, "filename", None) or getattr(error, "name", None) or "a template")
    line = getattr(error, "lineno", None)
    frame = error.__traceback__
    while frame:
        if frame.tb_frame.f_code.co_filename.endswith(".html"):
            file, line = frame.tb_frame.f_code.co_filename, frame.tb_lineno
        frame = frame.tb_next
    return file, line
