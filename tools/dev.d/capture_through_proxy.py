#!/usr/bin/env python3
"""Forwards TCP connections and writes what passes into a capture file.

For the demo on a machine that does not let us capture: the bytes are the real conversation between
client and server, the packets around them are made here (Ethernet, IPv4, TCP, right checksums).

usage: capture_through_proxy.py FILE SERVER_PORT
Prints the port on which it listens, and ends on SIGTERM or SIGINT.
"""

import asyncio
import signal
import struct
import sys
import time

SEGMENT_BYTES = 1448
FIN, SYN, PSH, ACK = 1, 2, 8, 16


def checksum(data):
    if len(data) % 2:
        data += b"\0"
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


class Capture:
    """A pcap file of microseconds and Ethernet; each packet is later than the one before."""

    def __init__(self, path):
        self.file = open(path, "wb")
        self.file.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 262144, 1))
        self.last_us = 0

    def write(self, packet):
        self.last_us = max(self.last_us + 1, time.time_ns() // 1000)
        header = struct.pack("<IIII", *divmod(self.last_us, 1_000_000), len(packet), len(packet))
        self.file.write(header + packet)


class Conversation:
    """Makes the packets of one connection from 10.0.0.2 to 10.0.0.1."""

    ADDRESSES = (bytes([10, 0, 0, 2]), bytes([10, 0, 0, 1]))

    def __init__(self, capture, ports):
        self.capture = capture
        self.ports = ports  # client, server
        self.sequence = [1000 * ports[0] & 0xFFFFFFFF, 500_000]
        self.packet(0, SYN)
        self.packet(1, SYN | ACK)
        self.packet(0, ACK)

    def packet(self, side, flags, payload=b""):
        source, target = self.ADDRESSES[side], self.ADDRESSES[1 - side]
        acknowledged = self.sequence[1 - side] if flags & ACK else 0
        tcp = struct.pack("!HHIIBBHHH", self.ports[side], self.ports[1 - side],
                          self.sequence[side], acknowledged, 5 << 4, flags, 65535, 0, 0) + payload
        pseudo = source + target + struct.pack("!BBH", 0, 6, len(tcp))
        tcp = tcp[:16] + struct.pack("!H", checksum(pseudo + tcp)) + tcp[18:]
        ip = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(tcp), 0, 0x4000, 64, 6, 0) + source + target
        ip = ip[:10] + struct.pack("!H", checksum(ip)) + ip[12:]
        self.capture.write(b"\2\0\0\0\0\1\2\0\0\0\0\2\x08\0" + ip + tcp)
        advance = len(payload) + (1 if flags & (SYN | FIN) else 0)
        self.sequence[side] = self.sequence[side] + advance & 0xFFFFFFFF

    def data(self, side, payload):
        for at in range(0, len(payload), SEGMENT_BYTES):
            self.packet(side, ACK | PSH, payload[at:at + SEGMENT_BYTES])
        self.packet(1 - side, ACK)

    def end(self, side):
        self.packet(side, ACK | FIN)
        self.packet(1 - side, ACK)


async def pump(reader, writer, conversation, side):
    while payload := await reader.read(65536):
        conversation.data(side, payload)  # before it is sent on, so that no answer overtakes it
        writer.write(payload)
        await writer.drain()
    conversation.end(side)
    writer.write_eof()


async def main(path, server_port):
    capture = Capture(path)
    tasks = set()

    async def accept(client_reader, client_writer):
        task = asyncio.current_task()
        tasks.add(task)
        task.add_done_callback(tasks.discard)
        server_reader, server_writer = await asyncio.open_connection("127.0.0.1", server_port)
        client_port = client_writer.get_extra_info("peername")[1]
        conversation = Conversation(capture, (client_port, listen_port))
        try:
            await asyncio.gather(pump(client_reader, server_writer, conversation, 0),
                                 pump(server_reader, client_writer, conversation, 1))
        except ConnectionError:
            pass  # one side is gone: so is the conversation
        finally:
            client_writer.close()
            server_writer.close()

    stopped = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    server = await asyncio.start_server(accept, "127.0.0.1", 0)
    listen_port = server.sockets[0].getsockname()[1]
    print(listen_port, flush=True)
    await stopped.wait()
    server.close()
    if tasks:
        await asyncio.wait(tasks, timeout=2)
    capture.file.close()


asyncio.run(main(sys.argv[1], int(sys.argv[2])))
