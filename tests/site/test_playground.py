"""The playground: from a block to it, files and their run, the console, links that carry code, and what a browser may refuse."""

from __future__ import annotations

import asyncio
import base64
import io
import json
import zipfile
import zlib
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from playwright.async_api import Browser, BrowserContext, Locator, Page, expect

from tests.site.built import Site, expect_none
from tests.site.hands import FAKE, Hands
from tests.site.server import ISOLATED, serving
from tests.site.survey import SCHEMES, Watch, add_axe, open_page, reading

START_OF_PYTHON = 90_000  # milliseconds, on a machine that has much else to do
INJECTION = "<img src='x' onerror='document.title = 1'><script>document.title = 1</script>"


class Desk:
    """The playground, open in a browser."""

    def __init__(self, page: Page, watch: Watch) -> None:
        self.page, self.watch = page, watch
        self.said = page.locator(".play-said")
        self.code = page.locator(".play-panel .cm-content")
        self.output = page.locator(".play .book-run__body")
        self.status = page.locator(".play .book-run__status")
        self.warning = page.locator(".play-warning")
        self.console = page.locator("#play-console")
        self.examples = page.locator("#play-examples")

    def button(self, name: str) -> Locator:
        return self.page.locator(".play button:visible").filter(has_text=name).first

    def tab(self, name: str) -> Locator:
        return self.page.get_by_role("tab", name=name)

    def option(self, text: str) -> Locator:
        return self.page.get_by_role("option").filter(has_text=text).first

    async def write(self, code: str) -> None:
        await self.code.click()
        await self.page.keyboard.press("ControlOrMeta+a")
        await self.page.keyboard.press("Delete")
        await self.page.keyboard.insert_text(code)

    async def text(self) -> str:
        """What the editor holds. (It draws only the lines near the view, so it is asked for what it keeps.)"""
        return "\n".join(await self.code.locator(".cm-line").all_inner_texts())

    async def add(self, name: str, code: str = "") -> None:
        await self.button("New file").click()
        await self.page.locator("#play-name").fill(name)
        await self.page.keyboard.press("Enter")
        if code:
            await self.write(code)

    async def run(self, ends: str = "Done") -> None:
        await self.button("Run").click()
        await self.ended()
        await expect(self.status).to_contain_text(ends, timeout=START_OF_PYTHON)

    async def ended(self) -> None:
        stop = self.page.locator(".play-bar button").filter(has_text="Stop")
        await expect(stop).to_be_hidden(timeout=START_OF_PYTHON)

    async def evaluate(self, line: str, gives: str) -> None:
        await self.ended()
        await self.console.fill(line)
        await self.console.press("Enter")
        await expect(self.output).to_contain_text(gives, timeout=START_OF_PYTHON)

    async def go(self, fragment: str) -> None:
        """Follows a link into the playground that is open."""
        await self.page.evaluate("fragment => (location.hash = fragment)", fragment)


async def fake_python(context: BrowserContext) -> None:
    await context.route("**/assets/run/runtime.js", lambda route: route.fulfill(path=FAKE))
    await context.grant_permissions(["clipboard-read", "clipboard-write"])


@asynccontextmanager
async def at_desk(
    browser: Browser, site: Site, fragment: str = "", theme: str = "light", width: int = 1280, before: str = ""
) -> AsyncIterator[Desk]:
    """The playground in a new window, with the fake Python; `before` runs before the scripts of the page."""
    async with reading(browser, theme, width) as context:
        await fake_python(context)
        if before:
            await context.add_init_script(before)
        page, watch = await open_page(context, f"{site.home}playground/{fragment}")
        desk = Desk(page, watch)
        await desk.code.wait_for()
        yield desk
        assert not watch.problems, watch.problems


def packed(files: object) -> str:
    raw = json.dumps(files).encode()
    packer = zlib.compressobj(wbits=-15)
    return base64.urlsafe_b64encode(packer.compress(raw) + packer.flush()).decode().rstrip("=")


