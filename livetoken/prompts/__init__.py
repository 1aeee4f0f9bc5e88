"""Prompt files and what a page says about itself, down to the text of the system instruction.

All of it may be changed here alone; a new placeholder or request field is also a line of docs/openapi.yaml.
"""
