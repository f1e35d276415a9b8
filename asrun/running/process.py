"""Run the items of one page, in order, in the process that is its own."""

from __future__ import annotations

import ast
import contextlib
import re
import traceback
import warnings
from typing import Any

from asrun.model import Check, Checked, Code, Facts, Figure, Formatted, Item, Job, Ran, Value
from asrun.running.capture import TooMuchOutput
from asrun.running.namespace import what_it_says
from asrun.running.recorder import compiled
from asrun.running.surroundings import GLOBAL_STATE, Surroundings

Place = tuple[str, int]
Problems = list[tuple[str, int, str]]


class PageProcess:
    """The state of the one page that this process runs."""

    def __init__(self, job: Job) -> None:
        import matplotlib.pyplot as plt

        self.job, self.plt = job, plt
        self.failed: set[str] = set()  # the names that blocks which failed would have bound
        self.any_failed = False
        self.pieces: list[str | Figure] = []
        self.figures = 0
        self.around = Surroundings(job, lambda: self.figures)
        self.recorder = self.around.recorder
        self.names = self.recorder.names
        plt.show = self._show

    def run(self, item: Item) -> Ran | Formatted | Checked:
        """Run one item of the job."""
        with self.around.limit():
            if isinstance(item, Check):
                return self._check(item)
            return self._run(item) if isinstance(item, Code) else self._value(item)

    def files(self) -> list[str]:
        """The files of the book that the page depends on."""
        return self.around.files()

    def _check(self, item: Check) -> Checked:
        if self.any_failed:
            return Checked(0)
        from asrun.formulas.compare import check

        others = [other for other in self.job.items if isinstance(other, Check) and other is not item]
        return check(item, self.job.meanings, self.names.plain(), others)

    def _value(self, item: Value) -> Formatted:
        if self.any_failed:
            return Formatted()
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("error")
                expression, spec = split_format(item.expression)
                text = format(eval(expression, self.names.plain()), spec)
        except Exception as error:
            return Formatted(error=f"raises {what_it_says(error)}")
        if self.around.drew_from_global_state():
            return Formatted(error=GLOBAL_STATE)
        return Formatted(text)

    # -- a block --

    def _run(self, item: Code) -> Ran:
        self.pieces, self.around.unseeded = [], []
        facts: list[Facts] = []
        with warnings.catch_warnings(record=True) as caught:
            # By default Python keeps quiet about deprecated calls in modules and about '\\d' in a string.
            own = rf"__main__$|{re.escape(self.job.package)}\b|{re.escape(self.job.file)}$"
            for category in (DeprecationWarning, SyntaxWarning):
                warnings.filterwarnings("default", category=category, module=own)
            raised = self._raised(item, facts)
        if text := self.around.stdout.take():
            self.pieces.append(text)
        if self.around.stdout.overfull:
            raised, self.around.stdout.overfull = TooMuchOutput(), False
        outcome, problems = self._judged(item, raised)
        problems += self._warnings(item, caught) + self._misdeeds(item, raised)
        if problems or outcome == "failed":
            outcome, self.any_failed = "failed", True
            self.failed |= names_stored(item)
        for number, piece in enumerate((p for p in self.pieces if isinstance(p, Figure)), 1):
            problems += [(self.job.file, item.line, f"figure {number}: {fault}") for fault in piece.faults]
        return Ran(outcome, tuple(self.pieces), tuple(problems), tuple(facts))

    def _raised(self, item: Code, facts: list[Facts]) -> BaseException | None:
        """Run the statements of a block; the error that ended it, if one did."""
        try:
            for file, line, source in item.segments:
                self.recorder.run(compiled(source, file, line), facts)
            if not item.raises:
                self._show()
        except BaseException as error:
            return error
        return None

    def _judged(self, item: Code, raised: BaseException | None) -> tuple[str, Problems]:
        """What came of a block, and what is wrong where it did not end as it should."""
        if raised is None:
            if not item.raises:
                return "ran", []
            return "failed", [(self.job.file, item.line, f"the block should raise {item.raises}, and raises nothing")]
        self.plt.close("all")  # or a later block would show what this one began
        if item.raises and type(raised).__name__ == item.raises:
            self.pieces.append(f"{what_it_says(raised)}\n")
            return f"raised {item.raises}", []
        if isinstance(raised, NameError) and raised.name in self.failed:
            return "failed", []
        return "failed", [self._describe(raised, item)]

    def _warnings(self, item: Code, caught: list[warnings.WarningMessage]) -> Problems:
        problems = []
        for warning in caught:
            file = self.around.own(warning.filename)
            place = (file, warning.lineno) if file else (self.job.file, item.line)
            problems.append(
                (*place, f"{warning.category.__name__}: {warning.message} (a page must not warn: mend the cause)")
            )
        return problems

    def _misdeeds(self, item: Code, raised: BaseException | None) -> Problems:
        """What a block must not do, though it ends well."""
        problems: Problems = []
        if errors := self.around.stderr.take().strip():
            problems.append((self.job.file, item.line, f"writes to standard error: {errors.splitlines()[0]!r}"))
        if self.around.drew_from_global_state():
            problems.append((self.job.file, item.line, GLOBAL_STATE))
        elif self.around.unseeded and raised is None:
            problems.append((self.job.file, item.line, self.around.unseeded[0]))
        return problems

    def _describe(self, error: BaseException, item: Code) -> tuple[str, int, str]:
        place: Place | None = None
        for frame, line in traceback.walk_tb(error.__traceback__):
            if file := self.around.own(frame.f_code.co_filename):
                place = (file, line)
        if isinstance(error, SyntaxError) and (file := self.around.own(error.filename or "")):
            place = (file, error.lineno or 1)
        if isinstance(error, SystemExit):
            message = "the block calls sys.exit: delete it, the page goes on after it"
        elif isinstance(error, TooMuchOutput):
            message = str(error)
        else:
            message = what_it_says(error)
        if isinstance(error, SyntaxError) and len(item.segments) > 1:
            message += " (an include must stand between whole statements)"
        if item.raises:
            message = f"the block should raise {item.raises}, but raises {message}"
        file, line = place or (self.job.file, item.line)
        if file != self.job.file:
            message += f" (run by {self.job.file}:{item.line})"
        return file, line, message

    # -- figures --

    def _show(self, *args: Any, **kwargs: Any) -> None:
        if text := self.around.stdout.take():
            self.pieces.append(text)
        from asrun.running.figures import draw

        for number in self.plt.get_fignums():
            self.figures += 1
            self.pieces.append(draw(self.plt.figure(number), f"{self.job.name}-{self.figures}"))
        self.plt.close("all")


def split_format(text: str) -> tuple[str, str]:
    """Split `loss:.3f` into expression and format. Raises SyntaxError where there is neither."""
    for end in [len(text), *(m.start() for m in reversed(list(re.finditer(":", text))))]:
        try:
            ast.parse(text[:end].strip(), mode="eval")
        except SyntaxError:
            continue
        return text[:end].strip(), text[end + 1 :]
    raise SyntaxError(f"{text!r} is no expression")


def names_stored(item: Code) -> set[str]:
    """The names that a block would have defined, had it not failed."""
    names: set[str] = set()
    for _, _, source in item.segments:
        with contextlib.suppress(SyntaxError):
            for node in ast.walk(ast.parse(source)):
                if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                    names.add(node.id)
                elif isinstance(node, (ast.FunctionDef, ast.ClassDef)):
                    names.add(node.name)
                elif isinstance(node, ast.alias):
                    names.add((node.asname or node.name).split(".")[0])
    return names
