"""The settings: what they accept, what they refuse, and that the README tells the same story."""

import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from livetoken.settings.environment import TABLE, Settings, SettingsError
from livetoken.settings.origins import parse_origins
from tests.support import KEY, ORIGIN, ROOT

GOOD = {"ALLOWED_ORIGINS": ORIGIN, "GEMINI_API_KEY": KEY}
ROWS = json.loads((ROOT / "tests" / "settings" / "settings.json").read_text())


def environment(setting: str, value: str) -> dict[str, str]:
    """Return an environment in which only `setting` is out of the ordinary."""
    others = {
        key: text for key, text in GOOD.items() if not (setting == "GEMINI_API_KEY_SECRET" and key == "GEMINI_API_KEY")
    }
    return others | {setting: value}


@pytest.mark.parametrize(("setting", "value"), [(row["setting"], value) for row in ROWS for value in row["good"]])
def test_good_value_starts(setting: str, value: str) -> None:
    """Every value that the shared table calls good is taken."""
    Settings.from_environment(environment(setting, value))


@pytest.mark.parametrize(
    ("setting", "value"), [(row["setting"], value) for row in ROWS for value in (*row["bad"], *row.get("bad_text", []))]
)
def test_bad_value_stops_start(setting: str, value: str) -> None:
    """Every value that the shared table calls bad stops the start, naming the setting."""
    if value == "" and setting != "ALLOWED_ORIGINS":
        Settings.from_environment(environment(setting, value))  # unset and empty are one thing to a container
        return
    with pytest.raises(SettingsError, match=setting):
        Settings.from_environment(environment(setting, value))


def test_table_covers_every_setting() -> None:
    """No setting is left out of the shared table of good and bad values."""
    assert {row["setting"] for row in ROWS} >= {setting.name for setting in TABLE} - {"PROMPTS"}


def test_every_mistake_is_reported_at_once() -> None:
    """The owner sees all mistakes in one go, each with its setting's name."""
    wrong = {"ALLOWED_ORIGINS": "*,https://a.example/", "TOKEN_SECONDS": "5", "CALLERS": "me", "DEBUG": "1"}
    with pytest.raises(SettingsError) as caught:
        Settings.from_environment(wrong)
    text = str(caught.value)
    for part in (
        "'*' looks like a pattern",
        "'https://a.example/' ends with a slash",
        "TOKEN_SECONDS",
        "CALLERS",
        "exactly one",
        "DEBUG",
    ):
        assert part in text


def test_both_keys_or_none_stop_start() -> None:
    """The key comes from exactly one place."""
    both = GOOD | {"GEMINI_API_KEY_SECRET": "projects/p/secrets/s/versions/latest"}
    for wrong in (both, {"ALLOWED_ORIGINS": ORIGIN}):
        with pytest.raises(SettingsError, match="exactly one"):
            Settings.from_environment(wrong)


def test_new_session_never_outlives_token() -> None:
    """The default shrinks with a short token; an explicit contradiction is refused."""
    assert Settings.from_environment(GOOD | {"TOKEN_SECONDS": "60"}).new_session_seconds == 60
    assert Settings.from_environment(GOOD).new_session_seconds == 120
    with pytest.raises(SettingsError, match="NEW_SESSION_SECONDS"):
        Settings.from_environment(GOOD | {"TOKEN_SECONDS": "60", "NEW_SESSION_SECONDS": "61"})


def test_wrong_token_seconds_is_no_second_mistake() -> None:
    """A wrong TOKEN_SECONDS is reported once, not again by comparison with NEW_SESSION_SECONDS."""
    with pytest.raises(SettingsError) as caught:
        Settings.from_environment(GOOD | {"TOKEN_SECONDS": "5", "NEW_SESSION_SECONDS": "100"})
    assert len(caught.value.problems) == 1


def test_secrets_are_in_no_message_and_no_repr() -> None:
    """Neither a good nor a bad key, nor a storage's password, is ever repeated."""
    settings = Settings.from_environment(GOOD | {"LIMITS_STORAGE": "redis://:sentinel-password@127.0.0.1"})
    assert KEY not in repr(settings)
    assert "sentinel-password" not in repr(settings)
    with pytest.raises(SettingsError) as caught:
        Settings.from_environment(
            GOOD | {"GEMINI_API_KEY": "sentinel with spaces", "LIMITS_STORAGE": "sentinel://word"}
        )
    assert "sentinel" not in str(caught.value)


