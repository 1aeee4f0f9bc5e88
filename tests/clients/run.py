"""Other people's clients against the emulator, each in an environment of its own: `make clients`.

    python -m tests.clients.run [--checkouts FOLDER] [NAME …]

Every client lies in a folder of this one: what it is pinned to, and a program that talks and prints `ok` and what was
shown. What a machine lacks is said; a client that fails, or shows less than it has shown before, ends the run with 1.
"""

import argparse
import pathlib
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence

from tests.clients.catalog import CLIENTS, Client, prepared
from tests.clients.surroundings import Surroundings, surroundings

RUN_SECONDS = 240


def run(client: Client, around: Surroundings) -> tuple[bool, str]:
    """Whether the client showed all that it can, and what it printed."""
    around.emulator.reset()
    around.plain.reset()
    start = time.monotonic()
    with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as output:
        try:
            code = subprocess.run(
                client.command,
                cwd=client.path,
                env=around.variables(client),
                stdout=output,
                stderr=subprocess.STDOUT,
                timeout=RUN_SECONDS,
                check=False,
            ).returncode
        except subprocess.TimeoutExpired:
            code = -1
        output.seek(0)
        text = output.read()
    shown = re.findall(r"^ok (.*)$", text, re.MULTILINE)
    good = code == 0 and len(shown) == client.shows
    seconds = time.monotonic() - start
    print(
        f"{client.title}: {'ok' if good else 'FAILED'} in {seconds:.0f} s: {'; '.join(shown)}",
        flush=True,
    )
    if not good:
        print(
            f"  exit code {code}, {len(shown)} of {client.shows}; the end of what it printed:\n{text[-4000:]}",
            flush=True,
        )
    return good, text


def main(arguments: Sequence[str] | None = None) -> int:
    """Run all clients, or those that are named; 1 when one of them fails."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(client.folder for client in CLIENTS))
    parser.add_argument(
        "--checkouts", type=pathlib.Path, metavar="FOLDER", help="where clones of the clients' repositories lie"
    )
    given = parser.parse_args(arguments)
    if given.checkouts and not given.checkouts.is_dir():
        parser.error(f"{given.checkouts} is no folder")
    if unknown := set(given.names) - {client.folder for client in CLIENTS}:
        parser.error(f"there is no client {', '.join(sorted(unknown))}")
    chosen = [client for client in CLIENTS if not given.names or client.folder in given.names]
    runnable = []
    for client in chosen:
        if reason := client.reason_to_skip(given.checkouts):
            print(f"{client.title}: skipped, {reason}", flush=True)
        else:
            runnable.append(client)
    fine = _run_all(runnable, given.checkouts) if runnable else 0
    print(f"{fine} of {len(chosen)} clients are fine, {len(chosen) - len(runnable)} skipped.")
    return 0 if fine == len(runnable) else 1


def _run_all(clients: Sequence[Client], checkouts: pathlib.Path | None) -> int:
    """How many are fine."""
    fine = 0
    with surroundings() as around:
        for client in clients:
            try:
                prepared(client)
                if client.source:
                    client.source.extract(client.source.find(checkouts), around.source(client))
            except (subprocess.SubprocessError, OSError) as error:
                print(f"{client.title}: FAILED, it could not be installed: {error}", flush=True)
            else:
                fine += run(client, around)[0]
    return fine


if __name__ == "__main__":
    sys.exit(main())
