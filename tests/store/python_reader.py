#!/usr/bin/env python3
"""Reads a finished log with nothing but docs/segment_format.md, sqlite3, zstandard and PyNaCl.

python_reader.py LOG [DIGEST [KEYFILE]] prints one JSON object an exchange, in the order of the log. DIGEST is crc32 or a
name that hashlib knows (sha256); KEYFILE opens encrypted segments. It is here to prove that the document is enough.
"""

import base64
import hashlib
import json
import sqlite3
import struct
import sys
import zlib
from functools import lru_cache
from pathlib import Path

import zstandard
from nacl.bindings import crypto_aead_xchacha20poly1305_ietf_decrypt
from nacl.public import PrivateKey, SealedBox

HEADER = struct.Struct("<IHBBIIIIII")
MAGIC = 0x46465254
MESSAGE, EXTENT, FACTS, SENTINEL, LINK = 1, 2, 3, 7, 9
SIDES = (("request", 1), ("response", 2))  # name and parts bit
DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


def exchange_id(recorder, attempt, number):
    digits = ""
    while number:
        number, digit = divmod(number, 36)
        digits = DIGITS[digit] + digits
    return f"{recorder}-{attempt:04}-{DIGITS[len(digits)]}{digits}"


def varint(data, at):
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            return value, at


def numbers(facts):
    at, values = 0, []
    while at < len(facts):
        value, at = varint(facts, at)
        values.append(value)
    return values


class Segment:
    def __init__(self, path, identity):
        self.db = sqlite3.connect(f"file:{path}?immutable=1", uri=True)
        self.db.text_factory = bytes
        assert self.one("PRAGMA application_id") == (0x74726663,) and self.one("PRAGMA user_version") == (1,)
        self.facts = {key.decode(): value for key, value in self.db.execute("SELECT * FROM attempt")}
        self.key = None
        if "encryption" in self.facts:
            assert self.facts["encryption"] == b"xchacha20poly1305"
            key_id, secret = identity
            sealed = self.one("SELECT sealed FROM recipient WHERE key=?", key_id)[0]
            self.key = SealedBox(PrivateKey(secret)).decrypt(sealed)
        self.frame = lru_cache(16)(self.frame)

    def decrypt(self, data, what, *numbers):
        names = [self.facts[name] for name in ("log_id", "recorder", "attempt", "segment")]
        names = [name.decode() if isinstance(name, bytes) else str(name) for name in names]
        place = " ".join(["trafrec/1", what, *names, *map(str, numbers)]).encode()
        return crypto_aead_xchacha20poly1305_ietf_decrypt(data[24:], place, data[:24], self.key)

    def texts(self):
        texts = dict(self.db.execute("SELECT id, bytes FROM text"))
        if self.key:
            for first, data in self.db.execute("SELECT first, data FROM text_block"):
                raw, at = self.unpack(data, "texts", first)[0], 0
                while at < len(raw):
                    length, at = varint(raw, at)
                    texts[first] = raw[at : at + length]
                    first, at = first + 1, at + length
        return texts

    def one(self, sql, *values):
        return self.db.execute(sql, values).fetchone()

    def unpack(self, data, what, number):  # raw bytes, and how many things they are
        magic, version, codec, _, _, key_id, raw_length, stored_length, count, checksum = HEADER.unpack(data[:32])
        assert (magic, version, stored_length) == (MAGIC, 1, len(data) - 32)
        assert zlib.crc32(data[:28] + bytes(4) + data[32:]) == checksum
        raw = data[32:]
        if key_id:
            raw = self.decrypt(raw, what, number, count, codec, raw_length)
        if codec == 1:
            raw = zstandard.ZstdDecompressor().decompress(raw, max_output_size=raw_length)
        return raw, count

    def frame(self, number):  # its entries: (kind, facts, payload)
        raw, count = self.unpack(self.one("SELECT data FROM frame WHERE id=?", number)[0], "frame", number)
        entries, at = [], 0
        while at < len(raw):
            length, at = varint(raw, at)
            facts_length, facts_at = varint(raw, at + 1)
            payload_at = facts_at + facts_length
            entries.append((raw[at], raw[facts_at:payload_at], raw[payload_at : at + length]))
            at += length
        assert len(entries) == count
        return entries

    def entry(self, frame, index, kind):
        found, facts, payload = self.frame(frame)[index]
        assert found == kind
        return numbers(facts), payload


