"""Writes the HTTP flows of mitmproxy as NDJSON that `trafrec import` reads.

    mitmdump -q -nr FLOWS -s mitmproxy_to_ndjson.py --set ndjson=out.ndjson
"""

import base64
import datetime
import json

from mitmproxy import ctx, http



def as_json(raw):
    """Bytes as the contract wants them: text, or base64."""
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return {"b64": base64.b64encode(raw).decode("ascii")}


def rfc3339(seconds):
    """Whole microseconds: what a float of today's seconds holds."""
    micros = round(seconds * 1e6)
    day = datetime.datetime.fromtimestamp(micros // 1_000_000, datetime.timezone.utc)
    return f"{day:%Y-%m-%dT%H:%M:%S}.{micros % 1_000_000:06d}000Z"


def endpoint(address):
    """None for what is no address: import makes one up."""
    if not address:
        return None
    host, port = address[0], address[1]
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def message(source, began, ended):
    body = source.raw_content
    fields = [
        [as_json(name), as_json(value)]
        for name, value in source.headers.fields
        if not name.startswith(b":")
    ]
    result = {
        "version": source.http_version.upper().removeprefix("HTTP/"),
        "headers": fields,
        "times": {"first_byte": rfc3339(began), "last_byte": rfc3339(ended or began)},
    }
    if body is None:
        result["body_len"] = int(source.headers.get("content-length", 0) or 0)
    else:
        text = as_json(body)
        result["body" if isinstance(text, str) else "body_b64"] = (
            text if isinstance(text, str) else text["b64"]
        )
    return result


class NdjsonWriter:
    def load(self, loader):
        loader.add_option("ndjson", str, "", "write HTTP flows to this file, as NDJSON of trafrec")

    def running(self):
        self.connections = {}
        self.file = open(ctx.options.ndjson, "w", encoding="utf-8") if ctx.options.ndjson else None

    def response(self, flow: http.HTTPFlow):
        self.write(flow)

    def error(self, flow: http.HTTPFlow):
        if isinstance(flow, http.HTTPFlow):
            self.write(flow)

    def write(self, flow):
        if self.file is None:
            return
        sent, got = flow.request, flow.response
        request = message(sent, sent.timestamp_start, sent.timestamp_end)
        if request["version"].startswith(("2", "3")) and "host" not in sent.headers:
            request["headers"].insert(0, ["Host", sent.pretty_host])
        began = sent.timestamp_start
        line = {
            "v": 1,
            "time": rfc3339(began),
            "recorder": "mitmproxy",
            "connection": self.connections.setdefault(flow.client_conn.id, len(self.connections) + 1),
            "client": endpoint(flow.client_conn.peername),
            "server": endpoint(flow.server_conn.peername if flow.server_conn else None),
            "method": as_json(sent.data.method),
            "target": as_json(sent.data.path),
            "host": sent.headers.get("host", sent.pretty_host),
            "status": got.status_code if got else None,
            "request": request,
            "response": None,
            "latency_ns": None,
            "flags": [],
        }
        if got:
            line["response"] = message(got, got.timestamp_start, got.timestamp_end)
            line["response"]["reason"] = as_json(got.data.reason)
            waited = got.timestamp_start - (sent.timestamp_end or began)
            line["latency_ns"] = max(0, round(waited * 1e6)) * 1000
        for part in (sent, got):
            if part is not None and part.raw_content is None:
                line["flags"].append("body_missing")
        self.file.write(json.dumps(line, ensure_ascii=False) + "\n")

    def done(self):
        if getattr(self, "file", None):
            self.file.close()


addons = [NdjsonWriter()]
