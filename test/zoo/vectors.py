"""Writes a model and its test vectors in ONNX's test layout: model.onnx, and
test_data_set_0 with input_0.pb ... and output_0.pb ..., which hold ONNX Runtime's
answers."""

import numpy
import onnxruntime
from onnx import numpy_helper


def session(model):
    """A session for a model, its bytes or its file, without optimisations."""
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])


def plain(answer):
    """An answer as an array: scores by label as [rows, classes]."""
    if isinstance(answer, list) and answer and isinstance(answer[0], dict):
        return numpy.array([list(row.values()) for row in answer], dtype=numpy.float32)
    answer = numpy.asarray(answer)
    return answer.astype(object) if answer.dtype.kind == "U" else answer


def write(folder, inputs):
    """Runs the folder's model, and writes inputs and answers beside it."""
    data = folder / "test_data_set_0"
    data.mkdir(parents=True, exist_ok=True)
    running = session(str(folder / "model.onnx"))
    names = [spec.name for spec in running.get_inputs()]
    answers = running.run(None, dict(zip(names, inputs, strict=True)))
    for prefix, values in (("input", inputs), ("output", answers)):
        for i, value in enumerate(values):
            (data / f"{prefix}_{i}.pb").write_bytes(numpy_helper.from_array(plain(value)).SerializeToString())
