"""What it costs at worst: Terraform's figures against dev/costs.py, and that against a plain sum over the turns."""

import json
import math
import re
import shutil
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from limits import parse_many

from dev import costs
from livetoken.prompts.models import DEFAULT_MODEL
from livetoken.settings import rules as setting_rules
from livetoken.settings.environment import TABLE
from tests.deploy.configuration import BASIC, ROOT, Configuration, TerraformError, copy_sources

pytestmark = pytest.mark.timeout(600)  # a busy machine takes its time to start providers

DEFAULTS = {setting.name: setting.default for setting in TABLE}
SHIPPED = [path.read_text() for path in sorted((ROOT / "prompts").glob("*.md"))]
UNCOMPRESSED = "---\nmodel: gemini-3.8-live\n---\nSpeak.\n"
UNKNOWN = "---\nmodel: [gemini-3.8-live, models/gemini-9-live]\n---\nSpeak.\n"


def worst_month(variables: dict[str, Any]) -> float:
    """Return the US dollars of the worst month, by the rule that docs/deploy.md states."""
    price = {name: float(usd) for name, usd in costs.table()["google_cloud"].items()} | variables.get("prices", {})
    instances, cpu = variables.get("max_instances", 1), variables.get("cpu", 1)
    memory = variables.get("memory", "512Mi")
    gib = int(memory[:-2]) / (1 if memory.endswith("Gi") else 1024)
    compute = instances * costs.MONTH * (cpu * price["vcpu_second"] + gib * price["gib_second"])
    requests = instances * max(1, cpu) * 1000 * costs.MONTH  # a kibibyte each
    traffic = requests / 1e6 * price["million_requests"] + requests / 2**20 * (price["egress_gib"] + price["log_gib"])
    return float(compute + tokens(variables, costs.MONTH) * token(variables) + traffic)


def tokens(variables: dict[str, Any], span: int) -> int:
    """Return how many tokens the limits let through, read by the library that once enforced them."""
    windows = parse_many(variables.get("limit_per_origin", DEFAULTS["LIMIT_PER_ORIGIN"]))
    per_origin: int = min(window.amount * math.ceil(span / window.get_expiry()) for window in windows)
    return per_origin * len(set(variables["allowed_origins"])) * counters(variables)


def counters(variables: dict[str, Any]) -> int:
    """Return how many count for themselves."""
    shared = {"redis", "limits_storage", "limits_storage_secret"} & set(variables)
    return 1 if shared else int(variables.get("max_instances", 1))


def token(variables: dict[str, Any]) -> float:
    """Return what one token costs at most with the shipped prompts."""
    seconds = variables.get("token_seconds", int(DEFAULTS["TOKEN_SECONDS"]))
    found = costs.token_usd(SHIPPED, seconds)
    assert found is not None
    if own := variables.get("prices", {}).get("gemini_minute"):
        return float(float(found) + seconds / 60 * (own - 0.0225))
    return float(found)


@given(st.integers(60, 71_940), st.sampled_from([0, 500, 8000, 8001, 9000, 104_857, 131_072]))
def test_a_token_costs_the_sum_of_its_turns(seconds: int, context: int) -> None:
    """The closed form is what adding up every single turn comes to."""
    again = sum(min(context, 8000 + 1000 * turn) for turn in range(1, math.ceil(seconds / 20) + 1))
    expected = Fraction(seconds * 25 * (3 + 12) + again * 3, 1_000_000)
    assert costs.Talk("gemini-3.8-live", context).usd(seconds) == expected


def test_the_worked_token() -> None:
    """Half an hour with a compressed context: 0.675 for talking, and 90 turns of 8 000 tokens."""
    assert costs.token_usd(SHIPPED, 1800) == Fraction("0.675") + 90 * Fraction("0.024")
    assert costs.token_usd([UNCOMPRESSED], 1800) == Fraction("0.675") + Fraction(
        3 * (90 * 8000 + 500 * 90 * 91), 1_000_000
    )


