#!/usr/bin/env python3
"""Verifies sentinels with nothing but docs/sentinel.md and python3-nacl.

Reads one JSON object a line: user_agent, method, target, body (base64), at (packet time, ns), keys
({public key in base64: [purposes] or null}), audience. Prints the reason for each, as the document
names them. It sees requests, so the reasons of captures (6, 10) are not its.
"""

import base64
import hashlib
import json
import re
import sys

from nacl.exceptions import BadSignatureError
from nacl.signing import VerifyKey

TOKEN = re.compile(
    r"trafrec-sentinel/1 kid=([0-9a-f]{16}) aud=([a-z0-9][a-z0-9._-]{0,62}) ts=([1-9][0-9]{0,18})"
    r" nonce=([0-9a-f]{32}) purpose=([a-z][a-z0-9-]{0,62}) sig=([A-Za-z0-9_-]{85}[AQgw])"
)
WINDOW_NS = 60 * 10**9
seen = set()


def reason(sentinel):
    if re.match("trafrec-sentinel/(?!1 |1$)", sentinel["user_agent"]):
        return "other_version"
    fields = TOKEN.fullmatch(sentinel["user_agent"])
    if not fields or int(fields[3]) >= 2**63:
        return "malformed"
    kid, audience, ts, nonce, purpose, signature = fields.groups()
    if audience != sentinel["audience"]:
        return "other_audience"
    keys = {base64.b64decode(key): purposes for key, purposes in sentinel["keys"].items()}
    key = next((key for key in keys if hashlib.sha256(key).hexdigest()[:16] == kid), None)
    if key is None:
        return "unknown_key"
    if keys[key] is not None and purpose not in keys[key]:
        return "untrusted_purpose"
    request = [sentinel["method"], sentinel["target"]]
    digest = hashlib.sha256(base64.b64decode(sentinel["body"])).hexdigest()
    signed = "\n".join(["trafrec-sentinel/1", kid, audience, ts, nonce, purpose, *request, digest])
    if signed.count("\n") != 8:
        return "bad_signature"
    try:
        VerifyKey(key).verify(signed.encode(), base64.urlsafe_b64decode(signature + "=="))
    except BadSignatureError:
        return "bad_signature"
    if abs(sentinel["at"] - int(ts)) > WINDOW_NS:
        return "out_of_time"
    if nonce in seen:
        return "replayed"
    seen.add(nonce)
    return "counted"


for line in sys.stdin:
    print(reason(json.loads(line)), flush=True)
