"""Measures the function beside other designs, side by side in one run: start, mint, refusal, memory, processor time.

All of it may be changed here alone; no test looks at a figure, and README.md says what was seen.
"""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parent.parent / "emulator" / "src"))  # its Secret Manager serves here, too
