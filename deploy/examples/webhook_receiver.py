#!/usr/bin/env python3
"""Receives what My Book Store tells (docs/events.md), and prints a mail for each order.

    webhook_receiver.py --secret-file secret --port 9000 --seen seen.sqlite

It believes only what is signed by the secret and was sent just now, deals with each event once however often it
comes, and says that it has a letter only when what the letter tells is safe. Put a proxy that speaks TLS in front of it.
"""

import argparse
import contextlib
import hashlib
import hmac
import http.server
import json
import sqlite3
import sys
import time

# What a letter may measure; those of the store have some 300 KB at most.
BODY_BYTES_MAX = 1024 * 1024
# How far the clocks may be apart. A letter that was overheard is worth nothing later.
SECONDS_APART_MAX = 300


def check(secret, fields, body, now):
    """What is wrong with a letter; None for one that the store has just sent."""
    seconds = fields.get("Bookstore-Timestamp", "")
    signature = fields.get("Bookstore-Signature", "")
    code = hmac.new(secret, seconds.encode() + b"." + body, hashlib.sha256).hexdigest()
    if not hmac.compare_digest(signature.encode(), b"sha256=" + code.encode()):
        return "the signature is wrong"
    if not seconds.isascii() or not seconds.isdigit() or abs(now - int(seconds)) > SECONDS_APART_MAX:
        return "the letter is old, or a clock is wrong"
    return None


def mail(event):
    """The mail for an event; None where nobody gets one."""
    if event["kind"] != "order":
        return None
    copies = sum(line["copies"] for line in event.get("lines", [{"copies": 1}]))
    # Name and address are not in the event: GET /order?order=N has them, for who has the store's token.
    return (f"Subject: order {event['order']}\n\n"
            f"Order {event['order']} of {event['time']} has {copies} book{'s' * (copies > 1)}.\n")


def deal_with(seen, events, send):
    """Deals with those events that are new: all of them, or none when something fails."""
    with seen:
        for event in events:
            is_new = seen.execute("INSERT OR IGNORE INTO seen VALUES (?, ?)",
                                  (event["sequence"], event["kind"])).rowcount
            text = mail(event)
            if is_new and text:
                send(text)


class Receiver(http.server.BaseHTTPRequestHandler):
    secret = b""
    seen = None
    timeout = 10

    def do_POST(self):
        length = self.headers.get("Content-Length", "")
        if not length.isdigit() or int(length) > BODY_BYTES_MAX:
            return self.answer(413)
        body = self.rfile.read(int(length))
        if wrong := check(self.secret, self.headers, body, time.time()):
            self.log_error("%s", wrong)
            return self.answer(401)
        deal_with(self.seen, json.loads(body)["result"], lambda text: print(text, flush=True))
        return self.answer(204)

    def answer(self, status):
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--secret-file", required=True)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=9000)
    parser.add_argument("--seen", default="seen.sqlite", help="the file of what was dealt with")
    options = parser.parse_args()
    with open(options.secret_file, encoding="ascii") as file:
        Receiver.secret = file.read().strip().encode()
    with contextlib.closing(sqlite3.connect(options.seen)) as seen:
        seen.execute("CREATE TABLE IF NOT EXISTS seen (sequence INTEGER, kind TEXT, PRIMARY KEY (sequence, kind))")
        seen.commit()
        Receiver.seen = seen
        # One letter at a time: the store sends no more.
        server = http.server.HTTPServer((options.host, options.port), Receiver)
        print(f"listening on {options.host}:{server.server_port}", file=sys.stderr, flush=True)
        with contextlib.suppress(KeyboardInterrupt):
            server.serve_forever()


if __name__ == "__main__":
    main()
