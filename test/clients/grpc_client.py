"""Calls a server over gRPC with the clients that others wrote: Triton's and KServe's.

    python grpc_client.py triton|kserve HOST:PORT

It calls the models that models.py writes. One process cannot hold both clients:
each brings messages of the same names. Each call is one line of output; the first
that does not do what it should ends the script with an error.

What is called:
  triton  is_server_live, is_server_ready, is_model_ready (known, unknown)
          get_server_metadata, get_model_metadata, get_model_config
          get_model_repository_index, get_inference_statistics
          infer: raw, named outputs, a batch, classes, an id, a timeout, gzip,
          two inputs, versions, every datatype
          async_infer, its cancellation, a stream
          errors (model, version, shape, datatype, input, sequence, shared memory)
          load_model and unload_model
  kserve  is_server_live, is_server_ready, is_model_ready (known, unknown)
          infer: typed lists, raw arrays, texts, two inputs, an id, errors
"""

import argparse
import asyncio
import queue
import sys

import numpy as np

MODEL = "cifar10-resnet20"


def ok(what, condition, detail=""):
    print(("ok   " if condition else "FAIL ") + what, detail if not condition else "")
    if not condition:
        sys.exit(1)


def pictures(n):
    return np.random.default_rng(7).random((n, 3, 32, 32), dtype=np.float32)


