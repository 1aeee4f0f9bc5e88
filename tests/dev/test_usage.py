"""`make usage`: sums of reports, of whatever wrote the log down."""

import io
import itertools
import json
import random
from collections import Counter, defaultdict
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from dev import usage
from livetoken.usage import prices

SITES, PROMPTS = ("https://shop.example", "https://news.example"), ("guide", "voice-assistant")
CODES = ("quota", "microphone_denied", "connection_lost")


def report(**fields: Any) -> dict[str, Any]:
    """Return a line of the log, some fields of it as given."""
    line: dict[str, Any] = {
        "severity": "INFO",
        "code": "ok",
        "requestId": "f" * 16,
        "origin": SITES[0],
        "reportedBy": "client",
    }
    line |= {
        "prompt": "guide",
        "promptVersion": "0a1b2c3d",
        "model": "gemini-3.8-live",
        "time": "2026-11-25T10:00:00.000+00:00",
    }
    used: dict[str, Any] = {
        "requestId": "a" * 16,
        "sequence": 1,
        "seconds": 60.0,
        "turns": 3,
        "tokens": {"in": {}, "out": {}},
        "usd": 0.01,
    }
    used |= {
        "conversation": fields.get("requestId", "a" * 16),
        "reconnects": 0,
        "ended": None,
        "errors": [],
        "thumbs": {},
    }
    for name, value in fields.items():
        (line if name in line and name != "requestId" else used)[name] = value
    return line | {"usage": used}


def rows(text: str) -> list[list[str]]:
    """Return the table's rows as lists of cells, without heading and sum."""
    return [[*group, *sums.row()] for group, sums in usage.summed(usage.reports(text)).items()]


