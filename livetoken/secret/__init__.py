"""The Gemini API key: read from Secret Manager, cached, rotated without a redeploy.

All of it may be changed here alone; nothing here may write a key anywhere.
"""