@pytest.mark.parametrize(
    ("prompt", "expected"),
    [
        (UNCOMPRESSED, [(DEFAULT_MODEL, 131_072)]),
        ("\ufeff--- \nmodel: gemini-9-live\n---", [("gemini-9-live", 131_072)]),
        ("No front matter.", [(DEFAULT_MODEL, 131_072)]),
        (UNKNOWN, [("gemini-3.8-live", 131_072), ("gemini-9-live", 131_072)]),
        ("---\nconfig:\n  context_window_compression: {sliding_window: {}}\n---\nx\n", [(DEFAULT_MODEL, 104_857)]),
        ("---\nconfig:\n  context_window_compression: {trigger_tokens: 5000, sliding_window: {}}\n---\nx\n", [(DEFAULT_MODEL, 5000)]),
        ("---\nconfig:\n  context_window_compression: {trigger_tokens: 5000}\n---\nx\n", [(DEFAULT_MODEL, 131_072)]),
        ("---\nopen: [context_window_compression]\nconfig:\n  context_window_compression: {trigger_tokens: 5000, sliding_window: {}}\n---\nx\n", [(DEFAULT_MODEL, 131_072)]),
        ("---\njust a text\n---\nx\n", [(DEFAULT_MODEL, 131_072)]),
    ],
)  # fmt: skip
def test_what_a_prompt_file_says_about_money(prompt: str, expected: list[tuple[str, int]]) -> None:
    """Models and the bound of the context; what a page may open is no bound."""
    assert costs.talks(prompt) == expected


def test_what_is_not_in_the_table_is_unknown() -> None:
    """A model without a price makes the whole unknown, and no price is nothing."""
    assert costs.Talk("gemini-9-live", 8000).usd(60) is None
    assert costs.token_usd([UNKNOWN], 60) is None
    assert costs.token_usd([], 60) is None
    prices = costs.table()
    assert re.fullmatch(r"20\d\d-\d\d-\d\d", prices["date"])
    for price in prices["models"].values():
        assert set(price) == {"audio_in", "audio_out", "text_in", "text_out"}
        assert all(usd > 0 for usd in price.values())
    assert all(usd > 0 for usd in prices["google_cloud"].values())


def test_shipped_prompts_compress_early() -> None:
    """Whoever takes a persona as it is has the context bounded at 8 000 tokens, and every model's price is known."""
    for prompt in [*SHIPPED, (ROOT / "terraform/examples/module/prompts/concierge.md").read_text()]:
        assert {talk.context_tokens for talk in costs.talks(prompt)} == {8000}
        assert costs.token_usd([prompt], 60) is not None


@pytest.fixture(scope="module", name="reckoning")
def _reckoning(rules: Configuration, tmp_path_factory: pytest.TempPathFactory) -> Configuration:
    """The variables, the formula and its outputs, with the shipped prompts, and nothing else: needs no provider."""
    assert rules.folder.exists()  # there is a terraform
    folder = tmp_path_factory.mktemp("ceiling") / "terraform"
    copy_sources(folder.parent)
    for file in folder.rglob("*.tf"):
        if file.parent != folder or file.stem not in {
            "ceiling",
            "files",
            *(path.stem for path in folder.glob("variables*")),
        }:
            file.unlink()
    outputs = (ROOT / "terraform/outputs.tf").read_text()
    wanted = re.findall(r'(?ms)^output "(?:monthly_ceiling_usd|worst_\w+)" \{.*?^\}\n', outputs)
    assert len(wanted) == 4
    more = 'output "set" {\n  value = { limit = local.limit_per_origin, seconds = local.token_seconds }\n}\n'
    (folder / "outputs.tf").write_text("".join([*wanted, more]))
    return Configuration(folder)


