"""Who is let in as a verified caller: real signatures, every claim wrong in turn, and nothing that looks nearly right."""

import base64
import hmac
import json
import time
from collections.abc import Callable
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import Headers

from livetoken.access.verifier import Verifier
from livetoken.errors import CallerNotVerified, TemporarilyUnavailable
from livetoken.runtime.deadlines import Deadlines
from tests.access.issuer import SUBJECT, Signer, claims
from tests.support import ROOT

Signers = dict[str, Signer]
# CALLERS, the issuer and the audience that a credential must name, the address of the keys
KINDS = {
    "firebase-auth:shop-1": (
        "https://securetoken.google.com/shop-1",
        "shop-1",
        "https://www.googleapis.com/service_accounts/v1/jwk/securetoken@system.gserviceaccount.com",
    ),
    "firebase-app-check:4711": (
        "https://firebaseappcheck.googleapis.com/4711",
        ["projects/4711", "projects/shop-1"],
        "https://firebaseappcheck.googleapis.com/v1/jwks",
    ),
    "oidc:https://login.example/tenant livetoken": (
        "https://login.example/tenant",
        "livetoken",
        "https://login.example/keys",
    ),
}
every_kind = pytest.mark.parametrize("kind", KINDS)
HOUR = 3600


@pytest.fixture(name="verifier_of")
def _verifier_of(signers: Signers) -> Callable[[str], Verifier]:
    """Return a maker of verifiers whose issuer knows two keys."""

    def make(kind: str) -> Verifier:
        def fetch(url: str) -> Any:
            if url.endswith("/.well-known/openid-configuration"):
                return {"issuer": KINDS[kind][0], "jwks_uri": KINDS[kind][2]}
            assert url == KINDS[kind][2]
            return {"keys": [signers["rsa"].public_document, signers["ec"].public_document]}

        return Verifier(kind, Deadlines(), fetch)

    return make


def sent(kind: str, credential: str) -> Headers:
    """The headers of a request with this credential."""
    return Headers(
        {"X-Firebase-AppCheck": credential}
        if kind.startswith("firebase-app-check")
        else {"Authorization": f"Bearer {credential}"}
    )


def good(kind: str, **changes: Any) -> dict[str, Any]:
    """The claims of a credential that is good for `kind`, apart from the `changes`."""
    return claims(*KINDS[kind][:2], **changes)


@every_kind
def test_good_proof(verifier_of: Callable[[str], Verifier], signers: Signers, kind: str) -> None:
    """A credential with everything right gives the subject."""
    assert verifier_of(kind).verify(sent(kind, signers["rsa"].credential(good(kind)))) == SUBJECT


def test_nobody_is_asked(signers: Signers) -> None:
    """With CALLERS empty, no header is looked at, nothing is fetched, and nobody is named."""
    verifier = Verifier("", Deadlines(), fetch=lambda _: 1 / 0)
    verifier.prepare()
    assert verifier.header is None
    assert verifier.verify(Headers({"Authorization": "Bearer x.y.z"})) is None