def triton(address, model):
    import tritonclient.grpc as grpcclient
    from tritonclient.utils import InferenceServerException

    client = grpcclient.InferenceServerClient(address)

    def refused(what, call, status, text):
        try:
            call()
        except InferenceServerException as e:
            expected = (status,) if isinstance(status, str) else status
            ok(what, any(s in str(e.status()) for s in expected) and text in e.message(), f"{e.status()} {e.message()}")
        else:
            ok(what, False, "it was accepted")

    ok("live, ready", client.is_server_live() and client.is_server_ready())
    ok("model ready", client.is_model_ready(model) and not client.is_model_ready("unknown"))
    server = client.get_server_metadata()
    ok("server metadata", server.name == "portent" and "statistics" in server.extensions, server)
    metadata = client.get_model_metadata(model)
    x, y = metadata.inputs[0], metadata.outputs[0]
    ok("model metadata", x.datatype == "FP32" and list(x.shape) == [-1, 3, 32, 32] and list(y.shape) == [-1, 10], metadata)
    config = client.get_model_config(model).config
    ok("model config", config.max_batch_size > 0 and list(config.input[0].dims) == [3, 32, 32] and config.input[0].data_type == 11, config)
    config = client.get_model_config(model, as_json=True)["config"]
    ok("model config in JSON", config["output"][0]["dims"] == ["10"], config)
    index = client.get_model_repository_index().models
    ok("repository index", any(m.name == model and m.state == "READY" for m in index), index)

    def inputs(data, name=x.name, datatype="FP32"):
        tensor = grpcclient.InferInput(name, list(data.shape), datatype)
        tensor.set_data_from_numpy(data)
        return [tensor]

    before = client.get_inference_statistics(model).model_stats[0]
    one = client.infer(model, inputs(pictures(1)), request_id="my id")
    scores = one.as_numpy(y.name)
    ok("infer", scores.shape == (1, 10) and scores.dtype == np.float32 and np.isfinite(scores).all(), scores)
    ok("infer: id, name", one.get_response().id == "my id" and one.get_response().model_name == model, one.get_response())
    same = lambda result: np.array_equal(result.as_numpy(y.name), scores)
    ok("infer: named output", same(client.infer(model, inputs(pictures(1)), outputs=[grpcclient.InferRequestedOutput(y.name)])))
    ok("infer: gzip", same(client.infer(model, inputs(pictures(1)), compression_algorithm="gzip")))
    ok("infer: version, timeout", same(client.infer(model, inputs(pictures(1)), model_version=metadata.versions[-1], timeout=10_000_000, client_timeout=10)))
    many = client.infer(model, inputs(pictures(8))).as_numpy(y.name)
    ok("infer: a batch", many.shape == (8, 10) and np.array_equal(many[0], scores[0]), many)
    after = client.get_inference_statistics(model).model_stats[0]
    ok("statistics", after.inference_count - before.inference_count == 12 and after.inference_stats.success.count - before.inference_stats.success.count == 5, after)
    classes = client.infer(model, inputs(pictures(2)), outputs=[grpcclient.InferRequestedOutput(y.name, class_count=3)]).as_numpy(y.name)
    best = classes[0][0].decode().split(":")
    ok("infer: classes", classes.shape == (2, 3) and int(best[1]) == scores[0].argmax() and np.float32(best[0]) == scores[0].max(), classes)

    answers = queue.Queue()
    client.async_infer(model, inputs(pictures(1)), callback=lambda result, error: answers.put((result, error)))
    result, error = answers.get(timeout=30)
    ok("async infer", error is None and same(result), error)
    client.start_stream(callback=lambda result, error: answers.put((result, error)))
    for i in range(3):
        client.async_stream_infer(model, inputs(pictures(1)), request_id=str(i))
    client.async_stream_infer(model, inputs(pictures(1)[:, :2]), request_id="bad")
    client.async_stream_infer(model, inputs(pictures(1)), request_id="last")
    came = [answers.get(timeout=30) for _ in range(5)]
    client.stop_stream()
    ok("stream", [e is None for _, e in came] == [True, True, True, False, True] and all(same(r) for r, e in came if e is None), came)
    ok("stream: ids", [r.get_response().id for r, e in came if e is None] == ["0", "1", "2", "last"], came)

    refused("an unknown model", lambda: client.infer("unknown", inputs(pictures(1))), "NOT_FOUND", "unknown")
    refused("an unknown version", lambda: client.infer(model, inputs(pictures(1)), model_version="99"), "NOT_FOUND", "99")
    refused("a wrong shape", lambda: client.infer(model, inputs(pictures(1)[:, :2])), "INVALID_ARGUMENT", "axis 1")
    refused("a wrong datatype", lambda: client.infer(model, inputs(pictures(1).astype(np.float64), datatype="FP64")), "INVALID_ARGUMENT", "FP32")
    refused("a wrong name", lambda: client.infer(model, inputs(pictures(1), name="nothing")), "INVALID_ARGUMENT", x.name)
    refused("a sequence", lambda: client.infer(model, inputs(pictures(1)), sequence_id=5), "UNIMPLEMENTED", "sequence_id")
    refused("shared memory", lambda: client.get_system_shared_memory_status(), "UNIMPLEMENTED", "")
    nothing = inputs(np.zeros([1], np.float32), name="x")
    refused("no time", lambda: client.infer("slow", nothing, timeout=50_000), "DEADLINE_EXCEEDED", "")
    # Whoever notices the deadline first says so; the server can only reset the stream.
    refused("no time of the client's", lambda: client.infer("slow", nothing, client_timeout=0.05), ("DEADLINE_EXCEEDED", "CANCELLED"), "")
    call = client.async_infer("slow", nothing, callback=lambda result, error: answers.put((result, error)))
    call.cancel()
    ok("cancelled", "CANCELLED" in str(answers.get(timeout=30)[1]))

    client.unload_model(model)
    ok("unload", not client.is_model_ready(model))
    client.load_model(model)
    ok("load", client.is_model_ready(model) and same(client.infer(model, inputs(pictures(1)))))
    refused("load with a config", lambda: client.load_model(model, config="{}"), "UNIMPLEMENTED", "config")
    refused("load of a broken file", lambda: client.load_model("broken"), "INVALID_ARGUMENT", "truncated")

    a, b = np.arange(8, dtype=np.float32).reshape(2, 4), np.full((2, 4), 10, np.float32)
    for version, total in {"1": a + b, "2": a - b, "": a - b}.items():
        for order in (inputs(a, name="a") + inputs(b, name="b"), inputs(b, name="b") + inputs(a, name="a")):
            answer = client.infer("adder", order, model_version=version)
            ok(f"two inputs, version {version or 'not said'}", np.array_equal(answer.as_numpy("total"), total), answer.get_response())
    refused("an input is missing", lambda: client.infer("adder", inputs(a, name="a")), "INVALID_ARGUMENT", "b")
    refused("inputs that do not fit", lambda: client.infer("adder", inputs(a, name="a") + inputs(np.zeros((3, 4), np.float32), name="b")), "INVALID_ARGUMENT", "")
    datatypes(client, grpcclient)
    client.close()


