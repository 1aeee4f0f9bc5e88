"""A real OpenID Connect issuer on loopback: its own certificate authority, real keys, and faults on demand."""

import datetime as dt
import ipaddress
import json
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import jwt
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from dev.static_server import Server

SigningKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
AUDIENCE = "livetoken"
SUBJECT = "visitor-4711"
ANSWERS = {
    "error": (500, b"no"),
    "error with keys": (500, b'{"keys": []}'),
    "redirect with keys": (302, b'{"keys": []}'),
    "garbage": (200, b"<html>"),
    "list": (200, b"[]"),
    "no keys": (200, b'{"keys": []}'),
    "nameless keys": (200, b'{"keys": [{"kty": "RSA", "n": "AQAB", "e": "AQAB"}]}'),
    "huge": (200, b'{"keys": [], "x": "' + b"x" * 200_000 + b'"}'),
}


class Signer:
    """A private key with its id and algorithm; `name` is its kid."""

    def __init__(self, name: str, algorithm: str = "RS256", bits: int = 2048) -> None:
        self.name, self.algorithm = name, algorithm
        self.key: SigningKey = (
            ec.generate_private_key(ec.SECP256R1()) if algorithm == "ES256" else rsa.generate_private_key(65537, bits)
        )

    @property
    def public_document(self) -> dict[str, Any]:
        """The public key as a member of a JWK Set."""
        kind: Any = (
            jwt.algorithms.ECAlgorithm
            if isinstance(self.key, ec.EllipticCurvePrivateKey)
            else jwt.algorithms.RSAAlgorithm
        )
        return {
            **kind.to_jwk(self.key.public_key(), as_dict=True),
            "kid": self.name,
            "use": "sig",
            "alg": self.algorithm,
        }

    def credential(self, claims: dict[str, Any], **header: Any) -> str:
        """A signed JWT; a header of None is left out."""
        fields = {"kid": self.name, **header}
        named = {name: value for name, value in fields.items() if value is not None or name == "typ"}
        return jwt.encode(claims, self.key, self.algorithm, headers=named)


def claims(issuer: str, audience: Any = AUDIENCE, **changes: Any) -> dict[str, Any]:
    """The claims of an ordinary credential; `changes` replace, and None removes."""
    now = int(time.time())
    usual = {"iss": issuer, "aud": audience, "sub": SUBJECT, "iat": now - 10, "exp": now + 600}
    return {name: value for name, value in {**usual, **changes}.items() if value is not None}


class Issuer:
    """The issuer's server. `faults` maps "discovery" and "keys" to what that document does instead of its duty."""

    def __init__(self, url: str, signers: list[Signer]) -> None:
        self.url, self.signers = url, signers
        self.faults: dict[str, str] = {}
        self.asked: list[str] = []
        self.document: dict[str, Any] = {"issuer": url, "jwks_uri": f"{url}/keys"}

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        """Serve one request."""
        which = {"/.well-known/openid-configuration": "discovery", "/keys": "keys"}.get(request.path, request.path)
        self.asked.append(which)
        document = (
            self.document if which == "discovery" else {"keys": [signer.public_document for signer in self.signers]}
        )
        text = json.dumps(document).encode()
        match self.faults.get(which):
            case None:
                self._send(request, 200, text)
            case "redirect":
                self._send(request, 302, b"", Location=f"{self.url}/elsewhere")
            case "hang":
                time.sleep(4)
            case "drip":
                request.send_response(200)
                request.end_headers()
                for _ in range(20):
                    request.wfile.write(b" ")
                    time.sleep(0.2)
            case fault:
                self._send(request, *ANSWERS[str(fault)])

    @staticmethod
    def _send(request: BaseHTTPRequestHandler, status: int, text: bytes, **headers: str) -> None:
        request.send_response(status)
        for name, value in {"Content-Length": str(len(text)), **headers}.items():
            request.send_header(name, value)
        request.end_headers()
        request.wfile.write(text)


@contextmanager
def serving(folder: Path, signers: list[Signer]) -> Iterator[Issuer]:
    """Run an issuer on a free port of 127.0.0.1, with `folder`/ca.pem as the authority to trust."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            with suppress(OSError):  # the function may hang up first
                issuer.answer(self)

        def log_message(self, *_: object) -> None:
            """Stay quiet."""

    server = Server(("127.0.0.1", 0), Handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificates(folder))
    server.socket = context.wrap_socket(server.socket, server_side=True)
    issuer = Issuer(f"https://127.0.0.1:{server.server_port}", signers)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    try:
        yield issuer
    finally:
        server.shutdown()
        server.server_close()


def certificates(folder: Path) -> Path:
    """Write `folder`/ca.pem, and return the server's own certificate with its key."""
    authority_key, server_key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "test authority")])
    day = dt.timedelta(days=1)
    now = dt.datetime.now(dt.UTC)

    def builder(subject: x509.Name, key: ec.EllipticCurvePrivateKey) -> x509.CertificateBuilder:
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - day)
            .not_valid_after(now + day)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(authority_key.public_key()), critical=False
            )
        )

    usage = x509.KeyUsage(
        digital_signature=True, key_cert_sign=True, crl_sign=True, content_commitment=False, key_encipherment=False,
        data_encipherment=False, key_agreement=False, encipher_only=False, decipher_only=False,
    )  # fmt: skip
    authority = (
        builder(name, authority_key)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .sign(authority_key, hashes.SHA256())
    )
    server = (
        builder(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")]), server_key)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .sign(authority_key, hashes.SHA256())
    )
    (folder / "ca.pem").write_bytes(authority.public_bytes(serialization.Encoding.PEM))
    path = folder / "server.pem"
    key = server_key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(server.public_bytes(serialization.Encoding.PEM) + key)
    return path
