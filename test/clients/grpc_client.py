"""Calls a server over gRPC with the clients that others wrote: Triton's and KServe's.

    python grpc_client.py triton|kserve HOST:PORT [--model NAME]

It needs `tritonclient[grpc]` or `kserve`, and says SKIPPED where that is missing. One
process cannot hold both: each brings messages of the same names. The model takes FP32 pictures [-1,3,32,32] and gives FP32 scores [-1,10],
as the one inside the binary does. Each call is one line of output; the first that
does not do what it should ends the script with an error.

What is called:
  triton  is_server_live, is_server_ready, is_model_ready (known, unknown)
          get_server_metadata, get_model_metadata, get_model_config
          get_model_repository_index, get_inference_statistics
          infer: raw, named outputs, a batch, classes, an id, a timeout, gzip
          async_infer, a stream, errors (model, shape, datatype, input), cancellation
          load_model and unload_model, or that they are refused
          every datatype, if there is a model "echo"
  kserve  is_server_live, is_server_ready, is_model_ready
          infer: typed lists, raw arrays, an id
"""

import argparse
import asyncio
import queue
import sys

try:
    import numpy as np
except ImportError:
    print("SKIPPED: numpy is not installed")
    sys.exit(0)


def ok(what, condition, detail=""):
    print(("ok   " if condition else "FAIL ") + what, detail if not condition else "")
    if not condition:
        sys.exit(1)


def pictures(n):
    return np.random.default_rng(7).random((n, 3, 32, 32), dtype=np.float32)


def triton(address, model):
    try:
        import tritonclient.grpc as grpcclient
        from tritonclient.utils import InferenceServerException
    except ImportError:
        print("SKIPPED: tritonclient[grpc] is not installed")
        return
    client = grpcclient.InferenceServerClient(address)

    def refused(what, call, status, text):
        try:
            call()
        except InferenceServerException as e:
            ok(what, status in str(e.status()) and text in e.message(), f"{e.status()} {e.message()}")
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
    refused("no time", lambda: client.infer(model, inputs(pictures(64)), timeout=1), "DEADLINE_EXCEEDED", "")

    if "model_repository" in server.extensions:
        client.unload_model(model)
        ok("unload", not client.is_model_ready(model))
        client.load_model(model)
        ok("load", client.is_model_ready(model) and same(client.infer(model, inputs(pictures(1)))))
        refused("load with a config", lambda: client.load_model(model, config="{}"), "UNIMPLEMENTED", "config")
    else:
        refused("load", lambda: client.load_model(model), "UNIMPLEMENTED", "")
    if any(m.name == "echo" for m in index):
        datatypes(client, grpcclient)
    client.close()


def datatypes(client, grpcclient):
    """Sends a tensor of every datatype to a model that answers with its inputs."""
    from tritonclient.utils import triton_to_np_dtype

    sent, inputs = {}, []
    for spec in client.get_model_metadata("echo").inputs:
        dtype = triton_to_np_dtype(spec.datatype)
        if spec.datatype == "BYTES":
            data = np.array([[b"", b"\x00\xff", "é".encode()]], dtype=np.object_)
        else:
            data = np.array([[0, 1, 1]], dtype=dtype) if spec.datatype == "BOOL" else np.array([[0, 1, 120]], dtype=dtype)
        tensor = grpcclient.InferInput(spec.name, [1, 3], spec.datatype)
        tensor.set_data_from_numpy(data)
        inputs.append(tensor)
        sent[spec.name] = data
    result = client.infer("echo", inputs)
    for name, data in sent.items():
        ok("datatype " + name, np.array_equal(result.as_numpy(name), data), result.as_numpy(name))


async def kserve(address, model):
    try:
        from kserve import InferenceGRPCClient, InferInput, InferRequest
    except ImportError:
        print("SKIPPED: kserve is not installed")
        return
    client = InferenceGRPCClient(address)
    ok("kserve: live, ready", await client.is_server_live() and await client.is_server_ready())
    ok("kserve: model ready", await client.is_model_ready(model))
    data = pictures(1)
    answers = []
    for name, values in {"typed": data.flatten().tolist(), "raw": data}.items():
        tensor = InferInput("pixel_values", list(data.shape), "FP32", data=values)
        if name == "raw":
            tensor.set_data_from_numpy(data, binary_data=True)
        answer = await client.infer(InferRequest(model_name=model, infer_inputs=[tensor], request_id="my id"))
        answers.append(answer.outputs[0].as_numpy())
        ok("kserve: infer " + name, answer.id == "my id" and answers[-1].shape == (1, 10), answer)
    ok("kserve: the same numbers", np.array_equal(*answers), answers)
    await client.close()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("client", choices=["triton", "kserve"])
    parser.add_argument("address")
    parser.add_argument("--model", default="cifar10-resnet20")
    options = parser.parse_args()
    if options.client == "triton":
        triton(options.address, options.model)
    else:
        asyncio.run(kserve(options.address, options.model))
