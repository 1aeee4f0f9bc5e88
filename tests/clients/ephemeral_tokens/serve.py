"""Runs the example's `server.py`, unchanged, on a port of ours: it knows its own alone. Arguments: its folder, the port."""

import asyncio
import pathlib
import sys

folder, port = pathlib.Path(sys.argv[1]), int(sys.argv[2])
sys.path.insert(0, str(folder))

import server  # noqa: E402 - it lies in the folder that was just added

server.HTTP_PORT = port
asyncio.run(server.main())