# ---- from the book ----


async def test_a_block_leads_to_its_program(browser: Browser, site: Site) -> None:
    async with reading(browser) as context:
        await fake_python(context)
        page, watch = await open_page(context, f"{site.home}loss/")
        await page.evaluate("globalThis.stayed = true")
        await page.evaluate("probes.openDetails()")
        hands, desk = Hands(page, watch), Desk(page, watch)
        await hands.button(3, "More").click()
        await page.get_by_role("menuitem", name="Open in the playground").click()
        await expect(desk.said).to_contain_text("Opened: Block 3 of")
        assert await page.evaluate("globalThis.stayed"), "the document was loaded anew, and its Python with it"
        program = (site.folder / "take/loss/3.py").read_text(encoding="utf-8")
        assert (await desk.text()).startswith(program[:200])
        assert "#" not in page.url, "a reload would open the block again, over what the reader did"

        await page.go_back()
        await hands.block(1).wait_for(state="attached")
        await page.evaluate("probes.openDetails()")
        await hands.button(1, "Edit").wait_for()
        await hands.write(1, "edited = 1")
        await hands.button(1, "More").click()
        await page.get_by_role("menuitem", name="Open in the playground").click()
        await expect(desk.code).to_contain_text("edited = 1")
        await desk.go("#page=loss&block=999")
        await expect(desk.said).to_have_text(
            "The book has no block 999 on a page loss. Your own files are as they were."
        )
        await expect(desk.code).to_contain_text("edited = 1")
        watch.failed = [line for line in watch.failed if "/take/loss/999.py" not in line]
        watch.messages = [line for line in watch.messages if "/take/loss/999.py" not in line]
        assert not watch.problems, watch.problems


async def test_every_block_is_found_by_its_words(browser: Browser, site: Site) -> None:
    async with at_desk(browser, site) as desk:
        pages = json.loads((site.folder / "take/examples.json").read_text(encoding="utf-8"))
        for page in pages:
            for number, _ in enumerate(page["blocks"], 1):
                assert (site.folder / f"take/{page['stem']}/{number}.py").is_file(), (page["stem"], number)
        assert [page["title"] for page in pages].index("One number for all errors") == 3, "in the order of the book"

        await desk.examples.click()
        await expect(desk.page.get_by_role("option")).to_have_count(2 + sum(len(page["blocks"]) for page in pages))
        await desk.examples.fill("One number pseudonym")
        await expect(desk.option("Nothing in the book fits these words.")).to_be_visible()
        await desk.examples.fill("ONE NUMBER")
        await expect(desk.page.get_by_role("group", name="I The idea: One number for all errors")).to_be_visible()
        await desk.page.keyboard.press("ArrowDown")
        await desk.page.keyboard.press("ArrowDown")
        active = await desk.examples.get_attribute("aria-activedescendant")
        await expect(desk.page.locator(f"#{active}")).to_have_attribute("aria-selected", "true")
        await desk.page.keyboard.press("Enter")
        await expect(desk.said).to_contain_text("Opened: Block 2 of “One number for all errors”.")
        await expect(desk.page.get_by_role("listbox")).to_be_hidden()


async def test_what_was_open_is_kept_as_earlier_work(browser: Browser, site: Site) -> None:
    async with at_desk(browser, site) as desk:
        await desk.write('print("first")')
        await desk.examples.fill("empty")
        await desk.option("An empty file").click()
        await expect(desk.said).to_contain_text("What you had is kept")
        await desk.write('print("second")')
        await desk.button("Back to it").click()
        await expect(desk.code).to_have_text('print("first")')
        await expect(desk.tab("main.py")).to_be_focused()
        await desk.page.reload()
        await expect(desk.code).to_have_text('print("first")')
        await desk.examples.fill("second")
        await desk.option('print("second")').click()
        await expect(desk.code).to_have_text('print("second")')


