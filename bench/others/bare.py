"""A function that does nothing: what the framework and its server cost by themselves."""

import functions_framework


@functions_framework.http
def answer(_request: object) -> tuple[str, dict[str, str]]:
    """Answer a constant."""
    return '{"status": "ok"}', {"Content-Type": "application/json"}
