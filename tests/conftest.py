"""Which tests share a process where several run side by side (`make test`)."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling

# Files that share what takes long: the survey of the pages, the Python of a page. Every other file is a group of its own, and the pages
# of the book are one.
GROUPS = {
    "survey": (
        "every_page",
        "figures_in_themes",
        "keyboard",
        "navigating",
        "printing",
        "searching",
        "weights",
        "without_javascript",
    ),
    "python": ("blocks_in_browser", "runtime", "runtime_security"),
}
# The longest, lest one is left for the end.
FIRST = (
    "survey",
    "test_judging_labs",
    "python",
    "test_run",
    "test_descent_lab",
    "test_fit_lab",
    "test_playground",
    "test_every_program",
    "test_drift",
    "test_editor",
    "test_another_book",
    "test_platform",
    "test_reproducible",
    "test_animated_fit",
    "test_serving",
)


def group_of(nodeid: str) -> str:
    """The group of a test, by the file in its name."""
    file = PurePosixPath(nodeid.split("::", maxsplit=1)[0])
    if file.suffix != ".py":
        return "pages"
    return next((group for group, files in GROUPS.items() if file.stem.removeprefix("test_") in files), file.stem)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Sorts by group, the longest first."""
    order: dict[str, int] = {group: place for place, group in enumerate(FIRST)}
    items.sort(key=lambda item: order.setdefault(group_of(item.nodeid), len(order)))


class Groups(LoadScopeScheduling):  # type: ignore[misc]
    """Gives a process one group after the other. (`--dist loadgroup` does nothing with pytest 9.2: pytest-xdist, issue 1386.)"""

    def _split_scope(self, nodeid: str) -> str:
        return group_of(nodeid)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Groups:
    """Called where `--numprocesses` is given."""
    config.option.loadscopereorder = False  # it has an order already
    return Groups(config, log)