def test_a_thousand_conversations(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Some with several tokens, each with several reports that come twice and out of order: every sum is exact."""
    chance = random.Random(1)
    lines: list[dict[str, Any]] = []
    expected: dict[tuple[str, str, str], dict[str, Any]] = defaultdict(
        lambda: {"conversations": 0, "seconds": Decimal(0), "turns": 0, "usd": Decimal(0), "up": 0, "errors": Counter()}
    )
    for _ in range(1000):
        day, site, prompt = f"2026-11-{chance.randint(1, 9):02}", chance.choice(SITES), chance.choice(PROMPTS)
        version = f"{chance.randint(1, 2):08x}"
        sums = expected[day, site, f"{prompt} {version}"]
        sums["conversations"] += 1
        conversation = f"{chance.getrandbits(64):016x}"
        for number in range(chance.choice((1, 1, 1, 2, 3))):
            token = conversation if number == 0 else f"{chance.getrandbits(64):016x}"
            seconds, turns, tokens_in, tokens_out = 0.0, 0, 0, 0
            for sequence in range(1, chance.randint(1, 6) + 1):
                seconds, turns = round(seconds + chance.random() * 300, 1), turns + chance.randint(0, 9)
                tokens_in, tokens_out = tokens_in + chance.randint(0, 90_000), tokens_out + chance.randint(0, 4000)
                cost = prices.usd("gemini-3.8-live", {"audio": tokens_in}, {"audio": tokens_out})
                errors, up = chance.sample(CODES, chance.choice((0, 0, 0, 1))), chance.choice((0, 0, 1))
                lines.append(
                    report(
                        requestId=token, conversation=conversation, sequence=sequence, seconds=seconds, turns=turns, usd=cost, origin=site, prompt=prompt,
                        promptVersion=version, errors=errors, thumbs={"up": up, "down": 0}, time=f"{day}T12:00:{sequence:02}.000+00:00",
                    )
                )  # fmt: skip
            sums["seconds"] += Decimal(str(seconds))
            sums["turns"] += turns
            sums["usd"] += Decimal(str(cost))
            sums["up"] += up
            sums["errors"].update(errors)
    lines += chance.sample(lines, 300)  # a request that is repeated
    chance.shuffle(lines)
    log = tmp_path / "run.log"
    others = [
        "Starting the function on port 8080 …",
        '{"severity": "INFO", "code": "ok", "httpRequest": {}}',
        "",
        "{not JSON}",
        "[1, 2]",
    ]
    log.write_text("\n".join([*others, *map(json.dumps, lines)]), encoding="utf-8")

    found = usage.summed(usage.reports(log.read_text(encoding="utf-8")))
    assert {tuple(group) for group in found} == set(expected)
    for group, got_sums in found.items():
        wanted = expected[group.day, group.site, group.prompt]
        got = {
            "conversations": len(got_sums.conversations),
            "seconds": got_sums.seconds,
            "turns": got_sums.turns,
            "usd": got_sums.usd,
            "up": got_sums.thumbs["up"],
            "errors": got_sums.errors,
        }
        assert got == wanted, group
    assert usage.main([str(log)]) == 0
    printed = capsys.readouterr().out
    everything = next(line for line in printed.splitlines() if line.startswith("all "))
    total = sum(wanted["usd"] for wanted in expected.values())
    minutes = sum(wanted["seconds"] for wanted in expected.values()) / 60
    assert everything.split()[1:3] == ["1000", f"{minutes:.1f}"]
    assert f" {total:.2f} " in everything
    assert list(found) == sorted(found)


@pytest.mark.parametrize("indent", [None, 2])
def test_gcloud_s_array(indent: int | None) -> None:
    """`gcloud logging read --format=json` writes an array of entries, whose time is beside the line."""
    line = report(time="", turns=3.0, sequence=1.0, thumbs={"up": 0.0})
    del line["time"]
    array = [
        {"insertId": "1", "timestamp": "2026-11-24T23:59:59.9Z", "jsonPayload": line},
        {"textPayload": "x"},
        {"jsonPayload": {"code": "ok"}},
        {"jsonPayload": {"usage": {"of": "another program"}}},
    ]
    assert rows(json.dumps(array, indent=indent)) == [
        ["2026-11-24", SITES[0], "guide 0a1b2c3d", "1", "1.0", "3", "0.01", "0", "0", ""]
    ]


def test_the_last_report_counts() -> None:
    """A report that is late, or comes twice, changes nothing, whichever comes first."""
    reports = [report(sequence=number, turns=number, seconds=60.0 * number, usd=0.01 * number) for number in (1, 2, 3)]
    tables = {
        json.dumps(rows("\n".join(map(json.dumps, some)))) for some in itertools.permutations([*reports, reports[1]])
    }
    assert tables == {json.dumps([["2026-11-25", SITES[0], "guide 0a1b2c3d", "1", "3.0", "3", "0.03", "0", "0", ""]])}


def test_unknown_is_not_nothing() -> None:
    """What has no price is said beside the dollars that are known."""
    lines = [report(), report(requestId="b" * 16, usd="unknown", errors=["quota"], thumbs={"down": 1})]
    assert rows("\n".join(map(json.dumps, lines)))[0][3:] == ["2", "2.0", "6", "0.01 + 1 unknown", "0", "1", "quota 1"]


def test_standard_input_and_what_is_no_log(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """It reads what is piped into it; where nothing is reported, or the file is none, it says what to give."""
    monkeypatch.setattr("sys.stdin", io.StringIO(json.dumps(report(time="")) + "\n"))
    assert usage.main([]) == 0
    assert usage.UNDATED in capsys.readouterr().out
    (tmp_path / "empty.log").write_text("Nothing.\n")
    (tmp_path / "broken.json").write_text("[{]")
    for name, code, says in (
        ("empty.log", 1, "no report of usage"),
        ("broken.json", 2, "cannot be read"),
        ("none.log", 2, "cannot be read"),
    ):
        assert usage.main([str(tmp_path / name)]) == code
        assert says in capsys.readouterr().err