@every_kind
@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"iss": "https://evil.example"}, "InvalidIssuerError"),
        ({"iss": None}, "MissingRequiredClaimError"),
        ({"iss": ["https://login.example/tenant"]}, "InvalidIssuerError"),
        ({"aud": "another"}, "InvalidAudienceError"),
        ({"aud": ["another", "projects/47"]}, "InvalidAudienceError"),
        ({"aud": None}, "MissingRequiredClaimError"),
        ({"aud": 5}, "InvalidAudienceError"),
        ({"aud": []}, "MissingRequiredClaimError"),
        ({"exp": None}, "MissingRequiredClaimError"),
        ({"exp": 946_684_800}, "ExpiredSignatureError"),
        ({"exp": "soon"}, "DecodeError"),
        ({"exp": float("inf")}, ""),
        ({"iat": None}, "MissingRequiredClaimError"),
        ({"iat": 4_102_444_800}, "ImmatureSignatureError"),
        ({"iat": "now"}, "InvalidIssuedAtError"),
        ({"nbf": 4_102_444_800}, "ImmatureSignatureError"),
        ({"nbf": "now"}, "DecodeError"),
        ({"sub": None}, "MissingRequiredClaimError"),
        ({"sub": ""}, "no usable subject"),
        ({"sub": 4711}, "InvalidSubjectError"),
        ({"sub": ["visitor"]}, "InvalidSubjectError"),
        ({"sub": "x" * 256}, "no usable subject"),
        ({"sub": "a\nb"}, "no usable subject"),
        ({"sub": "\ud800"}, "no usable subject"),
    ],
    ids=str,
)
def test_each_claim_wrong_in_turn(
    verifier_of: Callable[[str], Verifier], signers: Signers, kind: str, change: dict[str, Any], reason: str
) -> None:
    """A credential in which one claim is missing, of a wrong type or wrong is refused, for that reason."""
    with pytest.raises(CallerNotVerified) as caught:
        verifier_of(kind).verify(sent(kind, encoded(signers["rsa"], good(kind) | change)))
    assert reason in caught.value.cause


def encoded(signer: Signer, content: dict[str, Any]) -> str:
    """Sign claims that the library itself would not write, None meaning absent."""
    head = {"alg": "RS256", "typ": "JWT", "kid": signer.name}
    body = {name: value for name, value in content.items() if value is not None}
    return jws(head, json.dumps(body).encode(), signer)


def jws(head: dict[str, Any], body: bytes, signer: Signer) -> str:
    """Sign any header and any payload with RS256."""
    algorithm: Any = jwt.get_algorithm_by_name("RS256")
    return compact(head, body, lambda text: algorithm.sign(text, signer.key))


def compact(head: dict[str, Any], body: bytes, sign: Callable[[bytes], bytes]) -> str:
    """Put a JWT together."""
    text = b".".join(base64.urlsafe_b64encode(part).rstrip(b"=") for part in (json.dumps(head).encode(), body))
    return b".".join((text, base64.urlsafe_b64encode(sign(text)).rstrip(b"="))).decode()


@every_kind
@pytest.mark.parametrize(
    ("change", "welcome"),
    [
        ({"exp": -25}, True),
        ({"exp": -35}, False),
        ({"iat": 25}, True),
        ({"iat": 35}, False),
        ({"nbf": 25}, True),
        ({"nbf": 35}, False),
    ],
    ids=str,
)
def test_clocks_may_differ_by_half_a_minute(
    verifier_of: Callable[[str], Verifier],
    signers: Signers,
    kind: str,
    change: dict[str, int],
    welcome: bool,  # noqa: FBT001 - a case, not an option
) -> None:
    """Times are believed within 30 seconds, and not beyond."""
    moved = {name: int(time.time()) + seconds for name, seconds in change.items()}
    credential = sent(kind, signers["rsa"].credential(good(kind, **moved)))
    if welcome:
        assert verifier_of(kind).verify(credential) == SUBJECT
    else:
        with pytest.raises(CallerNotVerified):
            verifier_of(kind).verify(credential)


@every_kind
def test_forged_signature(verifier_of: Callable[[str], Verifier], signers: Signers, kind: str) -> None:
    """Another key under the issuer's key's name, a changed payload, or a cut signature convinces nobody."""
    verifier, credential = verifier_of(kind), signers["rsa"].credential(good(kind))
    head, body, signature = credential.split(".")
    other = signers["rsa"].credential(good(kind, sub="somebody-else")).split(".")[1]
    flipped = ("B" if signature[10] == "A" else "A").join((signature[:10], signature[11:]))
    for forged in (
        signers["stranger"].credential(good(kind)),
        f"{head}.{other}.{signature}",
        f"{head}.{body}.{signature[:-20]}",
        f"{head}.{body}.{flipped}",
    ):
        with pytest.raises(CallerNotVerified):
            verifier.verify(sent(kind, forged))