# ---- files ----


async def test_files_are_added_renamed_and_deleted(browser: Browser, site: Site) -> None:
    async with at_desk(browser, site) as desk:
        await desk.write("import helpers")
        await desk.add("helpers.py", "a = 1")
        await desk.button("New file").click()
        for name, why in {
            "": "A file needs a name",
            "helpers.py": "There is a helpers.py already",
            "my-file.py": "consists of letters, digits and _",
            "../a.txt": "A name consists of",
            "run.sh": "A name ends in",
            f"{INJECTION}.txt": "A name may have 60 characters",
        }.items():
            await desk.page.locator("#play-name").fill(name)
            await desk.page.keyboard.press("Enter")
            await expect(desk.page.locator("#play-name-problem")).to_contain_text(why)
        await desk.page.keyboard.press("Escape")
        await expect(desk.page.get_by_role("tab")).to_have_text(["main.py", "helpers.py"])

        await desk.tab("helpers.py").focus()
        await desk.page.keyboard.press("F2")
        await desk.page.locator("#play-name").fill("tools.py")
        await desk.page.keyboard.press("Enter")
        await expect(desk.tab("tools.py")).to_be_focused()
        await desk.run()
        assert await desk.page.evaluate("fake.files") == {"main.py": "import helpers", "tools.py": "a = 1"}

        await desk.tab("tools.py").focus()
        await desk.page.keyboard.press("Delete")
        await expect(desk.page.get_by_role("tab")).to_have_text(["main.py"])
        await desk.page.keyboard.press("Delete")
        await expect(desk.page.get_by_role("tab")).to_have_text(["main.py"])  # which stays
        await desk.button("Undo").click()
        await expect(desk.tab("tools.py")).to_have_attribute("aria-selected", "true")
        await expect(desk.code).to_have_text("a = 1")


async def test_an_error_is_marked_in_its_file_and_line(browser: Browser, site: Site) -> None:
    async with at_desk(browser, site) as desk:
        await desk.add("helpers.py", "a = 1\nb = 2")
        await desk.tab("main.py").click()
        await desk.write("x = 1\nraise")
        await desk.run("It ended with an error.")
        await expect(desk.code.locator(".cm-wrong")).to_have_text("raise")
        await desk.page.evaluate("fake.raisesIn = 'helpers.py'")
        await desk.run("It ended with an error.")
        await expect(desk.code.locator(".cm-wrong")).to_have_count(0)
        await expect(desk.tab("helpers.py (has an error)")).to_be_visible()
        await desk.button("Go to helpers.py, line 2").click()
        await expect(desk.code.locator(".cm-wrong")).to_have_text("b = 2")
        await expect(desk.code).to_be_focused()
        await desk.tab("main.py").click()
        await desk.write("x = 1")
        await desk.run()
        await expect(desk.tab("helpers.py (has an error)")).to_have_count(0)


