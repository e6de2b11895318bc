"""Calls a server of the Open Inference Protocol over HTTP as people do: with the
clients of Triton and KServe, and with requests as curl sends them.

    python rest_client.py http://127.0.0.1:8000

It finds a model that takes FP32 in the server's index, and checks further ones
where they are served: those that models.py writes. It needs tritonclient[http] and kserve, prints a line for each check
and ends with status 1 if one fails.
"""

import asyncio
import gzip
import json
import sys
import traceback
import urllib.error
import urllib.request
import zlib

import numpy as np
import tritonclient.http as triton
from kserve import InferRequest, InferenceRESTClient, RESTConfig
from kserve.protocol.infer_type import InferInput, RequestedOutput
from tritonclient.utils import InferenceServerException

checks = []


def check(function):
    checks.append(function)
    return function


class Skip(Exception):
    """A check has nothing to check on this server."""


class Server:
    def __init__(self, url):
        self.url = url.rstrip("/")
        self.triton = triton.InferenceServerClient(self.url.split("://", 1)[1], concurrency=4)
        self.models = {entry["name"]: entry for entry in self.triton.get_model_repository_index()}
        self.model = next(name for name in self.models if self._takes_floats(name))
        metadata = self.triton.get_model_metadata(self.model)
        self.input, self.output = metadata["inputs"][0], metadata["outputs"][0]
        shape = [1 if n < 0 else n for n in self.input["shape"]]
        self.numbers = np.linspace(0, 1, int(np.prod(shape)), dtype=np.float32).reshape(shape)

    def _takes_floats(self, name):
        if name in ("slow", "nan") or self.models[name].get("state") != "READY":
            return False
        inputs = self.triton.get_model_metadata(name)["inputs"]
        return len(inputs) == 1 and inputs[0]["datatype"] == "FP32"

    def need(self, name):
        if name not in self.models:
            raise Skip(f"model {name} is not served")

    def triton_input(self, binary=True, numbers=None):
        numbers = self.numbers if numbers is None else numbers
        given = triton.InferInput(self.input["name"], list(numbers.shape), "FP32")
        given.set_data_from_numpy(numbers, binary_data=binary)
        return given

    def expected(self):
        return self.triton.infer(self.model, [self.triton_input()]).as_numpy(self.output["name"])

    def post(self, path, body, **headers):
        """Sends a request without any client, returns status, headers and body."""
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        names = {key.replace("_", "-"): value for key, value in headers.items()}
        request = urllib.request.Request(self.url + path, data=data, headers=names, method="POST")
        try:
            with urllib.request.urlopen(request) as answer:
                return answer.status, answer.headers, answer.read()
        except urllib.error.HTTPError as error:
            return error.code, error.headers, error.read()


def refused(call, status, *words):
    try:
        call()
    except InferenceServerException as error:
        text = error.message()
        assert error.status() == str(status), f"status {error.status()}, want {status}: {text}"
        assert all(word in text for word in words), f"{words} not in: {text}"
        return
    raise AssertionError("accepted")


@check
def triton_health(s):
    assert s.triton.is_server_live() and s.triton.is_server_ready()
    assert s.triton.is_model_ready(s.model) and not s.triton.is_model_ready("no-such-model")
    version = s.triton.get_model_metadata(s.model)["versions"][-1]
    assert s.triton.is_model_ready(s.model, version) and not s.triton.is_model_ready(s.model, "987654")


@check
def triton_metadata(s):
    server = s.triton.get_server_metadata()
    assert {"binary_tensor_data", "classification", "model_repository", "statistics", "model_configuration"} <= set(server["extensions"]), server
    model = s.triton.get_model_metadata(s.model)
    assert model["name"] == s.model and model["platform"], model
    config = s.triton.get_model_config(s.model)
    axes = len(s.input["shape"]) - (config["max_batch_size"] > 0)
    assert config["input"][0]["data_type"] == "TYPE_FP32" and len(config["input"][0]["dims"]) == axes, config
    refused(lambda: s.triton.get_model_metadata("no-such-model"), 404, "no-such-model")
    refused(lambda: s.triton.get_model_config(s.model, "987654"), 404, "987654")