@every_kind
def test_algorithms_that_prove_nothing(verifier_of: Callable[[str], Verifier], signers: Signers, kind: str) -> None:
    """`none`, a shared secret made from the public key, and other algorithms are refused whatever the rest says."""
    verifier, content = verifier_of(kind), good(kind)
    public = signers["rsa"].key.public_key()
    secret = public.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    unsigned = jwt.encode(content, "", "none", headers={"kid": "rsa-1"})
    forged = [unsigned, unsigned + "AAAA"]
    head = {"alg": "HS256", "typ": "JWT", "kid": "rsa-1"}
    forged.append(compact(head, json.dumps(content).encode(), lambda text: hmac.digest(secret, text, "sha256")))
    forged += [
        jwt.encode(content, signers["rsa"].key, name, headers={"kid": "rsa-1"}) for name in ("RS384", "RS512", "PS256")
    ]
    for name in ("none", "None", "NONE", "", "HS256", "ES256", "rs256", ["RS256"], None, 5):
        forged.append(jws({"alg": name, "typ": "JWT", "kid": "rsa-1"}, json.dumps(content).encode(), signers["rsa"]))
    for credential in forged:
        with pytest.raises(CallerNotVerified):
            verifier.verify(sent(kind, credential))


def test_elliptic_curves(verifier_of: Callable[[str], Verifier], signers: Signers) -> None:
    """OpenID Connect issuers may sign with ES256; Firebase never does, so nothing else passes for Firebase."""
    for kind in KINDS:
        credential = sent(kind, signers["ec"].credential(good(kind)))
        if kind.startswith("oidc"):
            assert verifier_of(kind).verify(credential) == SUBJECT
        else:
            with pytest.raises(CallerNotVerified):
                verifier_of(kind).verify(credential)


def test_key_and_algorithm_belong_together(verifier_of: Callable[[str], Verifier], signers: Signers) -> None:
    """A credential may not use one key's name with another kind of key's algorithm."""
    kind = "oidc:https://login.example/tenant livetoken"
    for signer, claimed in ((signers["rsa"], "ec-1"), (signers["ec"], "rsa-1")):
        with pytest.raises(CallerNotVerified):
            verifier_of(kind).verify(sent(kind, signer.credential(good(kind), kid=claimed)))


@pytest.mark.parametrize(
    ("typ", "firebase", "oidc"),
    [
        ("JWT", True, True),
        ("jwt", True, True),
        (None, False, True),
        ("at+jwt", False, True),
        ("application/at+jwt", False, True),
        ("application/logout+jwt", False, False),
        ("logout+jwt", False, False),
        ("secevent+jwt", False, False),
        ("dpop+jwt", False, False),
        ("JOSE", False, False),
    ],
)
def test_type(
    verifier_of: Callable[[str], Verifier],
    signers: Signers,
    typ: str | None,
    firebase: bool,  # noqa: FBT001 - a case, not an option
    oidc: bool,  # noqa: FBT001 - as above
) -> None:
    """What an issuer signs for other purposes is no credential of a visitor."""
    for kind in KINDS:
        credential = sent(kind, signers["rsa"].credential(good(kind), typ=typ))
        if oidc if kind.startswith("oidc") else firebase:
            assert verifier_of(kind).verify(credential) == SUBJECT
        else:
            with pytest.raises(CallerNotVerified):
                verifier_of(kind).verify(credential)


CREDENTIALS: dict[str, list[dict[str, Any]]] = json.loads((ROOT / "tests/hostile/credentials.json").read_text())


@pytest.mark.parametrize("case", CREDENTIALS["accepted"], ids=lambda case: case["what"])
def test_what_issuers_really_sign(
    verifier_of: Callable[[str], Verifier], signers: Signers, case: dict[str, Any]
) -> None:
    """ID tokens and access tokens in the shapes of the issuers that people use are good."""
    kind = next(kind for kind in KINDS if kind.startswith(case["callers"]))
    headers = sent(kind, signers["rsa"].credential(good(kind, **case["claims"]), typ=case.get("typ", "JWT")))
    headers["Origin"] = "https://shop.example"
    assert verifier_of(kind).verify(headers) == SUBJECT


