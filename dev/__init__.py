"""Everything that runs livetoken on one machine, and what its Makefile calls; none of it is deployed.

All of it may be changed here alone, as long as `make run` stays one command that leaves nothing behind.
"""

import pathlib
import sys

# The emulator is a package of its own, in a folder of its own: `python -m dev` finds it without being told.
_EMULATOR = str(pathlib.Path(__file__).resolve().parent.parent / "emulator" / "src")
if _EMULATOR not in sys.path:
    sys.path.append(_EMULATOR)