@pytest.mark.parametrize(
    "around", ["{}\r\n", "\ufeff{}", "{}\u200b", "{}\u00a0", "\u2060\u200e {}\u202c\u00ad", " {} "]
)
def test_a_key_may_have_something_unseen_around_it(around: str) -> None:
    """What files and web pages put around a key is left out; in its middle it is a mistake."""
    assert Settings.from_environment(GOOD | {"GEMINI_API_KEY": around.format(KEY)}).gemini_api_key == KEY
    with pytest.raises(SettingsError, match="GEMINI_API_KEY: must be a Gemini API key"):
        Settings.from_environment(GOOD | {"GEMINI_API_KEY": KEY + "\ufeff" + KEY})
    with pytest.raises(SettingsError, match="GEMINI_API_KEY: must be a Gemini API key"):
        Settings.from_environment(GOOD | {"GEMINI_API_KEY": "\ufeff"})


@pytest.mark.parametrize(
    ("value", "paused"),
    [
        ("", None),
        ("0", None),
        ("Off", None),
        ("false", None),
        ("NO", None),
        ("1", ""),
        ("Back at nine.", "Back at nine."),
    ],
)
def test_paused(value: str, paused: str | None) -> None:
    """Empty, 0, off, false and no are off; 1 pauses; anything else is the sentence shown."""
    assert Settings.from_environment(GOOD | {"PAUSED": value}).paused == paused


@pytest.mark.parametrize(
    ("base", "version", "url"),
    [
        (
            "https://generativelanguage.googleapis.com",
            "v1alpha",
            "wss://generativelanguage.googleapis.com/ws/google.ai.generativelanguage.v1alpha.GenerativeService.BidiGenerateContentConstrained",
        ),
        (
            "http://127.0.0.1:9090/",
            "v1beta",
            "ws://127.0.0.1:9090/ws/google.ai.generativelanguage.v1beta.GenerativeService.BidiGenerateContentConstrained",
        ),
    ],
)
def test_websocket_url(base: str, version: str, url: str) -> None:
    """The page's address has the base URL's host and the version that the token is made for."""
    assert (
        Settings.from_environment(GOOD | {"GEMINI_BASE_URL": base, "GEMINI_API_VERSION": version}).websocket_url == url
    )


@given(st.text(max_size=60) | st.from_regex(r"https?://[a-zA-Z0-9.:*/@-]{0,30}(,https://[a-z.]{1,9})?", fullmatch=True))
def test_any_text_is_origins_or_refused(text: str) -> None:
    """Any text either gives canonical origins or one ValueError; an origin given back in is itself."""
    try:
        origins = parse_origins(text)
    except ValueError:
        return
    for origin in origins:
        assert re.fullmatch(
            r"https?://[a-z0-9._*-]+(:[0-9]+)?|https?://\[[0-9a-f:]+\](:[0-9]+)?|(?!http)[a-z].*", origin
        )
        assert parse_origins(origin) == (origin,)


def readme_rows(heading: str) -> list[list[str]]:
    """Return the cells of the first table under a heading of the README."""
    section = (ROOT / "README.md").read_text().split(f"## {heading}\n", 1)[1].split("\n## ", 1)[0]
    rows = [
        [cell.strip() for cell in line.strip("| ").split("|")] for line in section.splitlines() if line.startswith("|")
    ]
    return rows[2:]


def test_readme_lists_every_setting_with_default_and_rule() -> None:
    """The README's settings table is the code's, row for row."""
    expected = [[f"`{row.name}`", f"`{row.default}`" if row.default else "–", row.rule] for row in TABLE]
    assert readme_rows("Settings") == expected


def test_prompts_folder_may_be_absolute(tmp_path: Path) -> None:
    """PROMPTS is beside main.py unless it is absolute."""
    assert Settings.from_environment(GOOD | {"PROMPTS": str(tmp_path)}).prompts == tmp_path
    assert Settings.from_environment(GOOD).prompts == ROOT / "prompts"
    with pytest.raises(SettingsError, match="PROMPTS"):
        Settings.from_environment(GOOD | {"PROMPTS": "no-such-folder"})
