# Verifies DKIM signatures with OpenDKIM's library, which asks a file for the key instead of DNS.
# The file's path is the argument; takes a message in base64 a line, answers each with a JSON line.

import base64
import ctypes
import json
import sys

OK = 0
QUERY_FILE = 1
SETOPT = 1
OPTS_QUERYMETHOD = 6
OPTS_QUERYINFO = 7

lib = ctypes.CDLL("libopendkim.so.11")
for name in ("dkim_init", "dkim_verify", "dkim_getsignature"):
    getattr(lib, name).restype = ctypes.c_void_p
lib.dkim_sig_geterrorstr.restype = ctypes.c_char_p

handle = ctypes.c_void_p(lib.dkim_init(None, None))
method = ctypes.c_int(QUERY_FILE)
path = sys.argv[1].encode()
set_option = lambda option, value, size: lib.dkim_options(handle, SETOPT, option, value, ctypes.c_size_t(size))
assert set_option(OPTS_QUERYMETHOD, ctypes.byref(method), 4) == OK
assert set_option(OPTS_QUERYINFO, ctypes.c_char_p(path), len(path)) == OK


def verify(octets):
    status = ctypes.c_int()
    dkim = ctypes.c_void_p(lib.dkim_verify(handle, b"test", None, ctypes.byref(status)))
    assert dkim, status.value
    answer = {"chunk": lib.dkim_chunk(dkim, octets, ctypes.c_size_t(len(octets)))}
    answer["end"] = lib.dkim_chunk(dkim, b"", ctypes.c_size_t(0))
    test_key = ctypes.c_bool()
    answer["status"] = lib.dkim_eom(dkim, ctypes.byref(test_key))
    signature = lib.dkim_getsignature(dkim)
    if signature:
        signature = ctypes.c_void_p(signature)
        error = lib.dkim_sig_geterror(signature)
        answer["error"] = lib.dkim_sig_geterrorstr(error).decode()
        bits = ctypes.c_uint()
        lib.dkim_sig_getkeysize(signature, ctypes.byref(bits))
        answer["bits"] = bits.value
    lib.dkim_free(dkim)
    return answer


for line in sys.stdin:
    sys.stdout.write(json.dumps(verify(base64.b64decode(line))) + "\n")
