"""Verifies a message (JSON on standard input: secret, headers, body) with the official library."""

import json
import sys

from standardwebhooks import Webhook

message = json.load(sys.stdin)
Webhook(message["secret"]).verify(message["body"], message["headers"])
try:
    Webhook(message["secret"]).verify(message["body"] + " ", message["headers"])
except Exception as error:
    print(f"changed by a blank: {type(error).__name__}")
else:
    sys.exit("a changed body passed")
