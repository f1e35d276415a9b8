"""Settings: their defaults, and a sentence for everything that cannot be meant."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import yaml

import asrun.settings
from asrun.settings import BookError, Options, Settings
from tests.asrun.conftest import REPOSITORY, SmallBook


def load(root: Path, plugins: Any) -> Settings:
    root.mkdir(exist_ok=True)
    (root / "mkdocs.yml").write_text(yaml.safe_dump({"site_name": "A book", "plugins": plugins}))
    return Settings.load(root)


@pytest.mark.parametrize("plugins", [None, [], ["search"], ["asrun"], [{"asrun": None}], {"asrun": {}}, {"search": {}}])
def test_without_the_entry_or_its_options_the_defaults_hold(tmp_path: Path, plugins: Any) -> None:
    settings = load(tmp_path, plugins)
    assert settings.options == Options()
    assert settings.modules == tmp_path / "snippets"
    assert settings.package == "snippets"


@pytest.mark.parametrize(
    "plugins",
    [[{"asrun": {"modules": "code/parts", "time_limit": 2}}], {"asrun": {"modules": "code/parts", "time_limit": 2}}],
)
def test_options_are_read_from_a_list_and_from_a_mapping(tmp_path: Path, plugins: Any) -> None:
    (tmp_path / "code/parts").mkdir(parents=True)
    settings = load(tmp_path, plugins)
    assert settings.package == "code.parts"
    assert settings.options.time_limit == 2.0


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"module": "x"}, "mkdocs.yml: asrun has no option module: do you mean modules?"),
        ({"zzz": 1}, f"mkdocs.yml: asrun has no option zzz: there are {', '.join(vars(Options()))}"),
        ({"time_limit": "soon"}, "mkdocs.yml: the option time_limit of asrun is a number of seconds above 0, not 'soon'"),
        ({"time_limit": 0}, "mkdocs.yml: the option time_limit of asrun is a number of seconds above 0, not 0"),
        ({"time_limit": True}, "mkdocs.yml: the option time_limit of asrun is a number of seconds above 0, not True"),
        ({"runtime": "numpy"}, "mkdocs.yml: the option runtime of asrun is a list of words, as [one, two], not 'numpy'"),
        ({"preload": [1]}, "mkdocs.yml: the option preload of asrun is a list of words, as [one, two], not [1]"),
        ({"style": ["a"]}, "mkdocs.yml: the option style of asrun is a text, not ['a']"),
        (["style"], "mkdocs.yml: the options of asrun are a list of `name: value`, not ['style']"),
        ({"modules": "cod"}, "mkdocs.yml: modules names the folder cod, which does not exist: make it, or mend the name"),
        ({"tests": "tests/it"}, "mkdocs.yml: tests names the folder tests/it, which does not exist: make it, or mend the name"),
    ],
)  # fmt: skip
def test_what_cannot_be_meant_is_a_sentence(tmp_path: Path, options: Any, said: str) -> None:
    with pytest.raises(BookError) as caught:
        load(tmp_path, [{"asrun": options}])
    assert str(caught.value) == said


def test_a_build_tells_the_same_as_the_command(book: SmallBook) -> None:
    book.page("\nText.\n")
    book.settings()
    site = (book.root / "mkdocs.yml").read_text("utf-8").replace("time_limit:", "time_limt:")
    book.write("mkdocs.yml", f"{site}theme: {{name: material}}\n")
    sentence = "asrun has no option time_limt: do you mean time_limit?"
    for module, arguments in (("asrun", ["check"]), ("mkdocs", ["build", "--strict"])):
        done = run(book.root, module, *arguments)
        assert done.returncode == 1
        assert sentence in done.stderr
        assert "Traceback" not in done.stderr


def test_a_system_without_fork_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(os, "fork")
    with pytest.raises(
        BookError, match=r"asrun runs each page in a process that it forks, which this system cannot .*: use Linux"
    ):
        load(tmp_path, [])


def test_the_command_needs_no_fork_to_say_so(tmp_path: Path) -> None:
    """As on Windows: neither `fork` nor `fcntl` is there."""
    code = "import os, sys; del os.fork; sys.modules['fcntl'] = None; from asrun.__main__ import main; sys.exit(main(['check']))"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env=os.environ | {"PYTHONPATH": str(REPOSITORY)},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert done.stderr.startswith("error: asrun runs each page in a process that it forks")


def test_two_versions_on_the_path_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def installed(**_: str) -> Iterator[Any]:
        yield SimpleNamespace(version=asrun.settings.__version__, locate_file=lambda name: "/here")
        yield SimpleNamespace(version="0.0.1", locate_file=lambda name: "/there")

    monkeypatch.setattr(asrun.settings, "distributions", installed)
    with pytest.raises(
        BookError, match=r"two versions of asrun are on Python's path \(.* in .*, 0\.0\.1 in /there\): uninstall one"
    ):
        load(tmp_path, [])


def test_a_python_that_is_too_old_is_told(tmp_path: Path) -> None:
    code = "import sys; sys.version_info = (3, 10, 4); sys.version = '3.10.4 (old)'; import asrun"
    done = subprocess.run([sys.executable, "-c", code], cwd=REPOSITORY, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1] == (
        "ImportError: asrun needs Python 3.11.5 or later, and this is 3.10.4: run it with a newer one"
    )


@pytest.mark.parametrize(
    ("template", "said"),
    [
        ("{% if %}\n", "main.html:1: the template cannot be used: Expected an expression"),
        ('{% extends "base.html" %}\n{% block styles %}\n{{ nothing.here.at_all }}\n{% endblock %}\n', "main.html:3: the template cannot be used: 'nothing' is undefined"),
        ('{% extends "no.html" %}\n', "the template cannot be used: "),
    ],
    ids=["syntax", "name", "parent"],
)  # fmt: skip
def test_a_template_of_the_book_that_is_broken_is_told(book: SmallBook, template: str, said: str) -> None:
    book.page("\nText.\n", "index.md")
    book.settings()
    book.write("overrides/main.html", template)
    site = (book.root / "mkdocs.yml").read_text("utf-8")
    book.write("mkdocs.yml", f"{site}theme: {{name: material, custom_dir: overrides}}\n")
    done = run(book.root, "mkdocs", "build", "--strict")
    assert done.returncode == 1
    assert said in done.stderr
    assert "mend it, or delete it to get ours" in done.stderr
    assert "Traceback" not in done.stderr


def run(root: Path, module: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    surroundings = os.environ | {"PYTHONPATH": str(REPOSITORY), "NO_MKDOCS_2_WARNING": "1"}
    command = [sys.executable, "-m", module, *arguments]
    return subprocess.run(command, cwd=root, env=surroundings, capture_output=True, text=True, check=False)


class Asking:
    """Something in `mkdocs.yml` that, while it is pickled, asks the settings for what they have not read yet."""

    settings: Settings

    def __reduce__(self) -> tuple[type[dict[str, str]], tuple[()]]:
        assert self.settings.nav == ()
        return dict, ()


def test_settings_can_be_sent_to_a_page_while_another_thread_asks_for_nav(tmp_path: Path) -> None:
    asking = Asking()
    asking.settings = Settings(tmp_path, {"extra": asking})
    assert pickle.loads(pickle.dumps(asking.settings)).site == {"extra": {}}