def message(segments, last, number):
    """Head, body and newest flags of a message; `last` is the newest segment that may know it."""
    place, facts, wanted, extents = None, None, None, {}
    for segment in reversed(segments[: last + 1]):
        row = segment.one("SELECT frame, entry, extents FROM message WHERE id=?", number)
        newer = segment.one("SELECT frame, entry FROM facts WHERE message=?", number)
        wanted = row[2] if row and wanted is None else wanted
        facts = segment.entry(*newer, FACTS)[0] if newer and facts is None else facts
        if row and place is None and row[0] is not None:
            place = segment.entry(*row[:2], MESSAGE)
        rows = segment.db.execute("SELECT idx, frame, entry FROM extent WHERE message=?", (number,))
        for index, frame, entry in rows:
            if wanted is not None and index < wanted:
                extents.setdefault(index, segment.entry(frame, entry, EXTENT)[1])
        if place and len(extents) == wanted:
            break
    values, payload = place
    before, head_bytes, trailer_bytes = values[22:25]
    pieces = [extents[i] for i in range(wanted)]
    pieces.insert(before, payload[head_bytes + trailer_bytes :])
    return payload[:head_bytes], b"".join(pieces), (facts or values)[21]


def sentinels(segments):
    """Number of the exchange -> verdict and purpose."""
    found = {}
    for segment in segments:
        if segment.one("SELECT 1 FROM sqlite_schema WHERE name='sentinel'"):
            for place in segment.db.execute("SELECT frame, entry FROM sentinel"):
                values, payload = segment.entry(*place, SENTINEL)
                lengths = values[4:8]  # key id, audience, nonce, purpose
                purpose = payload[sum(lengths[:3]) : sum(lengths)]
                found[values[0]] = [values[1], purpose.decode()]
    return found


def signed(value):
    return value // 2 if value % 2 == 0 else -(value + 1) // 2


def links(segments):
    """Number of the exchange -> what it was sent for."""
    found = {}
    for segment in segments:
        if segment.one("SELECT 1 FROM sqlite_schema WHERE name='result_link'"):
            for place in segment.db.execute("SELECT frame, entry FROM result_link"):
                values, payload = segment.entry(*place, LINK)
                number, *counts = values[:7]
                texts, at = [], 0
                for length in values[9:14]:
                    texts.append(payload[at : at + length].decode())
                    at += length
                found[number] = [*counts, signed(values[7]), signed(values[8]), *texts]
    return found


def attempt_exchanges(recorder, attempt, segments, digest):
    rows = {}
    for index, segment in enumerate(segments):
        texts = segment.texts()
        for row in segment.db.execute("SELECT n, began_ns, method, target, status, flags, parts FROM exchange"):
            number, began, method, target, *rest = row
            rows[number] = (index, number, began, method, texts.get(target), *rest)
    marks, sources = sentinels(segments), links(segments)
    for index, number, began, method, target, status, flags, parts in rows.values():
        method, target = ((text or b"").decode("utf-8", "backslashreplace") for text in (method, target))
        line = {"id": exchange_id(recorder, attempt, number), "method": method, "target": target}
        line |= {"status": status or 0, "flags": flags, "sentinel": marks.get(number), "link": sources.get(number)}
        for side, (name, part) in enumerate(SIDES):
            line[name] = None
            if parts & part:
                # Facts of a message come at latest with its exchange's row.
                head, body, message_flags = message(segments, index, 2 * number + side)
                line[name] = {"head": digest(head), "body": digest(body)}
                line[name] |= {"body_len": len(body), "flags": message_flags}
        yield (began, recorder, attempt, number), line


def discarded_attempts(log):
    path = log / "_SUMMARY.json"
    attempts = json.loads(path.read_text())["attempts"] if path.exists() else []
    return {(a["recorder"], a["attempt"]) for a in attempts if a["state"] == "discarded"}


def main():
    log = Path(sys.argv[1])
    name = sys.argv[2] if len(sys.argv) > 2 else "sha256"
    identity = None
    if len(sys.argv) > 3:
        first, second = Path(sys.argv[3]).read_text().splitlines()
        identity = (first.split()[2], base64.b64decode(second))

    def digest(data):
        return f"{zlib.crc32(data):08x}" if name == "crc32" else hashlib.new(name, data).hexdigest()

    assert json.loads((log / "log.json").read_text())["format"] == 1
    lines = []
    discarded = discarded_attempts(log)
    for directory in log.glob("*/[0-9][0-9][0-9][0-9]*"):
        if (directory.parent.name, int(directory.name)) in discarded:
            continue
        segments = [Segment(p, identity) for p in sorted(directory.iterdir()) if p.suffix in (".sqlite", ".sealing")]
        if segments and (segments[0].facts["live"] or "ended_ns" in segments[-1].facts):
            lines += attempt_exchanges(directory.parent.name, int(directory.name), segments, digest)
    for _, line in sorted(lines, key=lambda pair: pair[0]):
        print(json.dumps(line))


main()
