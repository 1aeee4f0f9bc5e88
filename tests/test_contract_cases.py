"""Cases that schemathesis makes from docs/openapi.yaml, good and bad ones, against the real entrypoint."""

import collections
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, Phase, given, settings

from tests.support import ORIGIN, ROOT, MakeClient

GOOD, BAD = "positive", "negative"
EXAMPLES = 120
# What may happen to such cases, and (the first) what must have happened to some of them.
ROWS = [
    ("GET /", GOOD, [200]),
    ("OPTIONS /", GOOD, [204]),
    ("OPTIONS /api/token", GOOD, [204]),
    ("OPTIONS /api/usage", GOOD, [204]),
    # Which prompts, models and voices there are no schema can say: 400 is right for most of them.
    ("POST /", GOOD, [200, 400, 403]),
    ("POST /api/token", GOOD, [200, 400, 403]),
    # nor which prompts there are, and what a token of theirs can come to
    ("POST /api/usage", GOOD, [400, 403, 204]),
    ("POST /api/usage", BAD, [400, 403, 413, 415]),
    ("POST /", BAD, [400, 403, 413, 415]),
    ("POST /api/token", BAD, [400, 403, 413, 415]),
]


@pytest.fixture(scope="module", name="operations")
def _operations() -> dict[str, Any]:
    """The contract's operations; schemathesis is large, and one worker of many needs it."""
    import schemathesis

    schema = schemathesis.openapi.from_dict(yaml.safe_load((ROOT / "docs" / "openapi.yaml").read_text()))
    return {operation.label: operation for path in schema.values() for operation in path.values()}


def test_every_operation_has_its_rows(operations: dict[str, Any]) -> None:
    """None of the contract's operations is left out."""
    assert {label for label, _, _ in ROWS} == set(operations)


@pytest.mark.parametrize(("label", "mode", "wanted"), ROWS, ids=[f"{label} {mode}" for label, mode, _ in ROWS])
def test_cases_from_the_contract(
    operations: dict[str, Any], label: str, mode: str, wanted: list[int], make_client: MakeClient
) -> None:
    """No 5xx, no status, content type, header or body that the contract does not name; what breaks it is refused."""
    from schemathesis import GenerationMode
    from schemathesis.specs.openapi.checks import positive_data_acceptance

    client = make_client(LIMIT_PER_ADDRESS="100000/minute", LIMIT_PER_ORIGIN="100000/minute")
    statuses: collections.Counter[int] = collections.Counter()

    @given(case=operations[label].as_strategy(generation_mode=GenerationMode(mode)))
    @settings(max_examples=EXAMPLES, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
    def run(case: Any) -> None:
        response = case.call(app=client.application, headers={"Origin": ORIGIN})
        statuses[response.status_code] += 1
        case.validate_response(response, excluded_checks=[positive_data_acceptance] if 400 in wanted else [])

    run()
    assert set(statuses) <= set(wanted), statuses
    assert statuses[wanted[0]], statuses
