"""Verifies a signed redirect of Setuplinks. Python 3.10 or later, nothing to install."""

import base64
import hashlib
import hmac
import re
import time
from urllib.parse import parse_qsl, quote, urlsplit

COVERED = {
    "business_account_id", "display_phone_number", "error_code", "iat", "phone_number_id",
    "provisioned_phone_number_id", "setup_link_id", "state", "status", "whatsapp_config_id",
}


def verify_redirect(url: str, secret: str, now: float | None = None, tolerance: float = 300) -> dict[str, str]:
    """The signed parameters of the URL that a customer landed on (whole, or path and query).

    Raises ValueError, which says why it is not to be trusted. `secret` is the project's `redirect_secret`
    (`rdsec_…`), `tolerance` the age in seconds that a redirect may have.
    """
    signed: dict[str, str] = {}
    for name, value in parse_qsl(urlsplit(url).query, keep_blank_values=True):
        if name != "sig" and name not in COVERED:
            continue
        if name in signed:
            raise ValueError("repeated")
        signed[name] = value
    signatures = signed.pop("sig", "")
    iat = signed.get("iat", "")
    if not signatures or not re.fullmatch(r"[0-9]{1,12}", iat):
        raise ValueError("unsigned")

    # RFC 3986: everything but unreserved characters is percent-encoded.
    canonical = "&".join(sorted(f"{name}={quote(value, safe='')}" for name, value in signed.items()))
    key = base64.b64decode(secret.removeprefix("rdsec_"))
    expected = b"v1," + base64.b64encode(hmac.new(key, canonical.encode(), hashlib.sha256).digest())
    # Two signatures stand there for a day after the secret was rotated.
    if not any(hmac.compare_digest(expected, signature.encode()) for signature in signatures.split(" ")):
        raise ValueError("forged")
    if abs((time.time() if now is None else now) - int(iat)) > tolerance:
        raise ValueError("stale")
    return signed
