"""Do the published OpenFeature clients understand us? Over a real HTTP server."""

from collections import Counter

import pytest
from openfeature.api import clear_providers, get_client, set_provider
from openfeature.contrib.provider.ofrep import OFREPProvider
from openfeature.evaluation_context import EvaluationContext
from openfeature.exception import ErrorCode
from openfeature.flag_evaluation import Reason

from experiments import services
from experiments.models import Variant
from experiments.wire import ofrep
from tests.experiments.conftest import NOW


@pytest.fixture
def client(wsgi_site, running, key, monkeypatch):
    monkeypatch.setattr(ofrep, "REFRESH_S", 0.0)
    set_provider(OFREPProvider(wsgi_site, headers_factory=lambda: {"Authorization": f"Bearer {key}"}))
    yield get_client()
    clear_providers()


def visitor(name):
    return EvaluationContext(targeting_key=name, attributes={"plan": "free"})


def test_client_gets_the_split(client):
    units = [f"unit-{n}" for n in range(300)]
    found = {unit: client.get_string_details("signup-form", "code", visitor(unit)) for unit in units}
    assert {details.reason for details in found.values()} == {Reason.SPLIT}
    counts = Counter(details.variant for details in found.values())
    # Four standard deviations around the half.
    assert abs(counts["a"] - 150) < 4 * (300 * 0.25) ** 0.5
    again = client.get_string_details("signup-form", "code", visitor("unit-7"))
    assert again.variant == found["unit-7"].variant
    assert again.flag_metadata["bucket"] == found["unit-7"].flag_metadata["bucket"]


@pytest.mark.parametrize(
    ("values", "method", "default"),
    [
        ((True, False), "get_boolean_details", False),
        ((1, 2), "get_integer_details", 0),
        ((3, 2.5), "get_float_details", 0.0),
        (({"a": 1}, {"a": 2}), "get_object_details", {}),
    ],
)
def test_client_gets_every_type(client, values, method, default):
    for key, value in zip("ab", values, strict=True):
        Variant.objects.filter(key=key).update(value=value)
    ofrep.forget_flags()
    for n in range(10):
        details = getattr(client, method)("signup-form", default, visitor(f"unit-{n}"))
        assert details.error_code is None
        assert details.value == values["ab".index(details.variant)]


def test_client_gets_the_control_after_the_stop(client, running):
    services.stop_experiment(running, actor=None, now=NOW)
    details = client.get_string_details("signup-form", "code", visitor("unit-1"))
    assert (details.value, details.reason, details.error_code) == ("a", Reason.DISABLED, None)


def test_client_reads_our_errors(client):
    missing = client.get_string_details("nope", "code", visitor("unit-1"))
    assert (missing.value, missing.error_code) == ("code", ErrorCode.FLAG_NOT_FOUND)
    nobody = client.get_string_details("signup-form", "code", EvaluationContext())
    assert nobody.error_code == ErrorCode.TARGETING_KEY_MISSING
    assert "targetingKey" in nobody.error_message
    wrong = client.get_boolean_details("signup-form", False, visitor("unit-1"))
    assert wrong.error_code == ErrorCode.TYPE_MISMATCH


def test_client_with_a_wrong_key_falls_back_to_the_code(wsgi_site, running):
    provider = OFREPProvider(wsgi_site, headers_factory=lambda: {"Authorization": "Bearer wrong"})
    set_provider(provider)
    details = get_client().get_string_details("signup-form", "code", visitor("unit-1"))
    clear_providers()
    assert (details.value, details.error_code) == ("code", ErrorCode.GENERAL)
