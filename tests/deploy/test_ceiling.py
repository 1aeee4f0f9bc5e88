"""The worst month: Terraform's figure against one reckoned here from the variables."""

import math
import re
import shutil
from typing import Any

import pytest
from limits import parse_many

from tests.deploy.configuration import BASIC, ROOT, Configuration

pytestmark = pytest.mark.timeout(600)  # a busy machine takes its time to start providers

MONTH = 31 * 24 * 3600
PRICES = {
    "egress_gib": 0.12,
    "gemini_minute": 0.023,
    "gib_second": 2.5e-6,
    "log_gib": 0.5,
    "million_requests": 0.4,
    "vcpu_second": 2.4e-5,
}


def worst_month(variables: dict[str, Any]) -> float:
    """Return the US dollars of the worst month, by the rule that docs/deploy.md states."""
    price = {**PRICES, **variables.get("prices", {})}
    instances, cpu = variables.get("max_instances", 1), variables.get("cpu", 1)
    memory = variables.get("memory", "512Mi")
    gib = int(memory[:-2]) / (1 if memory.endswith("Gi") else 1024)
    compute = instances * MONTH * (cpu * price["vcpu_second"] + gib * price["gib_second"])

    # the notation is read by the library that enforces it
    windows = parse_many(variables.get("limit_per_origin", "60/minute;5000/day"))
    per_origin = min(window.amount * math.ceil(MONTH / window.get_expiry()) for window in windows)
    shared = "redis" in variables or variables.get("limits_storage", "memory://") != "memory://"
    tokens = per_origin * len(set(variables["allowed_origins"])) * (1 if shared else instances)
    gemini = tokens * variables.get("token_seconds", 1800) / 60 * price["gemini_minute"]

    requests = instances * max(1, cpu) * 1000 * MONTH  # a kibibyte each
    traffic = requests / 1e6 * price["million_requests"] + requests / 2**20 * (price["egress_gib"] + price["log_gib"])
    return float(compute + gemini + traffic)


@pytest.fixture(scope="module", name="reckoning")
def _reckoning(rules: Configuration, tmp_path_factory: pytest.TempPathFactory) -> Configuration:
    """The variables, the formula and its outputs, and nothing else: needs no provider."""
    folder = tmp_path_factory.mktemp("ceiling")
    for file in (*rules.folder.glob("variables*.tf"), ROOT / "terraform/ceiling.tf"):
        shutil.copy2(file, folder)
    outputs = (ROOT / "terraform/outputs.tf").read_text()
    wanted = re.findall(r'(?ms)^output "(?:monthly_ceiling_usd|worst_month)" \{.*?^\}\n', outputs)
    (folder / "outputs.tf").write_text("".join(wanted))
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
        {"cpu": 0.5, "concurrency": 1, "memory": "256Mi"},
    ],
    ids=["default", "thrifty", "multiples", "three-instances", "shared", "redis", "half-a-cpu"],
)
def test_the_worst_month_is_what_the_variables_say(reckoning: Configuration, variables: dict[str, Any]) -> None:
    """`monthly_ceiling_usd` equals the sum over compute, requests and the tokens that the limits let through."""
    variables = {**BASIC, **variables}
    outputs = reckoning.plan(variables)["planned_values"]["outputs"]
    assert outputs["monthly_ceiling_usd"]["value"] == pytest.approx(worst_month(variables), abs=0.011)
    assert sum(outputs["worst_month"]["value"]["usd"].values()) == pytest.approx(worst_month(variables), abs=0.04)


def test_the_deployment_puts_out_the_same_figure(plan: dict[str, Any]) -> None:
    """The plan of a whole deployment carries the figure, so that it is read before anything is made."""
    assert plan["planned_values"]["outputs"]["monthly_ceiling_usd"]["value"] == pytest.approx(
        worst_month(BASIC), abs=0.011
    )