@check
def triton_forms(s):
    want, name = s.expected(), s.output["name"]
    for binary_in in (True, False):
        for binary_out in (True, False):
            answer = s.triton.infer(s.model, [s.triton_input(binary_in)], outputs=[triton.InferRequestedOutput(name, binary_data=binary_out)])
            np.testing.assert_array_equal(answer.as_numpy(name), want)
        np.testing.assert_array_equal(s.triton.infer(s.model, [s.triton_input(binary_in)]).as_numpy(name), want)
    answer = s.triton.infer(s.model, [s.triton_input()], request_id="the id", parameters={"mine": "x"})
    assert answer.get_response()["id"] == "the id" and answer.get_response()["model_name"] == s.model


@check
def triton_batch(s):
    if s.input["shape"][0] != -1:
        raise Skip("the model takes no batches")
    many = np.concatenate([s.numbers, s.numbers * 0.5, s.numbers])
    answer = s.triton.infer(s.model, [s.triton_input(numbers=many)]).as_numpy(s.output["name"])
    np.testing.assert_array_equal(answer[0:1], s.expected())
    np.testing.assert_array_equal(answer[0], answer[2])


@check
def triton_classification(s):
    want = s.expected()
    for binary in (True, False):
        wanted = triton.InferRequestedOutput(s.output["name"], binary_data=binary, class_count=3)
        answer = s.triton.infer(s.model, [s.triton_input()], outputs=[wanted]).as_numpy(s.output["name"])
        assert answer.shape == (1, 3), answer.shape
        parts = (answer[0][0].decode() if binary else answer[0][0]).split(":")
        assert int(parts[1]) == int(np.argmax(want)) and np.float32(parts[0]) == np.max(want), parts
        labels = s.output.get("labels")
        assert not labels or parts[2] == labels[int(parts[1])], parts


@check
def triton_compression(s):
    want, name = s.expected(), s.output["name"]
    for algorithm in ("gzip", "deflate"):
        for binary in (True, False):
            answer = s.triton.infer(
                s.model, [s.triton_input(binary)], outputs=[triton.InferRequestedOutput(name, binary_data=binary)],
                request_compression_algorithm=algorithm, response_compression_algorithm=algorithm,
            )
            np.testing.assert_array_equal(answer.as_numpy(name), want)
    s.need("text")
    long = np.array([["word " * 1000]], dtype=object)
    given = triton.InferInput("text", [1, 1], "BYTES")
    given.set_data_from_numpy(long)
    for algorithm in ("gzip", "deflate"):
        answer = s.triton.infer("text", [given], request_compression_algorithm=algorithm, response_compression_algorithm=algorithm)
        assert answer.as_numpy("text_out")[0][0].decode() == long[0][0]


@check
def triton_concurrently(s):
    want = s.expected()
    calls = [s.triton.async_infer(s.model, [s.triton_input()]) for _ in range(20)]
    for call in calls:
        np.testing.assert_array_equal(call.get_result().as_numpy(s.output["name"]), want)


@check
def triton_texts(s):
    s.need("text")
    texts = np.array([["a", "été"], ["", "x" * 300]], dtype=object)
    for binary in (True, False):
        given = triton.InferInput("text", [2, 2], "BYTES")
        given.set_data_from_numpy(texts, binary_data=binary)
        for out in (True, False):
            answer = s.triton.infer("text", [given], outputs=[triton.InferRequestedOutput("text_out", binary_data=out)]).as_numpy("text_out")
            got = [[t.decode() if isinstance(t, bytes) else t for t in row] for row in answer]
            assert got == texts.tolist(), got
    given = triton.InferInput("text", [1, 1], "BYTES")
    given.set_data_from_numpy(np.array([[b"\xff\x00"]], dtype=object))
    assert s.triton.infer("text", [given]).as_numpy("text_out")[0][0] == b"\xff\x00"
    refused(lambda: s.triton.infer("text", [given], outputs=[triton.InferRequestedOutput("text_out", binary_data=False)]), 400, "UTF-8")


@check
def triton_datatypes(s):
    s.need("all")
    try:
        from ml_dtypes import bfloat16
    except ImportError:
        raise Skip("ml_dtypes is not installed, without which there is no BF16") from None
    values = {
        "BOOL": np.array([[True, False, True]]), "FP16": np.array([[1, np.inf, np.nan]], np.float16), "FP32": np.array([[1.5, -0.0, np.nan]], np.float32),
        "FP64": np.array([[1e300, -np.inf, 5e-324]]), "BYTES": np.array([["a", "b", "c"]], dtype=object), "BF16": np.array([[1, 2, -3]], bfloat16),
    }
    for kind in ("INT", "UINT"):
        for bits in (8, 16, 32, 64):
            info = np.iinfo(f"{kind.lower()}{bits}")
            values[f"{kind}{bits}"] = np.array([[info.min, info.max, 1]], info.dtype)
    inputs = []
    for datatype, value in values.items():
        given = triton.InferInput(datatype, [1, 3], datatype)
        given.set_data_from_numpy(value)
        inputs.append(given)
    answer = s.triton.infer("all", inputs)
    for datatype, value in values.items():
        got = answer.as_numpy(datatype + "_out")
        if datatype == "BYTES":
            got = np.vectorize(bytes.decode, otypes=[object])(got)
        np.testing.assert_array_equal(got, value, err_msg=datatype)


