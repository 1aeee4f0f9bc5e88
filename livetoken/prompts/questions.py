"""Starter questions of a prompt file: public, offered to visitors before anything was said."""

import re
from collections.abc import Iterator

from livetoken.prompts.mistakes import Mistake

QUESTIONS, CHARACTERS = 6, 120
_NO_LINE = r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]"  # in a button


def mistakes(questions: tuple[str, ...]) -> Iterator[Mistake]:
    """Yield what is wrong with a prompt file's `questions`."""
    if len(questions) > QUESTIONS:
        yield Mistake("questions", f"are {len(questions)}; keep the {QUESTIONS} best")
    for question in questions:
        if not question.strip() or re.search(_NO_LINE, question):
            yield Mistake("questions", f"{question!r:.60} is not one line of text that visitors could read")
        elif len(question) > CHARACTERS:
            reason = f"{question[:40] + '…'!r} is longer than {CHARACTERS} characters"
            yield Mistake("questions", reason)
    for question in dict.fromkeys(each for each in questions if questions.count(each) > 1):
        yield Mistake("questions", f"{question!r:.60} stands there more than once; remove it")
