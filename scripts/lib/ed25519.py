"""Writes a fresh Ed25519 key pair as PEM (needs the package cryptography).

ed25519.py PRIVATE_FILE PUBLIC_FILE
"""
import os
import sys

from cryptography.hazmat.primitives import serialization as form
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

private, public = sys.argv[1:]
key = Ed25519PrivateKey.generate()
with open(os.open(private, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
    file.write(key.private_bytes(form.Encoding.PEM, form.PrivateFormat.PKCS8, form.NoEncryption()))
with open(public, "wb") as file:
    file.write(key.public_key().public_bytes(form.Encoding.PEM, form.PublicFormat.SubjectPublicKeyInfo))
