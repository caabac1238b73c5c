"""JSON over HTTP/1.1 to loopback, with the connection kept open."""

import http.client
import json


class JsonHttp:
    def __init__(self, port):
        self._port = port
        self._connection = None

    def request(self, method, target, body=None, headers=None, timeout=120):
        """Returns (status, parsed body). `target` goes onto the wire as it is."""
        data = None
        headers = dict(headers or {})
        if body is not None:
            # Bytes go as they are: some stories send JSON that Python would not write.
            data = body if isinstance(body, bytes) else json.dumps(body).encode()
            headers["Content-Type"] = "application/json"
        for attempt in (1, 2):
            if self._connection is None:
                self._connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=timeout)
            try:
                self._connection.request(method, target, body=data, headers=headers)
                response = self._connection.getresponse()
                payload = response.read()
                break
            except (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError):
                self._connection = None  # the server closed an idle connection
                if attempt == 2:
                    raise
            except OSError:
                self._connection = None
                raise
        try:
            return response.status, json.loads(payload) if payload else None
        except ValueError:
            return response.status, payload.decode(errors="replace")