async def test_files_come_from_the_disk_and_go_there(browser: Browser, site: Site, tmp_path: Path) -> None:
    async with at_desk(browser, site) as desk:
        chooser = desk.page.locator("input[type=file]")
        (tmp_path / "my tools.py").write_text('print("ŷ")\r\n', encoding="utf-8")
        (tmp_path / "picture.csv").write_bytes(b"\x89PNG\xff\0")
        (tmp_path / "a.exe").write_text("")
        await chooser.set_input_files([tmp_path / name for name in ("my tools.py", "picture.csv", "a.exe")])
        await expect(desk.said).to_contain_text("Opened my_tools.py.")
        await expect(desk.said).to_contain_text("picture.csv is no text")
        await expect(desk.said).to_contain_text("a.exe was not opened")
        await desk.button("Save").click()
        async with desk.page.expect_download() as coming:
            await desk.page.get_by_role("menuitem", name="Save all as .zip").click()
        with zipfile.ZipFile(io.BytesIO((await (await coming.value).path()).read_bytes())) as archive:
            assert archive.testzip() is None
            assert archive.namelist() == ["main.py", "my_tools.py"]
            assert archive.read("my_tools.py").decode() == 'print("ŷ")\n'
        await desk.button("Make my_tools.py main.py").click()
        await expect(desk.page.get_by_role("tab")).to_have_text(["main.py"])
        await expect(desk.code).to_contain_text('print("ŷ")')

        await desk.page.evaluate(
            """() => {
                const dataTransfer = new DataTransfer();
                dataTransfer.items.add(new File(["1,2"], "points.csv"));
                document.querySelector(".cm-content").dispatchEvent(new DragEvent("drop", { dataTransfer, bubbles: true, cancelable: true }));
            }"""
        )
        await expect(desk.tab("points.csv")).to_have_attribute("aria-selected", "true")
        await expect(desk.code).to_have_text("1,2")
        await desk.button("Undo").click()
        async with desk.page.expect_download() as coming:
            await desk.button("Save").click()
        assert (await coming.value).suggested_filename == "main.py"


# ---- links ----


async def test_a_link_carries_the_code_and_runs_nothing_before_a_click(browser: Browser, site: Site) -> None:
    async with at_desk(browser, site) as desk:
        await desk.write(f'print("{INJECTION}")\nprint("数据")')
        await desk.add("helpers.py", "a = 1")
        await desk.button("Share").click()
        await expect(desk.said).to_contain_text("The link is copied")
        link = await desk.page.evaluate("navigator.clipboard.readText()")
        sent = [["main.py", f'print("{INJECTION}")\nprint("数据")'], ["helpers.py", "a = 1"]]
    async with at_desk(browser, site, link.removeprefix(f"{site.home}playground/")) as desk:
        await expect(desk.warning).to_contain_text("This code came with a link")
        await expect(desk.code).to_contain_text("数据")
        confirm = desk.button("Run this code")
        await desk.button("Run").click()
        await expect(confirm).to_be_focused()
        await desk.code.click()
        await desk.page.keyboard.press("Control+Enter")
        await expect(confirm).to_be_focused()
        await desk.console.fill("import helpers")
        await desk.console.press("Enter")
        await expect(confirm).to_be_focused()
        await desk.page.reload()
        await expect(confirm).to_be_visible()
        assert await desk.page.evaluate("typeof fake") == "undefined", "Python was asked for before the click"
        await confirm.click()
        await expect(desk.output).to_contain_text("数据")
        await expect(desk.output).to_contain_text("<img src='x'")
        await expect(desk.warning).to_be_empty()
        assert await desk.page.evaluate("Object.entries(fake.files)") == sent
        assert await desk.page.locator(".play :is(img, script)").count() == 0
        await desk.run()


async def test_a_bad_link_is_told_and_nothing_is_lost(browser: Browser, site: Site) -> None:
    good = packed([["main.py", "x = 1"]])
    # All that can be wrong with one: tests/scripts/link.test.js. Here, what the page does then.
    bad = {
        "": "damaged",
        good[:-4]: "damaged",
        good + "AAAA": "damaged",  # Node takes this one
        packed([["main.py", ""], [f"{INJECTION[:30]}.py", ""]]): "The name of a Python file",
        "A" * 200_001: "too long",
    }
    async with at_desk(browser, site, f"#code={good[:-4]}") as desk:
        await expect(desk.said).to_contain_text("The link is damaged")
        await desk.write("mine = 1")
        for code, why in bad.items():
            await desk.go(f"#code={code}")
            await expect(desk.said).to_contain_text(why)
            await expect(desk.said).to_contain_text("Your own files are as they were.")
            await expect(desk.code).to_have_text("mine = 1")
            await desk.page.evaluate("document.querySelector('.play-said').textContent = ''")
        await desk.go(f"#code={good}")
        await expect(desk.code).to_have_text("x = 1")
        await desk.button("Close it").click()
        await expect(desk.code).to_have_text("mine = 1")
        await expect(desk.warning).to_be_empty()