@pytest.mark.parametrize(
    "variables",
    [
        {},
        {"limit_per_origin": "200/day", "token_seconds": 600},
        {
            "limit_per_origin": "10 per 2 minutes; 50/3hours",
            "allowed_origins": ["https://a.example", "https://b.example", "https://a.example"],
        },
        {"limit_per_origin": "1000/Month", "max_instances": 3, "cpu": 2, "memory": "1Gi"},
        {"limit_per_origin": "7/second", "max_instances": 3, "limits_storage": "redis://10.0.0.3"},
        {"limit_per_origin": "5000/year", "max_instances": 4, "redis": {}, "prices": {"gemini_minute": 0.1}},
        {"limit_per_origin": "9/hour", "max_instances": 4, "limits_storage_secret": "projects/p/secrets/s/versions/1"},
        {"cpu": 0.5, "concurrency": 1, "memory": "256Mi"},
        {"token_seconds": 71940, "limit_per_origin": "1/day"},
    ],
    ids=["default", "thrifty", "multiples", "three-instances", "shared", "redis", "secret", "half-a-cpu", "long"],
)
def test_the_worst_case_is_what_the_variables_say(reckoning: Configuration, variables: dict[str, Any]) -> None:
    """Terraform's worst month and day equal the sums over compute, requests and the tokens that the limits let through."""
    variables = {**BASIC, **variables}
    outputs = reckoning.plan(variables)["planned_values"]["outputs"]
    assert outputs["monthly_ceiling_usd"]["value"] == pytest.approx(worst_month(variables), abs=0.011)
    assert sum(outputs["worst_month"]["value"]["usd"].values()) == pytest.approx(worst_month(variables), abs=0.04)
    per_day = tokens(variables, costs.DAY)
    assert outputs["worst_day_usd"]["value"] == pytest.approx(per_day * token(variables), abs=0.011)
    assert outputs["worst_day"]["value"].startswith(f"{per_day} conversations a day of at most ")


@pytest.mark.parametrize(
    ("variables", "limit"),
    [
        ({"daily_budget_usd": 10}, "35/day"),
        ({"daily_budget_usd": 0.2835}, "1/day"),
        ({"daily_budget_usd": 28.35}, "60/minute;100/day"),
        ({"daily_budget_usd": 17.01}, "60/day"),
        ({"daily_budget_usd": 10, "conversation_minutes": 10}, "10/day"),
        ({"daily_budget_usd": 10, "conversation_minutes": 1.5}, "65/day"),
        ({"daily_budget_usd": 10, "allowed_origins": ["https://a.example", "https://b.example"]}, "17/day"),
        ({"daily_budget_usd": 10, "max_instances": 3}, "11/day"),
        ({"daily_budget_usd": 10, "max_instances": 3, "redis": {}}, "35/day"),
        ({"daily_budget_usd": 10, "max_instances": 2, "allowed_origins": ["https://a.example", "https://b.example"]}, "8/day"),
    ],
    ids=str,
)  # fmt: skip
def test_a_budget_sets_life_and_limit(reckoning: Configuration, variables: dict[str, Any], limit: str) -> None:
    """A day's dollars become conversations, divided by sites and counters; the worst day then stays below the budget."""
    variables = {**BASIC, **variables}
    outputs = reckoning.plan(variables)["planned_values"]["outputs"]
    seconds = int(60 * variables.get("conversation_minutes", 3))
    cost = costs.token_usd(SHIPPED, seconds)
    assert cost is not None
    sites = len(variables["allowed_origins"])
    each = costs.budget_tokens(Decimal(str(variables["daily_budget_usd"])), cost, sites, counters(variables))
    expected = f"60/minute;{each}/day" if each > 60 else f"{each}/day"
    assert outputs["set"]["value"] == {"limit": expected, "seconds": seconds}
    assert limit in (expected, expected.removeprefix("60/minute;"))
    assert costs.tokens(setting_rules.limits(expected), costs.DAY) == each
    assert 0 < outputs["worst_day_usd"]["value"] < variables["daily_budget_usd"] + 0.01
    said = outputs["worst_day"]["value"]
    assert said.startswith(
        f"{each * sites * counters(variables)} conversations a day of at most {seconds / 60:.4g} minutes, "
    )
    assert said.endswith(f"conversations for each: {each}.")


@pytest.mark.parametrize(
    ("variables", "sentence"),
    [
        ({"daily_budget_usd": 10, "token_seconds": 1800}, "give either it, or them"),
        ({"daily_budget_usd": 10, "limit_per_origin": DEFAULTS["LIMIT_PER_ORIGIN"]}, "give either it, or them"),
        ({"daily_budget_usd": 0.28}, "below one conversation a day for each site and counter"),
        ({"daily_budget_usd": 0.5, "allowed_origins": ["https://a.example", "https://b.example"]}, "below one conversation"),
        ({"daily_budget_usd": 0.5, "max_instances": 2}, "below one conversation"),
        ({"daily_budget_usd": 0}, "must be more than 0"),
        ({"daily_budget_usd": 10, "conversation_minutes": 0.5}, "conversation_minutes must be"),
        ({"daily_budget_usd": 10, "new_session_seconds": 600}, "new_session_seconds must be"),
    ],
    ids=str,
)  # fmt: skip
def test_a_budget_that_cannot_be_kept_stops_the_plan(
    reckoning: Configuration, variables: dict[str, Any], sentence: str
) -> None:
    """Two masters, or less than one conversation: a sentence instead of a plan."""
    assert sentence in reckoning.complaints(variables)


