"""A function as if it were on the Internet: under a name of its own, with TLS, behind a proxy that resolves the name."""

import contextlib
import datetime as dt
import socket
import socketserver
import ssl
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.doctor.front import Answering, front

HOST = "function.example"


@contextlib.contextmanager
def behind_tls(
    folder: Path, target: str, *, days: int = 30, host: str = "localhost", answering: Answering | None = None
) -> Iterator[tuple[str, str]]:
    """Serve the function at `target` over TLS with a certificate of its own making; yields URL and certificate."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, host)])
    now = dt.datetime.now(dt.UTC)
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(1)
    made = made.not_valid_before(now - dt.timedelta(days=60)).not_valid_after(now + dt.timedelta(days=days))
    made = made.add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
    made = made.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    certificate = made.sign(key, hashes.SHA256())
    pem = folder / "certificate.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    pem.write_bytes(certificate.public_bytes(serialization.Encoding.PEM) + private)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    with front(answering or (lambda asked: asked.relay()), target, context) as url:
        yield url.replace("127.0.0.1", "localhost"), str(pem)


@contextlib.contextmanager
def listening(handler: type[socketserver.BaseRequestHandler]) -> Iterator[int]:
    """Run a server of raw sockets while the block runs; yields its port."""
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), handler) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        yield int(server.server_address[1])
        server.shutdown()
        thread.join()


@contextlib.contextmanager
def deployed(
    folder: Path, target: str, monkeypatch: pytest.MonkeyPatch, answering: Answering | None = None
) -> Iterator[tuple[str, list[str]]]:
    """Serve the function at `target` under https://function.example; yields the URL, and what the proxy is asked for."""
    asked_for: list[str] = []

    class Proxy(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            asked_for.append(self.request.recv(1000).split()[1].decode())
            if asked_for[-1] != f"{HOST}:443":
                self.request.sendall(b"HTTP/1.1 502 Bad Gateway\r\n\r\n")
                return
            self.request.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
            with socket.create_connection(("127.0.0.1", port)) as there:
                threading.Thread(target=_pump, args=(there, self.request), daemon=True).start()
                _pump(self.request, there)

    with (
        behind_tls(folder, target, host=HOST, answering=answering) as (url, pem),
        listening(Proxy) as proxy,
    ):
        port = int(url.rpartition(":")[2])
        monkeypatch.setenv("SSL_CERT_FILE", pem)
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{proxy}")
        yield f"https://{HOST}", asked_for


def _pump(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while piece := source.recv(65536):
            target.sendall(piece)
        target.shutdown(socket.SHUT_WR)