async def test_what_is_too_long_for_a_link_is_offered_as_a_file(browser: Browser, site: Site) -> None:
    async with at_desk(browser, site) as desk:
        noise = base64.b64encode(bytes((number * number * 7919) % 251 for number in range(1, 20_000))).decode()
        await desk.write("# " + "".join(chr(33 + (ord(a) * 31 + place * place) % 90) for place, a in enumerate(noise)))
        await desk.button("Share").click()
        await expect(desk.said).to_contain_text("Send the file instead.")
        async with desk.page.expect_download() as coming:
            await desk.button("Save main.py").click()
        assert (await coming.value).suggested_filename == "main.py"


# ---- run ----


async def test_the_console_recalls_lines_and_waits_for_whole_blocks(browser: Browser, site: Site) -> None:
    async with at_desk(browser, site) as desk:
        await desk.write("x = 3")
        await desk.run()
        await desk.evaluate("print(x)", "3")
        await desk.evaluate('print("two")', "two")
        await desk.console.press("ArrowUp")
        await desk.console.press("ArrowUp")
        await expect(desk.console).to_have_value("print(x)")
        await desk.console.press("ArrowDown")
        await expect(desk.console).to_have_value('print("two")')
        await desk.console.press("ArrowDown")
        await expect(desk.console).to_have_value("")
        await desk.console.press_sequentially("for i in range(2):")
        await desk.console.press("Enter")
        await desk.console.press_sequentially('    print("in")')
        await desk.console.press("Enter")
        await expect(desk.console).to_have_value('for i in range(2):\n    print("in")\n')
        await desk.console.press("Enter")
        await expect(desk.output).to_contain_text('>>> for i in range(2):\n...     print("in")\nin')
        await desk.run()
        await expect(desk.output).to_be_empty()


async def test_large_packages_come_only_with_consent(browser: Browser, site: Site) -> None:
    async with at_desk(browser, site) as desk:
        await desk.write('import large\nprint("there")')
        await desk.button("Run").click()
        await expect(desk.status).to_contain_text("This needs Large: 26 MB to download, once.")
        await desk.button("Not now").click()
        await expect(desk.status).to_contain_text("Nothing was downloaded.")
        assert await desk.page.evaluate("fake.runs.length") == 0
        await desk.button("Run").click()
        await desk.button("Download and run").click()
        await expect(desk.output).to_have_text("there\n")


async def test_stop_reset_and_coming_back(browser: Browser, site: Site) -> None:
    async with at_desk(browser, site) as desk:
        await desk.write('print("on")\nwhile True: pass')
        await desk.page.keyboard.press("Control+Enter")
        await expect(desk.output).to_have_text("on\n")
        await desk.console.fill("1")
        await desk.console.press("Enter")
        await expect(desk.said).to_contain_text("The program is still running")
        # A page of the book and back: the program runs on, and is still to be stopped.
        await desk.page.evaluate("globalThis.stayed = true")
        await desk.page.locator("nav a", has_text="What was verified").first.click()
        await expect(desk.page.locator("h1")).to_contain_text("What was verified")
        await desk.page.go_back()
        await expect(desk.output).to_have_text("on\n")
        assert await desk.page.evaluate("globalThis.stayed")
        await desk.button("Stop").click()
        await expect(desk.status).to_contain_text("Stopped.")
        await desk.button("Reset").click()
        await expect(desk.output).to_be_empty()
        await expect(desk.code).to_contain_text("np.polyfit")
        await desk.button("Undo").click()
        await expect(desk.code).to_contain_text("while True: pass")


