"""The emulator and the function, for clients that are not browsers."""

import datetime as dt
import ipaddress
import pathlib
from collections.abc import Iterator

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from dev.processes import Function, Google, function, google
from tests.support import until_ready

ORIGIN = "http://localhost:8000"
UNLIMITED = {"LIMIT_PER_ADDRESS": "10000/minute", "LIMIT_PER_ORIGIN": "10000/minute"}


@pytest.fixture(scope="module")
def cloud() -> Iterator[Google]:
    """The emulator, in a hurry."""
    with google(speaking_rate=20) as running:
        yield running


@pytest.fixture(scope="module")
def livetoken(cloud: Google) -> Iterator[Function]:
    """The function."""
    with function(cloud, [ORIGIN], env=UNLIMITED) as running:
        until_ready(running.url, ORIGIN)
        yield running


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[pathlib.Path, pathlib.Path]:
    """A certificate for 127.0.0.1 that is its own authority, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "loopback")])
    now = dt.datetime.now(dt.UTC)
    extensions = [
        x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]),
        x509.BasicConstraints(ca=True, path_length=0),
        x509.SubjectKeyIdentifier.from_public_key(key.public_key()),
    ]
    builder = x509.CertificateBuilder(
        issuer_name=name, subject_name=name, public_key=key.public_key(), serial_number=x509.random_serial_number()
    )
    builder = builder.not_valid_before(now - dt.timedelta(hours=1)).not_valid_after(now + dt.timedelta(days=1))
    for extension in extensions:
        builder = builder.add_extension(extension, critical=False)
    folder = tmp_path_factory.mktemp("tls")
    (folder / "certificate.pem").write_bytes(
        builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
    )
    plain = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (folder / "key.pem").write_bytes(plain)
    return folder / "certificate.pem", folder / "key.pem"
