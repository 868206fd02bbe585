"""A second reader of translogs, which owes nothing to ours: the truth of the checks comes from it.

`read_shards(data)` gives {(index uuid, shard): [operation]} of a node's data folder or a copy of it; an operation is a dict of
seq_no, term, version, kind (index, delete, noop), id, routing, source, synced, generation, offset. Anything unexpected is an
exception: what these files hold was written by a node that was stopped or asked nothing.
"""

import pathlib
import struct
import zlib

MAGIC = 0x3FD76C17


class Fields:
    """Values one after the other, as the products write them."""

    def __init__(self, data):
        self.data, self.at = data, 0

    def take(self, count):
        if count > len(self.data) - self.at:
            raise ValueError(f"{count} bytes are wanted at {self.at}, there are {len(self.data)}")
        self.at += count
        return self.data[self.at - count : self.at]

    def number(self, form):
        return struct.unpack(form, self.take(struct.calcsize(form)))[0]

    def vint(self):
        value, shift = 0, 0
        while True:
            byte = self.take(1)[0]
            value |= (byte & 127) << shift
            if byte < 128:
                return value
            shift += 7

    def sized(self):
        return self.take(self.vint())

    def text(self):
        units = []
        for _ in range(self.vint()):
            lead = self.take(1)[0]
            if lead < 0x80:
                units.append(lead)
            elif lead < 0xE0:
                units.append((lead & 31) << 6 | self.take(1)[0] & 63)
            else:
                middle, last = self.take(2)
                units.append((lead & 15) << 12 | (middle & 63) << 6 | last & 63)
        return struct.pack(f"<{len(units)}H", *units).decode("utf-16-le", "surrogatepass")

    def optional_text(self):
        return self.text() if self.take(1)[0] else ""


def _codec_header(fields, name):
    if fields.number(">I") != MAGIC or fields.sized() != name:
        raise ValueError(f"this is no {name}")
    return fields.number(">I")


def read_checkpoint(path):
    data = path.read_bytes()
    fields = Fields(data)
    version = _codec_header(fields, b"ckp")
    if zlib.crc32(data[:-8]) != struct.unpack(">Q", data[-8:])[0]:
        raise ValueError(f"{path}: the checksum is wrong")
    order = {3: ">", 4: "<"}[version]
    names = [
        "offset",
        "operations",
        "generation",
        "min_seq_no",
        "max_seq_no",
        "global_checkpoint",
        "min_generation",
        "trimmed_above",
    ]
    return dict(zip(names, struct.unpack(order + "qi6q", fields.take(60))))


def read_record(data):
    fields = Fields(data)
    kind = fields.take(1)[0]
    if kind == 4:
        seq_no, term = fields.number(">q"), fields.number(">q")
        return {
            "kind": "noop",
            "seq_no": seq_no,
            "term": term,
            "reason": fields.text(),
            "version": 0,
            "id": "",
            "routing": "",
            "source": b"",
        }
    form = fields.vint()
    made = {"kind": {1: "index", 2: "index", 3: "delete"}[kind], "routing": "", "source": b""}
    if made["kind"] == "index":
        made["id"] = fields.text()
        if form <= 10:
            fields.text()
        made["source"], made["routing"] = fields.sized(), fields.optional_text()
        if form <= 8:
            fields.optional_text()
        made["version"] = fields.number(">q")
        if form <= 9:
            fields.take(1)
        made["automatic"] = fields.number(">q") >= 0
    else:
        if form <= 6:
            fields.text()
        made["id"] = fields.text()
        if form <= 6:
            fields.text()
            fields.sized()
        made["version"] = fields.number(">q")
        if form <= 5:
            fields.take(1)
    made["seq_no"], made["term"] = fields.number(">q"), fields.number(">q")
    if fields.at != len(data):
        raise ValueError(f"{len(data) - fields.at} bytes are left of a record")
    return made


def read_generation(path, synced_bytes):
    data = path.read_bytes()
    fields = Fields(data)
    _codec_header(fields, b"translog")
    fields.take(fields.number(">I"))
    fields.number(">q")
    if zlib.crc32(data[: fields.at]) != fields.number(">I"):
        raise ValueError(f"{path}: the checksum of the header is wrong")
    while fields.at < len(data):
        begin = fields.at
        if begin >= synced_bytes and len(data) - begin < 4:
            return
        size = fields.number(">I")
        if begin >= synced_bytes and size > len(data) - fields.at:
            return  # a torn tail
        body, checksum = fields.take(size - 4), fields.number(">I")
        if zlib.crc32(body) != checksum:
            raise ValueError(f"{path}: the checksum at {begin} is wrong")
        yield read_record(body) | {"offset": begin, "synced": fields.at <= synced_bytes}


def read_folder(folder):
    current = read_checkpoint(folder / "translog.ckp")
    found = []
    for generation in range(current["min_generation"], current["generation"] + 1):
        own = current if generation == current["generation"] else read_checkpoint(folder / f"translog-{generation}.ckp")
        for operation in read_generation(folder / f"translog-{generation}.tlog", own["offset"]):
            if own["trimmed_above"] == -2 or operation["seq_no"] <= own["trimmed_above"]:
                found.append(operation | {"generation": generation})
    return found


def read_shards(data):
    return {
        (folder.parts[-3], int(folder.parts[-2])): read_folder(folder)
        for folder in sorted(pathlib.Path(data).glob("nodes/0/indices/*/*/translog"))
    }
