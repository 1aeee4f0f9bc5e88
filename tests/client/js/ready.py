"""Waits for the function's first token: on a busy machine its cold start may take longer than a test has patience."""

import time

import requests


def until_ready(url: str, origin: str, seconds: float = 60) -> None:
    """Ask for tokens until one comes."""
    end = time.monotonic() + seconds
    while True:
        answer = requests.post(url, json={}, headers={"Origin": origin}, timeout=20)
        if answer.status_code == requests.codes.ok:
            return
        assert time.monotonic() < end, answer.text
        time.sleep(0.2)