async def test_python_that_does_not_start_or_dies_is_told_and_the_next_run_works(browser: Browser, site: Site) -> None:
    async with at_desk(browser, site) as desk:
        refuse = "fake.refuses = 'There is not enough memory.'"
        await desk.page.evaluate(f"import('{site.home}assets/run/runtime.js').then(() => ({refuse}))")
        await desk.write("x = 1")
        await desk.run("Not run. There is not enough memory.")
        await desk.page.evaluate("fake.refuses = ''")
        await desk.run()
        await desk.evaluate("crash", "Python stopped unexpectedly.")
        await desk.evaluate("print(x)", "undefined")
        await desk.run()


# ---- keeping ----


@pytest.mark.parametrize(
    ("what", "before"),
    [
        (
            "blocked",
            "Object.defineProperty(globalThis, 'localStorage', { get() { throw new DOMException('blocked') } })",
        ),
        ("full", "Storage.prototype.setItem = () => { throw new DOMException('full', 'QuotaExceededError') }"),
    ],
)
async def test_storage_that_keeps_nothing_is_told(browser: Browser, site: Site, what: str, before: str) -> None:
    async with at_desk(browser, site, before=before) as desk:
        await expect(desk.said).to_contain_text("Your browser keeps nothing here")
        await desk.write("x = 1")
        await desk.run()
        await desk.examples.fill("empty")
        await desk.option("An empty file").click()
        await desk.button("Back to it").click()
        await expect(desk.code).to_have_text("x = 1")
        # The theme asks for the storage, too, and does not expect a refusal.
        desk.watch.messages = [message for message in desk.watch.messages if message != "uncaught blocked"]


async def test_what_another_program_left_in_the_storage_does_no_harm(browser: Browser, site: Site) -> None:
    kept = {
        "now": {"title": INJECTION, "source": "own", "files": [["../x.py", "1"]], "opened": [], "active": 1},
        "earlier": 3,
    }
    texts = ["{", "3", "null", json.dumps(kept)]
    before = f"""
        sessionStorage.turn = Number(sessionStorage.turn ?? -1) + 1;
        localStorage["book.playground"] = {json.dumps(texts)}[sessionStorage.turn];
    """
    async with at_desk(browser, site, before=before) as desk:
        await expect(desk.code).to_contain_text("np.polyfit")
        for _ in texts[1:]:
            await desk.page.reload()
            await expect(desk.code).to_contain_text("np.polyfit")


async def test_a_second_window_takes_nothing_away(browser: Browser, site: Site) -> None:
    async with at_desk(browser, site) as desk:
        await desk.write("first = 1")
        other, _ = await open_page(desk.page.context, f"{site.home}playground/")
        second = Desk(other, desk.watch)
        await second.code.wait_for()
        await second.write("second = 2")
        await expect(desk.said).to_contain_text("changed in another window")
        await desk.write("first = 3")
        await expect(second.said).to_contain_text("changed in another window")
        await desk.page.reload()
        await expect(desk.code).to_have_text("first = 3")
        await desk.examples.fill("second")
        await desk.option("second = 2").click()
        await expect(desk.code).to_have_text("second = 2")


# ---- for everybody ----


async def test_all_of_it_works_by_keyboard(browser: Browser, site: Site) -> None:
    async with at_desk(browser, site) as desk:
        press = desk.page.keyboard.press
        here = desk.page.locator(":focus")
        await desk.add("helpers.py")
        await expect(desk.code).to_be_focused()
        await desk.examples.focus()
        walked = []
        for _ in range(30):
            await press("Tab")
            if await here.evaluate("element => element.matches('.cm-content')"):
                await press("Escape")
            walked.append((await here.get_attribute("aria-label")) or (await here.inner_text()))
            if not await desk.page.evaluate("Boolean(document.activeElement.closest('.play'))"):
                break
        starts = [
            "Run",
            "Reset",
            "Open files",
            "Save",
            "Share as a link",
            "Packages",
            "helpers.py",
            "New file",
            "Rename helpers.py",
            "Delete helpers.py",
            "helpers.py. Tab indents",
            "Output of your program",
            "Console",
        ]
        assert [text.split("\n")[0][: len(start)] for text, start in zip(walked, starts, strict=False)] == starts
        await desk.tab("helpers.py").focus()
        for key, name in (
            ("ArrowRight", "main.py"),
            ("End", "helpers.py"),
            ("Home", "main.py"),
            ("ArrowLeft", "helpers.py"),
        ):
            await press(key)
            await expect(desk.tab(name)).to_be_focused()
            await expect(desk.tab(name)).to_have_attribute("aria-selected", "true")
        await press("Control+Enter")
        await expect(desk.status).to_contain_text("Done")
        await expect(desk.status).to_have_attribute("role", "status")
        await expect(desk.output).to_have_attribute("role", "log")


