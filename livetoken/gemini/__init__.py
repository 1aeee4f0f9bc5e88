"""What a token locks, and the call that mints it; the only importer of google-genai.

All of it may be changed here alone, as long as the golden files in tests/gemini/ stay true.
"""