@check
def triton_errors(s):
    name = s.input["name"]
    refused(lambda: s.triton.infer("no-such-model", [s.triton_input()]), 404, "no-such-model")
    refused(lambda: s.triton.infer(s.model, [s.triton_input()], model_version="987654"), 404, "987654")
    refused(lambda: s.triton.infer(s.model, [s.triton_input()], outputs=[triton.InferRequestedOutput("no-such-output")]), 400, "no-such-output")
    wrong = triton.InferInput("no-such-input", list(s.numbers.shape), "FP32")
    wrong.set_data_from_numpy(s.numbers)
    refused(lambda: s.triton.infer(s.model, [wrong]), 400, "no-such-input", name)
    refused(lambda: s.triton.infer(s.model, [s.triton_input(), s.triton_input()]), 400, name)
    shape = triton.InferInput(name, [1, 7], "FP32")
    shape.set_data_from_numpy(np.zeros([1, 7], np.float32))
    refused(lambda: s.triton.infer(s.model, [shape]), 400, name, "shape")
    integers = triton.InferInput(name, list(s.numbers.shape), "INT32")
    integers.set_data_from_numpy(s.numbers.astype(np.int32))
    refused(lambda: s.triton.infer(s.model, [integers]), 400, "INT32", "FP32")
    refused(lambda: s.triton.infer(s.model, [s.triton_input()], sequence_id=7), 400, "sequence_id")


@check
def triton_timeout(s):
    s.need("slow")
    given = triton.InferInput("x", [1], "FP32")
    given.set_data_from_numpy(np.zeros([1], np.float32))
    refused(lambda: s.triton.infer("slow", [given], timeout=50_000), 504)


@check
def triton_nan(s):
    s.need("nan")
    given = triton.InferInput("x", [2], "FP32")
    given.set_data_from_numpy(np.zeros([2], np.float32))
    assert np.isnan(s.triton.infer("nan", [given]).as_numpy("x_out")).all()
    refused(lambda: s.triton.infer("nan", [given], outputs=[triton.InferRequestedOutput("x_out", binary_data=False)]), 400, "NaN", "binary_data")


@check
def triton_statistics(s):
    before = s.triton.get_inference_statistics(s.model)["model_stats"][0]
    for _ in range(3):
        s.triton.infer(s.model, [s.triton_input()])
    after = s.triton.get_inference_statistics(s.model)["model_stats"][0]
    assert after["inference_count"] - before["inference_count"] == 3, after
    assert after["inference_stats"]["success"]["ns"] > before["inference_stats"]["success"]["ns"] and after["last_inference"] > 0
    assert any(entry["name"] == s.model for entry in s.triton.get_inference_statistics()["model_stats"])


@check
def triton_repository(s):
    index = s.triton.get_model_repository_index()
    assert any(entry["name"] == s.model and entry["state"] == "READY" for entry in index), index
    s.need("text")
    s.triton.load_model("text")
    assert s.triton.is_model_ready("text")
    s.triton.unload_model("text")
    assert not s.triton.is_model_ready("text")
    refused(lambda: s.triton.unload_model("text"), 404, "text")
    s.triton.load_model("text")
    assert s.triton.is_model_ready("text")
    refused(lambda: s.triton.load_model("text", config="{}"), 400, "config")
    refused(lambda: s.triton.load_model("no-such-model"), 404, "no-such-model")
    s.need("broken")
    refused(lambda: s.triton.load_model("broken"), 400, "truncated")
    entry = next(entry for entry in s.triton.get_model_repository_index() if entry["name"] == "broken")
    assert entry["state"] == "UNAVAILABLE" and "truncated" in entry["reason"], entry


def kserve(work):
    async def run():
        client = InferenceRESTClient(RESTConfig(protocol="v2", retries=0))
        try:
            return await work(client)
        finally:
            await client.close()

    return asyncio.run(run())