async def test_axe_finds_nothing_in_any_state_and_nothing_is_too_wide(browser: Browser, site: Site) -> None:
    problems: list[tuple[str, str]] = []
    for width, theme in ((1280, "light"), (360, "dark")):
        fragment = f"#code={packed([['main.py', 'print(1)'], ['a_long_name_of_a_file.py', 'raise']])}"
        async with at_desk(browser, site, fragment, theme, width) as desk:
            await add_axe(desk.page)

            async def look(state: str, desk: Desk = desk, width: int = width) -> None:
                for scheme in SCHEMES.values():
                    await desk.page.evaluate("scheme => (document.body.dataset.mdColorScheme = scheme)", scheme)
                    await desk.page.evaluate("probes.settled()")
                    for line in await desk.page.evaluate("probes.axeViolations('article')"):
                        problems.append((f"{state}, {scheme}, {width} px", line))
                for line in await desk.page.evaluate("probes.overflow()"):
                    problems.append((f"{state}, {width} px", line))

            await look("a link")
            await desk.button("Run this code").click()
            await expect(desk.status).to_contain_text("Done")
            await desk.write('print("one")\nplot\nraise')
            await desk.run("It ended with an error.")
            await desk.button("Packages").click()
            await expect(desk.page.locator(".play-packages table")).to_be_visible()
            await desk.button("New file").click()
            await desk.page.locator("#play-name").fill("main.py")
            await desk.page.keyboard.press("Enter")
            await look("error, packages, name of a file")
            await desk.examples.click()
            await desk.option("Where the points come from").wait_for()
            await desk.page.keyboard.press("ArrowDown")
            await look("list")
    expect_none(problems, "mend playground.css or the roles that playground.js gives")


async def test_the_page_says_what_to_do_without_javascript(browser: Browser, site: Site) -> None:
    async with reading(browser, java_script_enabled=False) as context:
        page = await context.new_page()
        await page.goto(f"{site.home}playground/")
        await expect(page.locator("book-playground")).to_contain_text("The playground needs JavaScript")
        await expect(page.get_by_role("heading", name="On your own computer")).to_be_visible()


# ---- with Python itself: one for all of these ----


@pytest.fixture(scope="module")
def desk(runner: asyncio.Runner, browser: Browser, folder: Path) -> Iterator[Desk]:
    with serving(folder, ISOLATED) as address:
        opened = reading(browser)
        context = runner.run(opened.__aenter__())
        page, watch = runner.run(open_page(context, f"{address}playground/"))
        yield Desk(page, watch)
        runner.run(opened.__aexit__(None, None, None))
    assert not watch.problems, watch.problems


