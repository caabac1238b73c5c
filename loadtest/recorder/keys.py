"""Signing keys and TLS certificates of the recorded servers.

The signing keys are TEST keys: each seed is the hash of a public phrase and the
server's name, so every recording uses the same keys and they can be shipped.
Never give them to a server that means anything.
"""

import datetime
import hashlib

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from signedjson.key import decode_signing_key_base64, get_verify_key
from unpaddedbase64 import encode_base64

PHRASE = "headwater test recording, key of "
KEY_VERSION = "a_1"
KEY_ID = "ed25519:" + KEY_VERSION


def seed_base64(server_name):
    return encode_base64(hashlib.sha256((PHRASE + server_name).encode()).digest())


def signing_key(server_name):
    return decode_signing_key_base64("ed25519", KEY_VERSION, seed_base64(server_name))


def signing_key_line(server_name):
    """The one line of a signing key file, as Synapse writes it."""
    return f"ed25519 {KEY_VERSION} {seed_base64(server_name)}\n"


def verify_keys(server_names):
    return {
        name: {KEY_ID: encode_base64(get_verify_key(signing_key(name)).encode())}
        for name in sorted(server_names)
    }


def _name(common_name):
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def _builder(subject, issuer, public_key):
    now = datetime.datetime.now(datetime.timezone.utc)
    return (
        x509.CertificateBuilder()
        .subject_name(_name(subject))
        .issuer_name(_name(issuer))
        .public_key(public_key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=30))
    )


def _write_key(path, key):
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )


class CertificateAuthority:
    """A throw-away authority for the TLS certificates of one recording."""

    NAME = "Headwater recording CA"

    def __init__(self, directory):
        self._directory = directory
        self._key = ec.generate_private_key(ec.SECP256R1())
        certificate = (
            _builder(self.NAME, self.NAME, self._key.public_key())
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .sign(self._key, hashes.SHA256())
        )
        self.path = directory / "ca.pem"
        self.path.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))

    def issue(self, host):
        """Returns the paths of a certificate for the host and of its private key."""
        key = ec.generate_private_key(ec.SECP256R1())
        certificate = (
            _builder(host, self.NAME, key.public_key())
            .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
            .sign(self._key, hashes.SHA256())
        )
        certificate_path = self._directory / f"{host}.pem"
        key_path = self._directory / f"{host}.tls.key"
        certificate_path.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
        _write_key(key_path, key)
        return certificate_path, key_path
