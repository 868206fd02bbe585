#!/usr/bin/env python3
"""What TCP survives must not change an exchange, in other people's captures too.

  metamorphic.py TRAFREC CAPTURE...

Each plain pcap file is recorded as it is and changed: every packet twice, neighbours swapped, with
a VLAN tag, through VXLAN, split over two files. What is exported must be the same but for numbers and
for what the wire proves (copies, times of ACKs, encapsulation). Prints what differs; exit code 1 then.
"""
import json
import os
import struct
import subprocess
import sys
import tempfile

ETHERNET = 1
SWAPPED_WITHIN_US = 1000


class Capture:
    def __init__(self, data):
        magic = data[:4]
        self.order = "<" if magic in (b"\xd4\xc3\xb2\xa1", b"\x4d\x3c\xb2\xa1") else ">"
        if magic not in (b"\xd4\xc3\xb2\xa1", b"\x4d\x3c\xb2\xa1", b"\xa1\xb2\xc3\xd4", b"\xa1\xb2\x3c\x4d"):
            raise ValueError("not a pcap file")
        self.header = data[:24]
        self.link_type = struct.unpack(self.order + "I", data[20:24])[0] & 0xFFFF
        self.packets = []
        at = 24
        while at + 16 <= len(data):
            seconds, fraction, captured, length = struct.unpack(self.order + "4I", data[at:at + 16])
            self.packets.append((seconds, fraction, length, data[at + 16:at + 16 + captured]))
            at += 16 + captured

    def write(self, path, packets):
        with open(path, "wb") as file:
            file.write(self.header)
            for seconds, fraction, length, data in packets:
                file.write(struct.pack(self.order + "4I", seconds, fraction, len(data), length) + data)


def twice(packets):
    return [packet for packet in packets for _ in (0, 1)]


def swapped(packets):
    """Neighbours of the same microseconds; a FIN or SYN stays where it is."""
    out = list(packets)
    for i in range(0, len(out) - 1, 3):
        one, two = out[i], out[i + 1]
        close = one[0] == two[0] and abs(two[1] - one[1]) < SWAPPED_WITHIN_US
        if close:
            out[i], out[i + 1] = one[:2] + two[2:], two[:2] + one[2:]
    return out


def with_prefix(packets, change):
    out = []
    for seconds, fraction, length, data in packets:
        changed = change(data, length)
        out.append((seconds, fraction, length + len(changed) - len(data), changed))
    return out


def vlan(data, _):
    return data[:12] + b"\x81\x00\x00\x07" + data[12:]


def vxlan(data, length):
    inside = b"\x08\x00\x00\x00\x00\x00\x2a\x00"
    udp = struct.pack(">4H", 50000, 4789, 8 + len(inside) + length, 0)
    ip = bytearray(struct.pack(">BBHHHBBH", 0x45, 0, 28 + len(inside) + length, 1, 0, 64, 17, 0))
    ip += bytes([192, 0, 2, 1, 192, 0, 2, 2])
    total = sum(struct.unpack(">10H", ip))
    total = (total & 0xFFFF) + (total >> 16)
    ip[10:12] = struct.pack(">H", ~(total + (total >> 16)) & 0xFFFF)
    return b"\x02" + bytes(5) + b"\x02" + bytes(5) + b"\x08\x00" + bytes(ip) + udp + inside + data


def variants(capture):
    packets = capture.packets
    yield "every packet twice", [twice(packets)]
    yield "neighbours swapped", [swapped(packets)]
    yield "split over two files", [packets[0::2], packets[1::2]]
    if capture.link_type == ETHERNET:
        yield "a VLAN tag", [with_prefix(packets, vlan)]
        if all(length < 60000 for _, _, length, _ in packets):
            yield "through VXLAN", [with_prefix(packets, vxlan)]


def message(part):
    names = ("version", "headers", "trailers", "body_len", "body", "body_b64")
    return part and [part.get(name) for name in names]


def exchanges(trafrec, files, folder):
    log = os.path.join(folder, "log-%d" % len(os.listdir(folder)))
    reads = [argument for file in files for argument in ("--read", file)]
    # A capture that is cut off ends with 1, after all that there was.
    subprocess.run([trafrec, "record", "--quiet", "--log", log] + reads, stderr=subprocess.DEVNULL)
    lines = subprocess.run([trafrec, "export", "--quiet", log], stdout=subprocess.PIPE).stdout
    found = []
    for line in lines.splitlines():
        row = json.loads(line)
        found.append(json.dumps([row["method"], row["target"], row["status"], message(row["request"]),
                                 message(row["response"]), len(row["interim"]), row["flags"]]))
    return sorted(found)


def main():
    trafrec, paths = sys.argv[1], sys.argv[2:]
    differ = tried = compared = 0
    for path in paths:
        with open(path, "rb") as file:
            try:
                capture = Capture(file.read())
            except ValueError:
                continue
        with tempfile.TemporaryDirectory() as folder:
            expected = exchanges(trafrec, [path], folder)
            for name, files in variants(capture):
                changed = []
                for number, packets in enumerate(files):
                    changed.append(os.path.join(folder, "%s-%d.pcap" % (name.replace(" ", "-"), number)))
                    capture.write(changed[-1], packets)
                tried += 1
                compared += len(expected)
                got = exchanges(trafrec, changed, folder)
                if got != expected:
                    differ += 1
                    print("%s: %s changes exchanges" % (path, name))
                    for text, rows in (("without", expected), ("with", got)):
                        other = got if rows is expected else expected
                        for row in [row for row in rows if row not in other][:3]:
                            print("  only %s: %.200s" % (text, row))
    print("%d changed captures with %d exchanges, %d differ" % (tried, compared, differ))
    return 1 if differ else 0


if __name__ == "__main__":
    sys.exit(main())