@pytest.mark.parametrize("case", CREDENTIALS["refused"], ids=lambda case: case["what"])
def test_what_is_not_for_us(verifier_of: Callable[[str], Verifier], signers: Signers, case: dict[str, Any]) -> None:
    """What the issuer has signed for another purpose, or for another client, proves nothing here."""
    for kind in KINDS:
        if kind.startswith(case["callers"]):
            headers = sent(kind, signers["rsa"].credential(good(kind, **case["claims"]), typ=case.get("typ", "JWT")))
            headers["Origin"] = "https://shop.example"
            with pytest.raises(CallerNotVerified) as caught:
                verifier_of(kind).verify(headers)
            assert case["cause"] in caught.value.cause


@every_kind
@pytest.mark.parametrize("key_id", [None, "", "unknown", "rsa-1 ", "RSA-1"])
def test_name_of_the_key(
    verifier_of: Callable[[str], Verifier], signers: Signers, kind: str, key_id: str | None
) -> None:
    """A credential that names no key of the issuer's is refused, though another key of the issuer's may have signed it."""
    with pytest.raises(CallerNotVerified):
        verifier_of(kind).verify(sent(kind, signers["rsa"].credential(good(kind), kid=key_id)))


@every_kind
@pytest.mark.parametrize(
    "head",
    [
        {"alg": "RS256", "typ": "JWT", "kid": ["rsa-1"]},
        {"alg": "RS256", "typ": "JWT", "kid": 1},
        {"alg": "RS256", "typ": "JWT", "kid": {"rsa-1": 1}},
        {"alg": "RS256", "typ": ["JWT"], "kid": "rsa-1"},
        {"alg": "RS256", "typ": "JWT", "kid": "rsa-1", "crit": ["exp"]},
        {"alg": "RS256", "typ": "JWT", "kid": "rsa-1", "crit": ["b64"], "b64": False},
        {"typ": "JWT", "kid": "rsa-1"},
        {
            "alg": "RS256",
            "typ": "JWT",
            "kid": "elsewhere",
            "jku": "https://evil.example/keys",
            "jwk": {"kty": "oct"},
            "x5u": "https://evil.example",
        },
    ],
    ids=str,
)
def test_odd_header(verifier_of: Callable[[str], Verifier], signers: Signers, kind: str, head: dict[str, Any]) -> None:
    """A header that asks for more than we do, or names keys of its own, is refused, and its addresses are not visited."""
    with pytest.raises(CallerNotVerified):
        verifier_of(kind).verify(sent(kind, jws(head, json.dumps(good(kind)).encode(), signers["rsa"])))


@every_kind
@pytest.mark.parametrize(
    "credential",
    [
        "",
        "x",
        "a.b",
        "a.b.c.d",
        "..",
        "a..c",
        "ä.b.c",
        " a.b.c",
        "a.b.c,a.b.c",
        "x" * 4096,
        "x" * 4096 + ".y.z",
        f"{'x' * 3000}.{'y' * 3000}.{'z' * 3000}",
        "eyJhbGciOiJSUzI1NiJ9.e30.AAAA",
    ],
    ids=lambda credential: credential[:12],
)
def test_garbage(verifier_of: Callable[[str], Verifier], kind: str, credential: str) -> None:
    """What is no JWT is refused before anything is fetched for it."""
    verifier = verifier_of(kind)
    verifier._fetch = lambda _: pytest.fail("fetched")
    with pytest.raises(CallerNotVerified):
        verifier.verify(sent(kind, credential))


