"""What `main.py` is made of; with `prompts/` and `requirements.txt` it is all that is deployed.

Imports run downwards: http, gemini, then access, prompts and secret side by side, runtime, settings, errors.
"""
