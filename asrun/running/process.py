"""Run the items of one page, in order, in the process that is its own."""

import ast
import contextlib
import numbers
import re
import warnings
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from asrun.model import (
    Block,
    Check,
    Checked,
    Facts,
    Figure,
    Formatted,
    Held,
    Item,
    Known,
    Number,
    Problem,
    Ran,
    Statement,
)
from asrun.programs.statements import mentioned
from asrun.running.namespace import heed_warnings, place_of, what_it_says
from asrun.running.recorder import compiled
from asrun.running.surroundings import GLOBAL_STATE, UNSEEDED, Job, Surroundings, TooMuchOutput


class PageProcess:
    """The state of the one page that this process runs."""

    def __init__(self, job: Job) -> None:
        import matplotlib.pyplot as plt

        self.job, self.page, self.plt = job, job.page, plt
        self.failed: set[str] = set()  # the names that blocks which failed would have bound
        self.any_failed = False
        self.pieces: list[str | Figure] = []
        self.figures = 0
        self.around = Surroundings(job, lambda: self.figures)
        self.names = self.around.recorder.names
        plt.show = self._show

    def run(self, item: Item) -> Ran | Formatted | Held | Checked:
        """Run one item of the job."""
        with self.around.limit():
            if isinstance(item, Block):
                return self._run(item)
            if isinstance(item, Statement):
                return self._held(item)
            return self._check(item) if isinstance(item, Check) else self._value(item)

    def _check(self, item: Check) -> Checked:
        if self.any_failed:
            return Checked(0)
        from asrun.formulas.compare import check

        others = [other for other in self.job.items if isinstance(other, Check) and other is not item]
        return check(item, self.job.meanings, self.names.plain(), others)

    def _held(self, statement: Statement) -> Held:
        if self.any_failed:
            return Held()
        from asrun.running.truth import hold

        with warnings.catch_warnings():
            warnings.simplefilter("error")
            held = hold(statement, self.names.plain())
        return Held(GLOBAL_STATE) if self.around.drew_from_global_state() else held

    def _value(self, number: Number) -> Formatted:
        if self.any_failed:
            return Formatted()
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("error")
                expression, spec = split_format(number.expression)
                text = format(eval(expression, self.names.plain()), spec)
        except Exception as error:
            return Formatted(error=f"raises {what_it_says(error)}")
        return Formatted(error=GLOBAL_STATE) if self.around.drew_from_global_state() else Formatted(text)

    # -- a block --

    def _run(self, block: Block) -> Ran:
        self.pieces, self.around.unseeded = [], False
        facts: list[Facts] = []
        raised: BaseException | None = None
        with warnings.catch_warnings(record=True) as caught:
            heed_warnings(rf"__main__$|{re.escape(self.job.settings.package)}\b|{re.escape(self.page.file)}$")
            try:
                for segment in block.segments:
                    self.around.recorder.run(compiled(segment.source, segment.file, segment.line), facts)
                if not block.raises:
                    self._show()
            except BaseException as error:
                raised = error
        self._take_output()
        if self.around.stdout.overfull:
            raised, self.around.stdout.overfull = TooMuchOutput(), False
        as_it_should = type(raised).__name__ == block.raises if block.raises else raised is None
        if raised is not None:
            self.plt.close("all")  # or a later block would show what this one began
            if as_it_should:
                self.pieces.append(f"{what_it_says(raised)}\n")
        problems = [*([] if as_it_should else self._failure(block, raised)), *self._misdeeds(block, raised, caught)]
        outcome = f"raised {block.raises}" if block.raises else "ran"
        if problems or not as_it_should:
            outcome, self.any_failed = "failed", True
            for segment in block.segments:
                with contextlib.suppress(SyntaxError):
                    self.failed |= mentioned(segment.source).bound
        for number, figure in enumerate((piece for piece in self.pieces if isinstance(piece, Figure)), 1):
            problems += [self.page.problem(block.line, f"figure {number}: {fault}") for fault in figure.faults]
        return Ran(outcome, tuple(self.pieces), tuple(problems), tuple(facts), tuple(self._known(facts)))

    def _known(self, facts: list[Facts]) -> Iterator[Known]:
        """What the names are that the statements of a block read or bound, where it is over."""
        names = self.names.plain()
        used = names.keys() & {name for fact in facts for name in (*fact.reads, *fact.binds)}
        for name in sorted(used):
            shape = None
            with contextlib.suppress(Exception):  # a list may hold itself, and a page's own `shape` do anything
                shape = shape_of(names[name])
            yield Known(name, type(names[name]).__name__, shape)

    def _failure(self, block: Block, error: BaseException | None) -> Iterator[Problem]:
        """Why a block did not end as it should; nothing for a name that is missing because an earlier block failed."""
        file, line = self.page.file, self.page.lines[block.line - 1]
        if error is None:
            yield Problem(file, line, f"the block should raise {block.raises}, and raises nothing")
        if error is None or (isinstance(error, NameError) and error.name in self.failed):
            return
        message = what_it_says(error)
        if isinstance(error, SyntaxError) and len(block.segments) > 1:
            message += " (an include must stand between whole statements)"
        elif isinstance(error, SystemExit):
            message = "the block calls sys.exit: delete it, the page goes on after it"
        elif isinstance(error, TooMuchOutput):
            message = str(error)
        if block.raises:
            message = f"the block should raise {block.raises}, but raises {message}"
        own, at, _ = place_of(error, self.around.own)
        if own not in ("", file):
            message += f" (run by {file}:{line})"
        yield Problem(own or file, at or line, message)

    def _misdeeds(
        self, block: Block, raised: BaseException | None, caught: list[warnings.WarningMessage]
    ) -> Iterator[Problem]:
        """What a block must not do, though it ends well."""
        for warning in caught:
            message = f"{warning.category.__name__}: {warning.message} (a page must not warn: mend the cause)"
            own = self.around.own(warning.filename)
            yield Problem(own, warning.lineno, message) if own else self.page.problem(block.line, message)
        if errors := self.around.stderr.take().strip():
            yield self.page.problem(block.line, f"writes to standard error: {errors.splitlines()[0]!r}")
        if self.around.drew_from_global_state():
            yield self.page.problem(block.line, GLOBAL_STATE)
        elif self.around.unseeded and raised is None:
            yield self.page.problem(block.line, UNSEEDED)

    # -- what it shows --

    def _take_output(self) -> None:
        if text := self.around.stdout.take():
            self.pieces.append(text)

    def _show(self, *args: Any, **kwargs: Any) -> None:
        from asrun.running.figures import draw
        from asrun.running.plots import describe

        self._take_output()
        for number in self.plt.get_fignums():
            self.figures += 1
            name = f"{self.page.stem.replace('/', '-')}-{self.figures}"
            figure = self.plt.figure(number)
            self.pieces.append(replace(draw(figure, name), plot=describe(figure)))
        self.plt.close("all")


def shape_of(value: Any) -> tuple[int, ...] | None:
    """The shape of an array or of a list of numbers, () for a number, None for anything else."""
    if isinstance(value, (list, tuple)):
        inner = {shape_of(entry) for entry in value} or {()}
        only = inner.pop() if len(inner) == 1 else None
        return None if only is None else (len(value), *only)
    if isinstance(value, numbers.Number):
        return ()
    shape = getattr(value, "shape", None)
    return shape if isinstance(shape, tuple) else None


def split_format(text: str) -> tuple[str, str]:
    """Split `loss:.3f` into expression and format. Raises SyntaxError where there is neither."""
    for end in [len(text), *(match.start() for match in reversed([*re.finditer(":", text)]))]:
        with contextlib.suppress(SyntaxError):
            ast.parse(text[:end].strip(), mode="eval")
            return text[:end].strip(), text[end + 1 :]
    raise SyntaxError(f"{text!r} is no expression")
