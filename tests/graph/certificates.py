"""A certificate for this machine, for servers that tests put behind TLS."""

from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

_PEM = serialization.Encoding.PEM


def vouched_for(key: Path, certificate: Path) -> None:
    """Write a new key, and a certificate of 127.0.0.1 that it signed itself."""
    made = ec.generate_private_key(ec.SECP256R1())
    today = datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "loopback")])
    address = x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))])
    builder = x509.CertificateBuilder(name, name, made.public_key(), x509.random_serial_number())
    builder = builder.not_valid_before(today - timedelta(days=1)).not_valid_after(today + timedelta(days=1))
    builder = builder.add_extension(address, critical=False)
    signed = builder.add_extension(x509.BasicConstraints(True, None), critical=True).sign(
        made, hashes.SHA256()
    )
    plain = serialization.NoEncryption()
    key.write_bytes(made.private_bytes(_PEM, serialization.PrivateFormat.PKCS8, plain))
    certificate.write_bytes(signed.public_bytes(_PEM))
