"""A certificate for `--https`, made by the openssl program: of an authority of its own, which clients are to trust."""

import pathlib
import shutil
import subprocess
import tempfile

DAYS = 30
_A_DAY = "86400"
_OPENSSL = ("openssl",)
_CONFIG = """\
[req]
distinguished_name = name
prompt = no
[name]
CN = Gemini Live emulator
[authority]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign
subjectKeyIdentifier = hash
[server]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = serverAuth
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
subjectAltName = IP:127.0.0.1, IP:::1, DNS:localhost
"""


class CertificateError(RuntimeError):
    """No certificate could be made; the message says what to do."""


class Certificate:
    """The files in a folder: `authority`, which clients shall trust, and what the server shows, `chain` and `key`."""

    def __init__(self, folder: pathlib.Path) -> None:
        self.folder = folder
        self.authority, self.chain, self.key = folder / "authority.pem", folder / "cert.pem", folder / "key.pem"

    def ensure(self) -> None:
        """Make the files unless they are there and valid for a day more; raises CertificateError."""
        if shutil.which("openssl") is None:
            raise CertificateError(
                "--https needs the openssl program: install it, or give --certfile and --keyfile of your own."
            )
        self.folder.mkdir(parents=True, exist_ok=True)
        if all(path.exists() for path in (self.authority, self.chain, self.key)) and self._valid():
            return
        with tempfile.TemporaryDirectory(dir=self.folder) as scratch:
            self._make(pathlib.Path(scratch))

    def _valid(self) -> bool:
        command = [*_OPENSSL, "x509", "-checkend", _A_DAY, "-noout", "-in", str(self.chain)]
        return subprocess.run(command, capture_output=True, check=False).returncode == 0

    def _make(self, scratch: pathlib.Path) -> None:
        """Make everything in a scratch folder, then move it; the authority's key is thrown away with that folder."""
        (scratch / "config").write_text(_CONFIG)
        request = "req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -sha256 -config config"
        signed = "-CA authority.pem -CAkey authority.key -CAcreateserial -extfile config -extensions server"
        commands = (
            f"{request} -x509 -days {DAYS} -extensions authority -keyout authority.key -out authority.pem",
            f"{request} -keyout key.pem -out request.pem",
            f"x509 -req -sha256 -days {DAYS} -in request.pem {signed} -out cert.pem",
        )
        for command in commands:
            done = subprocess.run(
                [*_OPENSSL, *command.split()], cwd=scratch, capture_output=True, text=True, check=False
            )
            if done.returncode:
                raise CertificateError(f"openssl could not make a certificate: {done.stderr.strip()[-500:]}")
        for path in (self.authority, self.key, self.chain):
            (scratch / path.name).replace(path)

    def advice(self) -> str:
        """How clients of several languages are made to trust it."""
        trust, store = self.authority, self.folder / "trust.p12"
        return f"""\
Its certificate is for 127.0.0.1 and localhost. Clients trust it with:
  Python, Go, Rust  export SSL_CERT_FILE={trust}
  Node              export NODE_EXTRA_CA_CERTS={trust}
  Java              keytool -importcert -noprompt -alias emulator -file {trust} -keystore {store} -storepass changeit
                    java -Djavax.net.ssl.trustStore={store} -Djavax.net.ssl.trustStorePassword=changeit …
  curl              curl --cacert {trust} …"""
