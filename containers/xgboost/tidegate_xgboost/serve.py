"""Serves the container contract: GET /ping, POST /invocations, GET /execution-parameters.

Environment: SAGEMAKER_BIND_TO_PORT (8080), TIDEGATE_BIND_ADDRESS (0.0.0.0), MAX_CONTENT_LENGTH in bytes (6 MiB, at
most 20 MiB), SAGEMAKER_BATCH, SAGEMAKER_INFERENCE_OUTPUT, SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT.
"""

import json
import os
import signal
import sys
import traceback
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tidegate_xgboost import answers, csv_data, paths
from tidegate_xgboost.errors import RequestError
from tidegate_xgboost.model import Model

BATCH = os.environ.get("SAGEMAKER_BATCH", "").lower() == "true"
LIMIT = min(int(os.environ.get("MAX_CONTENT_LENGTH", 6 << 20)), 20 << 20)
DISCARD_LIMIT = 128 << 20
SELECTED = os.environ.get("SAGEMAKER_INFERENCE_OUTPUT")
DEFAULT_ACCEPT = os.environ.get("SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT")


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], model: Model) -> None:
        self.model = model
        super().__init__(address, Handler)


class Handler(BaseHTTPRequestHandler):
    server: Server
    protocol_version = "HTTP/1.1"
    # One packet per response: otherwise Nagle and delayed ACK add 40 ms to each.
    wbufsize = -1
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        if self.path == "/ping":
            return self._answer(200, "", "text/plain")
        if self.path == "/execution-parameters":
            parameters = {
                "MaxConcurrentTransforms": os.cpu_count() or 1,
                "BatchStrategy": "MULTI_RECORD",
                "MaxPayloadInMB": LIMIT >> 20,
            }
            return self._answer(200, json.dumps(parameters), answers.JSON)
        self._answer(404, "no such path; use /ping, /invocations or /execution-parameters", "text/plain")

    def do_POST(self) -> None:
        try:
            payload = self._read()
            if self.path != "/invocations":
                raise RequestError(404, "no such path; use /invocations")
            if not payload.strip():
                return self._answer(204, "", "text/plain")
            self._invoke(payload)
        except RequestError as fault:
            print(f"{fault.status} {fault}", flush=True)
            self._answer(fault.status, str(fault), "text/plain")
        except Exception as fault:
            traceback.print_exc()
            self._answer(500, f"{type(fault).__name__} while predicting; see the log", "text/plain")

    def _read(self) -> bytes:
        length = self.headers.get("Content-Length")
        if length is None:
            self.close_connection = True
            raise RequestError(411, "Content-Length is required")
        # isdecimal also takes digits of other scripts, which no client sends and int reads.
        if not length.isdecimal():
            self.close_connection = True
            raise RequestError(400, "Content-Length is not a number")
        size = int(length)
        if size > LIMIT:
            # A client that is still sending would get a broken pipe instead of the response.
            self._discard(size)
            raise RequestError(413, f"The payload has {size} bytes; at most {LIMIT} are taken")
        return self.rfile.read(size)

    def _discard(self, length: int) -> None:
        missing = min(length, DISCARD_LIMIT)
        self.close_connection = missing < length
        while missing > 0 and (chunk := self.rfile.read(min(missing, 1 << 20))):
            missing -= len(chunk)

    def _invoke(self, payload: bytes) -> None:
        kind = (self.headers.get("Content-Type") or answers.CSV).partition(";")[0].strip().lower()
        if kind not in (answers.CSV, "csv"):
            raise RequestError(415, f"Content-type {kind} not supported. Supported content-type is text/csv")
        try:
            rows = csv_data.parse_request(payload.strip(b"\r\n"))
        except csv_data.BadField as fault:
            status = 400 if fault.column is None else 415
            raise RequestError(
                status, f"Loading csv data failed, please ensure data is in csv format: {fault.describe()}"
            ) from None
        accept = answers.accepted(_first(self.headers.get("Accept")) or DEFAULT_ACCEPT)
        model = self.server.model
        scores = model.predict(rows)
        if SELECTED:
            keys = answers.selected_keys(SELECTED)
            text = answers.write_selected(scores, keys, model.objective, model.classes, accept, BATCH)
        else:
            text = answers.write(scores, accept, BATCH)
        self._answer(200, text, accept)

    def _answer(self, status: int, text: str, kind: str) -> None:
        body = text.encode("utf-8")
        self.send_response(status)
        if status != 204:
            self.send_header("Content-Type", f"{kind}; charset=utf-8" if kind.startswith("text/") else kind)
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if status != 204:
            self.wfile.write(body)
        self.wfile.flush()

    def log_message(self, format: str, *args: Any) -> None:
        """One line per request would fill the log. Refused requests are logged where they are refused."""


def _first(header: str | None) -> str | None:
    return None if header in (None, "", "*/*") else header


def main() -> int:
    # Docker stops a container with SIGTERM. There is no state to save.
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
    try:
        model = Model(paths.MODEL)
    except Exception as fault:
        print(f"Unable to load model: {fault}", file=sys.stderr, flush=True)
        return 1
    address = (os.environ.get("TIDEGATE_BIND_ADDRESS", "0.0.0.0"), int(os.environ.get("SAGEMAKER_BIND_TO_PORT", 8080)))
    with Server(address, model) as server:
        host, port = server.server_address[:2]
        print(f"Serving {model.objective} with {model.features} features on http://{host!s}:{port}", flush=True)
        server.serve_forever(poll_interval=3600)
    return 0