@every_kind
def test_refused_before_keys_are_fetched(verifier_of: Callable[[str], Verifier], signers: Signers, kind: str) -> None:
    """A header that can never be right does not make us ask the issuer for keys."""
    verifier = verifier_of(kind)
    verifier._fetch = lambda _: pytest.fail("fetched")
    for head in (
        {"alg": "HS256", "typ": "JWT", "kid": "a"},
        {"alg": "RS256", "typ": "JWT"},
        {"alg": "RS256", "typ": "logout+jwt", "kid": "a"},
    ):
        with pytest.raises(CallerNotVerified, match="caller_not_verified") as caught:
            verifier.verify(sent(kind, jws(head, json.dumps(good(kind)).encode(), signers["rsa"])))
        assert caught.value.cause.startswith("the credential names no key")


@every_kind
def test_what_the_library_is_told(
    verifier_of: Callable[[str], Verifier], signers: Signers, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PyJWT is told everything, and nothing is left to its defaults: algorithms, issuer, audience, leeway, each check."""
    told: dict[str, Any] = {}

    def decode(_proof: str, _key: Any, **options: Any) -> dict[str, Any]:
        told.update(options)
        return {"sub": SUBJECT}

    monkeypatch.setattr(jwt, "decode", decode)
    assert verifier_of(kind).verify(sent(kind, signers["rsa"].credential(good(kind)))) == SUBJECT
    checks = ["signature", "exp", "iat", "nbf", "aud", "iss", "sub"]
    assert told == {
        "algorithms": ["RS256", "ES256"] if kind.startswith("oidc") else ["RS256"],
        "issuer": KINDS[kind][0],
        "audience": KINDS[kind][1] if isinstance(KINDS[kind][1], str) else KINDS[kind][1][0],
        "leeway": 30,
        "options": {
            "require": ["exp", "iat", "aud", "iss", "sub"],
            "enforce_minimum_key_length": True,
            **{f"verify_{check}": True for check in checks},
        },
    }


@every_kind
def test_longest_proof(verifier_of: Callable[[str], Verifier], signers: Signers, kind: str) -> None:
    """Proofs up to 8192 characters are read, longer ones refused, although they are good."""
    credentials = [signers["rsa"].credential(good(kind, filler="x" * size)) for size in range(5400, 5800, 2)]
    fitting = max((credential for credential in credentials if len(credential) <= 8192), key=len)
    assert len(fitting) > 8180
    assert verifier_of(kind).verify(sent(kind, fitting)) == SUBJECT
    with pytest.raises(CallerNotVerified):
        verifier_of(kind).verify(sent(kind, signers["rsa"].credential(good(kind, filler="x" * 6000))))


@every_kind
def test_deep_nesting(verifier_of: Callable[[str], Verifier], signers: Signers, kind: str) -> None:
    """JSON so deep or numbers so long that the parser gives up are a stranger's fault, not an error of ours."""
    for text in (b"[" * 5000, b'{"alg":"RS256","kid":' + b"[" * 5000, b'{"exp":' + b"9" * 5000 + b"}"):
        segment = base64.urlsafe_b64encode(text).rstrip(b"=").decode()
        with pytest.raises(CallerNotVerified):
            verifier_of(kind).verify(sent(kind, f"{segment}.e30.AAAA"))
    with pytest.raises(CallerNotVerified):
        verifier_of(kind).verify(
            sent(kind, jws({"alg": "RS256", "typ": "JWT", "kid": "rsa-1"}, b"[" * 3000, signers["rsa"]))
        )


@given(st.text(max_size=300) | st.from_regex(r"[\w-]{1,60}\.[\w-]{1,60}\.[\w-]{1,60}", fullmatch=True))
def test_no_text_passes(verifier_of: Callable[[str], Verifier], text: str) -> None:
    """No text that nobody signed is ever a credential, and none is an error of ours."""
    kind = "firebase-app-check:4711"
    with pytest.raises(CallerNotVerified):
        verifier_of(kind).verify(sent(kind, "".join(character for character in text if character not in "\r\n")))


@pytest.mark.parametrize("scheme", ["", "Basic ", "Bearer", "bearer,", "Token ", "Bearer  "])
def test_other_schemes(verifier_of: Callable[[str], Verifier], signers: Signers, scheme: str) -> None:
    """Only `Authorization: Bearer` carries a credential."""
    kind = "firebase-auth:shop-1"
    with pytest.raises(CallerNotVerified):
        verifier_of(kind).verify(Headers({"Authorization": scheme + signers["rsa"].credential(good(kind))}))


@pytest.mark.parametrize("scheme", ["Bearer ", "bearer ", "BEARER "])
def test_scheme_in_any_case(verifier_of: Callable[[str], Verifier], signers: Signers, scheme: str) -> None:
    """The scheme's name is read in any case, as HTTP has it."""
    kind = "firebase-auth:shop-1"
    assert (
        verifier_of(kind).verify(Headers({"Authorization": scheme + signers["rsa"].credential(good(kind))})) == SUBJECT
    )


@every_kind
def test_header_of_another_kind(verifier_of: Callable[[str], Verifier], signers: Signers, kind: str) -> None:
    """A good credential in the wrong header is none."""
    other = "oidc" if kind.startswith("firebase-app-check") else "firebase-app-check"
    with pytest.raises(CallerNotVerified):
        verifier_of(kind).verify(sent(other, signers["rsa"].credential(good(kind))))


@every_kind
@pytest.mark.parametrize(
    "document",
    [
        None,
        [],
        "x",
        {},
        {"keys": []},
        {"keys": {}},
        {"keys": ["x"]},
        {"keys": [{"kty": "RSA"}]},
        {"keys": [{"kty": "oct", "k": "c2VjcmV0"}]},
    ],
    ids=str,
)
def test_issuer_without_keys(signers: Signers, kind: str, document: Any) -> None:
    """An issuer that serves no usable key leaves it open who calls: nothing is minted, and nobody is called a liar."""
    verifier = Verifier(
        kind,
        Deadlines(),
        lambda url: (
            {"issuer": KINDS[kind][0], "jwks_uri": "https://login.example/keys"} if "well-known" in url else document
        ),
    )
    with pytest.raises(TemporarilyUnavailable):
        verifier.verify(sent(kind, signers["rsa"].credential(good(kind))))


@pytest.mark.filterwarnings("ignore::jwt.warnings.InsecureKeyLengthWarning")  # the library would only warn
@every_kind
def test_keys_that_do_not_sign(signers: Signers, kind: str) -> None:
    """A key for encryption, one without a name, and a key of fewer than 2048 bits verify nothing."""
    public, weak = signers["rsa"].public_document, Signer("weak", bits=1024)
    document = {
        "keys": [
            signers["next"].public_document,
            {**public, "use": "enc"},
            {name: value for name, value in public.items() if name != "kid"},
            weak.public_document,
        ]
    }
    verifier = Verifier(
        kind,
        Deadlines(),
        lambda url: (
            {"issuer": KINDS[kind][0], "jwks_uri": "https://login.example/keys"} if "well-known" in url else document
        ),
    )
    for signer in (signers["rsa"], weak):
        credential = jws({"alg": "RS256", "typ": "JWT", "kid": signer.name}, json.dumps(good(kind)).encode(), signer)
        with pytest.raises(CallerNotVerified):
            verifier.verify(sent(kind, credential))
    assert verifier.verify(sent(kind, signers["next"].credential(good(kind)))) == SUBJECT


def test_prepared(signers: Signers) -> None:
    """The warm-up fetches the keys, so that the first visitor does not wait for them."""
    asked: list[str] = []

    def fetch(url: str) -> Any:
        asked.append(url)
        return {"keys": [signers["rsa"].public_document]}

    kind = "firebase-auth:shop-1"
    verifier = Verifier(kind, Deadlines(), fetch)
    assert not asked
    verifier.prepare()
    assert verifier.verify(sent(kind, signers["rsa"].credential(good(kind)))) == SUBJECT
    assert len(asked) == 1
