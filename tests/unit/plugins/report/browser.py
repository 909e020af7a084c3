"""A report's page in a real browser: Chromium without a window, each start with a new profile and nothing loaded."""

from __future__ import annotations

import html
import json
import re
import shutil
import subprocess
import typing as t
from pathlib import Path

JSON = dict[str, t.Any]
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--hide-scrollbars",
)  # fmt: skip
#: What blink calls the scheme a reader prefers.
SCHEMES = {"dark": 0, "light": 1}
_POLICY = re.compile(r'<meta http-equiv="Content-Security-Policy"[^>]*>')
MEASURE = (Path(__file__).parent / "measure.js").read_text()


def run(folder: Path, page: Path, *flags: str, scheme: str = "light") -> str:
    """Start the browser with a page and return what it prints. ``folder`` gets its profile."""
    profile = folder / "profile"
    shutil.rmtree(profile, ignore_errors=True)
    command = [
        str(CHROMIUM),
        *FLAGS,
        f"--user-data-dir={profile}",
        f"--blink-settings=preferredColorScheme={SCHEMES[scheme]}",
    ]
    done = subprocess.run([*command, *flags, page.as_uri()], capture_output=True, text=True, timeout=240, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def measured(folder: Path, page: str, *, width: int, scheme: str = "light", printed: bool = False) -> JSON:
    """What a script finds out about a page of this width; ``printed`` lays it out as paper is."""
    text = _POLICY.sub("", page)
    if printed:
        text = text.replace("@media print", "@media all")
    path = folder / "measured.html"
    path.write_text(text.replace("</body>", f'<pre id="measured" hidden></pre><script>{MEASURE}</script></body>'))
    found = run(folder, path, f"--window-size={width},900", "--dump-dom", scheme=scheme)
    (answer,) = re.findall(r'<pre id="measured" hidden="">(.*?)</pre>', found, re.DOTALL)
    return t.cast(JSON, json.loads(html.unescape(answer)))


def picture(folder: Path, page: str, to: Path, *, width: int, height: int, scheme: str = "light") -> None:
    """A screenshot of a page."""
    path = folder / "page.html"
    path.write_text(page)
    run(folder, path, f"--window-size={width},{height}", f"--screenshot={to}", scheme=scheme)


def printed_pages(folder: Path, page: str) -> int:
    """How many sheets the page takes in print."""
    path, sheets = folder / "page.html", folder / "page.pdf"
    path.write_text(page)
    run(folder, path, f"--print-to-pdf={sheets}", "--no-pdf-header-footer")
    return len(re.findall(rb"/Type\s*/Page\b", sheets.read_bytes()))