@check
def kserve_health(s):
    async def work(client):
        assert await client.is_server_live(s.url) is True
        assert await client.is_server_ready(s.url) is True
        assert await client.is_model_ready(s.url, s.model) is True
        assert await client.is_model_ready(s.url, "no-such-model") is False

    kserve(work)


@check
def kserve_forms(s):
    want, name = s.expected(), s.output["name"]

    async def work(client):
        for binary_in in (True, False):
            for binary_out in (True, False, None):
                given = InferInput(s.input["name"], list(s.numbers.shape), "FP32")
                given.set_data_from_numpy(s.numbers, binary_data=binary_in)
                outputs = None if binary_out is None else [RequestedOutput(name, parameters={"binary_data": binary_out})]
                request = InferRequest(model_name=s.model, infer_inputs=[given], request_id="42", request_outputs=outputs)
                answer = await client.infer(s.url, request, model_name=s.model)
                assert answer.id == "42" and answer.model_name == s.model
                np.testing.assert_array_equal(answer.outputs[0].as_numpy(), want)
        request = InferRequest(model_name=s.model, infer_inputs=[given], parameters={"binary_data_output": True})
        np.testing.assert_array_equal((await client.infer(s.url, request, model_name=s.model)).outputs[0].as_numpy(), want)

    kserve(work)


@check
def kserve_errors(s):
    async def work(client):
        given = InferInput("no-such-input", [1, 2], "FP32", data=[1.0, 2.0])
        for model, words in ((s.model, "no-such-input"), ("no-such-model", "no-such-model")):
            try:
                await client.infer(s.url, InferRequest(model_name=model, infer_inputs=[given]), model_name=model)
            except Exception as error:  # its type is httpx's, which kserve does not export
                assert words in str(error), error
            else:
                raise AssertionError("accepted")

    kserve(work)


@check
def kserve_texts(s):
    s.need("text")

    async def work(client):
        for binary in (True, False):
            given = InferInput("text", [1, 2], "BYTES")
            given.set_data_from_numpy(np.array([["a", "été"]], dtype=object), binary_data=binary)
            answer = await client.infer(s.url, InferRequest(model_name="text", infer_inputs=[given]), model_name="text")
            assert answer.outputs[0].data == ["a", "été"], answer.outputs[0].data

    kserve(work)


@check
def plain_requests(s):
    want, name = s.expected(), s.output["name"]
    path, tensor = f"/v2/models/{s.model}/infer", {"name": s.input["name"], "shape": list(s.numbers.shape), "datatype": "FP32"}
    flat, nested = {**tensor, "data": s.numbers.flatten().tolist()}, {**tensor, "data": s.numbers.tolist()}
    for body in (
        {"inputs": [flat]}, {"inputs": [nested]},
        {"id": None, "parameters": None, "inputs": [{**flat, "parameters": None}], "outputs": None},  # as pydantic writes it
    ):
        for headers in ({"Content_Type": "application/json"}, {"Content_Type": "application/x-www-form-urlencoded"}):
            status, _, answer = s.post(path, body, **headers)
            assert status == 200, answer
            got = np.array(json.loads(answer)["outputs"][0]["data"], np.float32).reshape(want.shape)
            np.testing.assert_array_equal(got, want)
    document = json.dumps({"inputs": [flat]}).encode()
    for coding, compressed in (("gzip", gzip.compress(document)), ("deflate", zlib.compress(document))):
        status, _, answer = s.post(path, compressed, Content_Encoding=coding)
        assert status == 200, answer
    status, headers, answer = s.post(path, s.numbers.tobytes(), Inference_Header_Content_Length="0", Content_Type="application/octet-stream")
    size = int(headers["Inference-Header-Content-Length"])
    assert status == 200 and json.loads(answer[:size])["outputs"][0]["name"] == name
    np.testing.assert_array_equal(np.frombuffer(answer[size:], np.float32).reshape(want.shape), want)
    for body in (b"", b"{", b"[]", b'{"inputs":[]}'):
        status, headers, answer = s.post(path, body)
        assert status == 400 and json.loads(answer)["error"], answer
    assert s.post(path + "/", {"inputs": [flat]})[0] == 200


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    server, failed = Server(sys.argv[1]), 0
    for function in checks:
        try:
            function(server)
            print("ok     ", function.__name__)
        except Skip as why:
            print("SKIPPED", function.__name__ + ":", why)
        except Exception:
            failed += 1
            print("FAILED ", function.__name__)
            traceback.print_exc(file=sys.stdout)
    print(f"{len(checks) - failed} of {len(checks)} checks passed or were skipped")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