async def test_files_import_each_other_and_anew_after_a_change(desk: Desk) -> None:
    await desk.write(
        "import helpers\nfrom snippets.loss import mse\nprint(helpers.half(8), __name__, mse.__name__)\n"
        "print(open('data/penguins.csv').readline()[:7], open('notes.txt').read())"
    )
    await desk.add("notes.txt", "ŷ noted")
    await desk.add("helpers.py", "def half(x):\n    return x / 2")
    await desk.run()
    await expect(desk.output).to_have_text("4.0 __main__ mse\nspecies ŷ noted\n")
    await desk.write("def half(x):\n    return x / 4")
    await desk.run()
    await expect(desk.output).to_contain_text("2.0 __main__ mse")
    await desk.evaluate("import helpers; helpers.half(100)", "25.0")
    await desk.write("def half(x):\n    return x / 0")
    await desk.evaluate("import helpers; helpers.half(1)", "ZeroDivisionError")
    await expect(desk.code.locator(".cm-wrong")).to_contain_text("return x / 0")
    await desk.run("It ended with an error.")
    await expect(desk.output).to_contain_text("main.py, line 3")
    await expect(desk.output).to_contain_text("helpers.py, line 2, in half")
    await expect(desk.code.locator(".cm-wrong")).to_contain_text("return x / 0")
    await desk.write("def half(x:\n    pass")
    await desk.run("It ended with an error.")
    await expect(desk.output).to_contain_text('File "helpers.py", line 1')
    await expect(desk.code.locator(".cm-wrong")).to_have_text("def half(x:")


async def test_a_file_may_have_the_name_of_a_module_and_no_page_sees_it(desk: Desk) -> None:
    await desk.evaluate("from snippets.loss import mse; mse.__name__", "'mse'")
    await desk.add("snippets.py", "mine = 7")
    await desk.tab("main.py").click()
    await desk.write("import snippets\nopen('made.txt', 'w').write('kept')\nprint(snippets.mine)")
    await desk.run()
    await expect(desk.output).to_have_text("7\n")
    told = await desk.page.evaluate(
        """async () => {
            const { runtime } = await import(new URL("assets/run/runtime.js", document.querySelector("link[rel=stylesheet]").href.replace(/assets\\/.*/, "")).href);
            let text = "";
            const code = "import os, sys\\nfrom snippets.loss import mse\\nprint(mse.__name__, os.path.exists('made.txt'), any('playground' in path for path in sys.path), 'half' in dir())";
            const result = await runtime.run({ page: "loss", block: 1, code, onText: (more) => (text += more) });
            return text + (result.error?.text ?? "");
        }"""
    )
    assert told == "mse False False False\n"
    await desk.evaluate("open('made.txt').read()", "'kept'")
    await desk.tab("snippets.py").focus()
    await desk.page.keyboard.press("Delete")


async def test_the_console_shows_what_expressions_give(desk: Desk) -> None:
    await desk.tab("main.py").click()
    await desk.write("import numpy as np\n1 + 1\nx = np.arange(3)")
    await desk.run()
    await expect(desk.output).to_be_empty()
    await desk.evaluate("x; None; _ * 2", "array([0, 1, 2])\narray([0, 2, 4])")
    await desk.evaluate("y = 5", ">>> y = 5")
    await desk.evaluate("y +", "SyntaxError")
    await desk.evaluate(f'print("{INJECTION}")', INJECTION)
    assert await desk.page.locator(".play :is(img, script)").count() == 0
    await desk.evaluate("import statsmodels", "Save your files and run them on your computer.")
    await desk.evaluate("import matplotlib.pyplot as plt; _ = plt.plot(x)", ">>> import matplotlib")
    await expect(desk.output.locator("figure svg")).to_be_visible(timeout=START_OF_PYTHON)
    await desk.run()
    await desk.evaluate("y", "NameError")


async def test_stop_leaves_a_console_that_works(desk: Desk) -> None:
    await desk.tab("main.py").click()
    await desk.write("kept = 1\nprint('go')\nwhile True: pass")
    await desk.button("Run").click()
    await expect(desk.output).to_have_text("go\n", timeout=START_OF_PYTHON)
    await desk.button("Stop").click()
    await expect(desk.status).to_contain_text("Stopped.")
    await desk.evaluate("kept + 1", "2")
