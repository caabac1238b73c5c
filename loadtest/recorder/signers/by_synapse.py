"""Signs the questions as Synapse does: with the code by which it builds paths, queries and headers."""

import json
import sys
from urllib.parse import urlunparse

import synapse
from canonicaljson import encode_canonical_json
from signedjson.key import decode_signing_key_base64
from synapse.federation.transport.client import _create_v1_path
from synapse.http.client import encode_query_args
from synapse.http.matrixfederationclient import MatrixFederationHttpClient


def client(origin, key_version, seed):
    # Without its agent and its reactor, which need a whole homeserver: nothing is sent here.
    signing = MatrixFederationHttpClient.__new__(MatrixFederationHttpClient)
    signing.server_name = origin
    signing.signing_key = decode_signing_key_base64("ed25519", key_version, seed)
    return signing


def signed(by, destination, question):
    if question["ask"] == "backfill":
        method, content = "GET", None
        path = _create_v1_path("/backfill/%s", question["room"])
        query = encode_query_args({"v": question["v"], "limit": [str(question["limit"])]})
    else:
        method = "POST"
        path = _create_v1_path("/get_missing_events/%s", question["room"])
        query = b""
        content = {
            "limit": question["limit"],
            "min_depth": 0,
            "earliest_events": question["earliest"],
            "latest_events": question["latest"],
        }
    target = urlunparse((b"", b"", path.encode(), None, query, b""))
    headers = by.build_auth_headers(destination.encode(), method.encode(), target, content)
    return {
        "method": method,
        "target": target.decode(),
        "authorization": [header.decode() for header in headers],
        "body": None if content is None else encode_canonical_json(content).decode(),
    }


def main():
    told = json.load(sys.stdin)
    by = client(told["origin"], told["key_version"], told["seed"])
    requests = [signed(by, told["destination"], question) for question in told["questions"]]
    json.dump({"by": "synapse " + synapse.__version__, "requests": requests}, sys.stdout)


main()
