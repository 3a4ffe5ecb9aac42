# Reads mail with Python's standard library only: a reader that is not ours.
# Takes JSON lines on standard input (base64 inside), answers each with a JSON line.

import base64
import email
import email.policy
import email.utils
import json
import quopri
import re
import sys
from email.header import decode_header, make_header


def addresses(header):
    """With the older of Python's two address parsers: the newer one (3.11) puts blanks between encoded-words."""
    if header is None:
        return None
    pairs = email.utils.getaddresses([re.sub("\r?\n", "", header)])
    return [[str(make_header(decode_header(name))), address] for name, address in pairs]


def body(message, kind):
    for part in message.walk():
        if part.get_content_type() == kind:
            return part.get_payload(decode=True).decode("utf-8")
    return None


def attachments(message):
    return [
        {
            "name": part["content-disposition"].params.get("filename"),
            "fallback": part["content-type"].params.get("name"),
            "type": part.get_content_type(),
            "charset": part.get_content_charset(),
            "octets": base64.b64encode(part.get_payload(decode=True)).decode("ascii"),
            "defects": [str(type(defect).__name__) for defect in part.defects]
            + [str(type(defect).__name__) for defect in part["content-disposition"].defects],
        }
        for part in message.walk()
        if part.get_content_disposition() == "attachment"
    ]


def read(octets):
    message = email.message_from_bytes(octets, policy=email.policy.default)
    raw = email.message_from_bytes(octets)
    return {
        "names": message.keys(),
        "headers": [str(value) for value in message.values()],
        "subject": message["subject"],
        "from": addresses(raw["from"]),
        "to": addresses(raw["to"]),
        "replyTo": addresses(raw["reply-to"]),
        "date": message["date"] and message["date"].datetime.timestamp() * 1000,
        "text": body(message, "text/plain"),
        "html": body(message, "text/html"),
        "attachments": attachments(message),
        "types": [part.get_content_type() for part in message.walk()],
        "defects": [str(type(defect).__name__) for part in message.walk() for defect in part.defects]
        + [str(type(defect).__name__) for value in message.values() for defect in value.defects],
    }


for line in sys.stdin:
    task, octets = json.loads(line)
    octets = base64.b64decode(octets)
    if task == "mail":
        answer = read(octets)
    else:
        answer = base64.b64encode(quopri.decodestring(octets)).decode("ascii")
    sys.stdout.write(json.dumps(answer) + "\n")
