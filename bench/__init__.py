"""Measures the function beside other designs, side by side in one run: start, mint, refusal, memory."""
