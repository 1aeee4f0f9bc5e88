"""The search index of `examples/bicycles/`, made anew by Pagefind whenever the pages are served: that takes a moment.

Pagefind is a program in a wheel, which not every machine has. Without it the pages are found by `llms-full.txt`.
"""

import importlib.util
import pathlib
import shutil
import subprocess
import sys

from dev.children import ROOT

SITE = ROOT / "examples" / "bicycles"
INDEX = ROOT / ".cache" / "bicycles" / "pagefind"
ADDRESS = "/bicycles/pagefind/"  # where a client looks for it, below the site's own folder
_SECONDS = 20


def search_index(site: pathlib.Path = SITE, index: pathlib.Path = INDEX) -> pathlib.Path | None:
    """Return the folder of a new index of `site`; None, after a line about it, where there can be none."""
    shutil.rmtree(index, ignore_errors=True)  # an old one would be searched without its pages
    if importlib.util.find_spec("pagefind_bin") is None:
        print("No search index: there is no Pagefind for this machine; llms-full.txt is searched.", flush=True)
        return None
    command = [sys.executable, "-m", "pagefind_bin", "--silent", "--site", str(site), "--output-path", str(index)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=_SECONDS, check=False)
        said = "" if done.returncode == 0 else done.stderr.strip() or f"it ended with {done.returncode}"
    except (OSError, subprocess.TimeoutExpired) as error:
        said = str(error)
    if said:
        print(f"No search index: Pagefind cannot make one ({said}); llms-full.txt is searched.", flush=True)
        return None
    return index
