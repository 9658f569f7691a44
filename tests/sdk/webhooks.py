#!/usr/bin/env python3
"""Verifies the real program's webhooks with the official Standard Webhooks libraries for Python and Node.

    tests/sdk/webhooks.py [path of the program]

The libraries are installed as run.py does.
"""

import http.server
import json
import os
import queue
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

from run import HERE, Api, install, start

MESSAGES = queue.Queue()


class Receiver(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        headers = {name.lower(): value for name, value in self.headers.items()}
        MESSAGES.put({"headers": headers, "body": body})
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_):
        pass


def verify(sdks, message, secrets):
    commands = {
        "python": [sdks / "venv/bin/python", HERE / "verify.py"],
        "node": ["node", HERE / "verify.js"],
    }
    kind = json.loads(message["body"])["type"]
    environment = {**os.environ, "NODE_PATH": str(sdks / "node_modules")}
    for secret in secrets:
        for name, command in commands.items():
            text = json.dumps({**message, "secret": secret})
            subprocess.run([str(part) for part in command], input=text, text=True, env=environment, check=True, timeout=60)
            print(f"ok: {kind} verified by standardwebhooks for {name}", flush=True)


def main():
    program = os.path.abspath(sys.argv[1] if len(sys.argv) > 1 else HERE.parent.parent / "target/debug/touchline")
    receiver = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    threading.Thread(target=receiver.serve_forever, daemon=True).start()
    with tempfile.TemporaryDirectory(prefix="touchline-sdk") as temporary:
        folder = Path(temporary)
        (folder / "data").mkdir(mode=0o700)
        sdks = install(folder, False)
        server, host = start(program, folder / "data", {"TOUCHLINE_WEBHOOK_NETWORKS": "127.0.0.0/8"})
        try:
            api = Api(host)
            api.log_in()
            url = f"http://127.0.0.1:{receiver.server_port}/hook"
            made = api.call("POST", "/api/v1/webhooks", {"url": url, "types": ["contact.*"], "ordered": True})
            secret, path = made["secret"], f"/api/v1/webhooks/{made['id']}"
            api.call("POST", f"{path}/test")
            verify(sdks, MESSAGES.get(timeout=30), [secret])
            api.call("POST", "/api/v1/contacts", {"display_name": "Zoë \U0001f600", "tags": ["naïve \u2028 tag"]})
            message = MESSAGES.get(timeout=30)
            assert json.loads(message["body"])["data"]["record"]["display_name"] == "Zoë \U0001f600", message
            verify(sdks, message, [secret])
            rotated = api.call("POST", f"{path}/secret")["secret"]
            api.call("POST", "/api/v1/contacts", {"display_name": "Ann"})
            verify(sdks, MESSAGES.get(timeout=30), [secret, rotated])
        finally:
            server.terminate()
            server.wait(30)
    print("the official libraries take every message, with the new secret and the old one")


if __name__ == "__main__":
    main()
