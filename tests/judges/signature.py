"""Verifies deliveries as a receiver does: with the library of Standard Webhooks, and by hand after the published scheme."""

import base64
import hashlib
import hmac
import json
import sys

from standardwebhooks.webhooks import Webhook, WebhookVerificationError

for delivery in json.load(sys.stdin):
    secret, headers = delivery["secret"], delivery["headers"]
    raw = base64.b64decode(delivery["body"])
    webhook = Webhook(secret if secret.startswith("whsec_") else secret.encode())
    try:
        webhook.verify(raw, headers)
        standard = True
    except WebhookVerificationError:
        standard = False
    expected = hmac.new(secret.encode(), raw, hashlib.sha256).hexdigest()
    published = hmac.compare_digest(expected, headers["x-webhook-signature"])
    print(json.dumps({"standard": standard, "published": published}))