def test_a_price_that_is_unknown_is_no_zero(reckoning: Configuration, tmp_path: Path) -> None:
    """The outputs say unknown, the plan warns, a budget stops it; one's own prices make it known."""
    shutil.copytree(reckoning.folder.parent, tmp_path / "copy")
    own = Configuration(tmp_path / "copy/terraform")
    (tmp_path / "copy/prompts/new.md").write_text(UNKNOWN)
    plan = own.plan(BASIC)
    outputs = plan["planned_values"]["outputs"]
    assert outputs["worst_day"]["value"] == "unknown: livetoken/usage/prices.json has no price for gemini-9-live"
    assert outputs["worst_month"]["value"]["usd"]["gemini"] is None
    for name in ("monthly_ceiling_usd", "worst_day_usd"):
        assert outputs[name].get("value") is None
    printed = " ".join(own.run("plan", "-var-file=test.tfvars.json").replace("│", " ").split())
    assert "What this costs is unknown" in printed
    with pytest.raises(TerraformError) as caught:
        own.plan({**BASIC, "daily_budget_usd": 10})
    assert "daily_budget_usd cannot be divided" in " ".join(str(caught.value).replace("│", " ").split())
    prices = {"gemini_minute": 0.04, "gemini_context": 5}
    assert (
        own.plan({**BASIC, "prices": prices, "limit_per_origin": "1/day", "token_seconds": 60})["planned_values"][
            "outputs"
        ]["worst_day_usd"]["value"]
        == 0.19
    )
    (tmp_path / "copy/prompts/new.md").write_bytes(b"\xef\xbb\xbf--- \r\nmodel: gemini-9-live\r\n---")
    assert own.plan(BASIC)["planned_values"]["outputs"]["worst_day"]["value"].startswith("unknown: ")
    (tmp_path / "copy/prompts/new.md").write_text(UNCOMPRESSED)
    dearer = own.plan(BASIC)["planned_values"]["outputs"]["worst_day_usd"]["value"]
    found = costs.token_usd([*SHIPPED, UNCOMPRESSED], 1800)
    assert found is not None
    assert dearer == pytest.approx(500 * float(found), abs=0.011)


def test_knowledge_is_no_prompt(reckoning: Configuration, tmp_path: Path) -> None:
    """A file of the folder `knowledge` has no front matter and is talked to by nobody: it costs nothing by itself."""
    shutil.copytree(reckoning.folder.parent, tmp_path / "copy")
    (tmp_path / "copy/prompts/knowledge").mkdir()
    (tmp_path / "copy/prompts/knowledge/opening-hours.md").write_text("From nine to six.")
    (tmp_path / "copy/prompts/knowledge/talk.md").write_text(UNKNOWN)
    outputs = Configuration(tmp_path / "copy/terraform").plan(BASIC)["planned_values"]["outputs"]
    assert outputs["worst_day_usd"]["value"] == 1417.5


def test_the_deployment_puts_out_the_same_figure(plan: dict[str, Any]) -> None:
    """The plan of a whole deployment carries the figures, so that they are read before anything is made."""
    outputs = plan["planned_values"]["outputs"]
    assert outputs["monthly_ceiling_usd"]["value"] == pytest.approx(worst_month(BASIC), abs=0.011)
    assert outputs["worst_day_usd"]["value"] == 1417.5


@pytest.mark.terraform
def test_a_processor_too_slow_for_a_cold_start_warns(configuration: Configuration) -> None:
    """Below a quarter of a processor the plan says what visitors would meet; from a quarter on it says nothing."""
    for cpu, warns in ((0.24, True), (0.25, False), (1, False)):
        configuration.save({**BASIC, "cpu": cpu, "concurrency": 80 if cpu >= 1 else 1})
        shown = configuration.run("show", "-json", "tfplan")
        checks = json.loads(shown[shown.index("{") :])["checks"]
        (found,) = [
            check for check in checks if check["address"]["to_display"] == "check.the_processor_can_start_in_time"
        ]
        assert found["status"] == ("fail" if warns else "pass"), cpu
