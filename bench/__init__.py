"""Measures the function beside other designs, side by side in one run: start, mint, refusal, memory."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parent.parent / "emulator" / "src"))  # its Secret Manager serves here, too