def datatypes(client, grpcclient):
    """Sends a tensor of every datatype to a model that answers with its inputs."""
    from tritonclient.utils import triton_to_np_dtype

    sent, inputs = {}, []
    for spec in client.get_model_metadata("all").inputs:
        values = {"BOOL": [0, 1, 1], "BYTES": [b"", b"\x00\xff", "é".encode()]}.get(spec.datatype, [0, 1, 120])
        data = np.array([values], dtype=triton_to_np_dtype(spec.datatype))
        tensor = grpcclient.InferInput(spec.name, [1, 3], spec.datatype)
        tensor.set_data_from_numpy(data)
        inputs.append(tensor)
        sent[spec.name] = data
    result = client.infer("all", inputs)
    for name, data in sent.items():
        ok("datatype " + name, np.array_equal(result.as_numpy(name + "_out"), data), result.as_numpy(name + "_out"))
    ok("all datatypes", len(sent) == 14, sent)


async def kserve(address, model):
    import grpc
    from kserve import InferenceGRPCClient, InferInput, InferRequest

    client = InferenceGRPCClient(address)

    async def infer(model, binary, **tensors):
        inputs = []
        for name, data in tensors.items():
            kind = {"f": "FP32", "O": "BYTES"}[data.dtype.kind]
            inputs.append(InferInput(name, list(data.shape), kind))
            inputs[-1].set_data_from_numpy(data, binary_data=binary)
        return await client.infer(InferRequest(model_name=model, infer_inputs=inputs, request_id="my id"))

    async def refused(what, call, status, text):
        try:
            await call
        except grpc.RpcError as e:
            ok(what, e.code() == status and text in e.details(), e)
        else:
            ok(what, False, "it was accepted")

    ok("live, ready", await client.is_server_live() and await client.is_server_ready())
    ok("model ready", await client.is_model_ready(model) and not await client.is_model_ready("unknown"))
    answers = []
    for binary in (False, True):
        form = "raw" if binary else "typed"
        answer = await infer(model, binary, pixel_values=pictures(1))
        answers.append(answer.outputs[0].as_numpy())
        ok("infer " + form, answer.id == "my id" and answer.model_name == model and answers[-1].shape == (1, 10), answer)
        a, b = np.arange(8, dtype=np.float32).reshape(2, 4), np.full((2, 4), 10, np.float32)
        answer = await infer("adder", binary, b=b, a=a)
        ok("two inputs " + form, np.array_equal(answer.outputs[0].as_numpy(), a - b), answer)
        answer = await infer("text", binary, text=np.array([["a", "été"]], dtype=object))
        ok("texts " + form, [t if isinstance(t, str) else t.decode() for t in answer.outputs[0].as_numpy().flatten()] == ["a", "été"], answer)
    ok("the same numbers", np.array_equal(*answers), answers)
    await refused("an unknown model", infer("unknown", True, x=pictures(1)), grpc.StatusCode.NOT_FOUND, "unknown")
    await refused("a wrong name", infer(model, True, x=pictures(1)), grpc.StatusCode.INVALID_ARGUMENT, "pixel_values")
    await refused("a wrong shape", infer(model, False, pixel_values=pictures(1)[:, :2]), grpc.StatusCode.INVALID_ARGUMENT, "axis 1")
    await client.close()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("client", choices=["triton", "kserve"])
    parser.add_argument("address")
    options = parser.parse_args()
    if options.client == "triton":
        triton(options.address, MODEL)
    else:
        asyncio.run(kserve(options.address, MODEL))
