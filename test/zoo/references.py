"""Completes the test vectors of models that torch_models.py has exported, and
makes variants of some that other exporters write:

    python references.py FOLDER

Answers are those of ONNX Runtime, without its optimisations.
"""

import pathlib
import shutil
import sys

import numpy
import onnx
from onnx import numpy_helper, version_converter
from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType, quantize_dynamic, quantize_static

from vectors import session, write


def inputs_of(data):
    files = sorted(data.glob("input_*.npy"), key=lambda f: int(f.stem.split("_")[1]))
    return [numpy.load(f) for f in files]


class Reader(CalibrationDataReader):
    def __init__(self, model, inputs):
        names = [spec.name for spec in session(str(model)).get_inputs()]
        self.feeds = iter([dict(zip(names, inputs, strict=True))])

    def get_next(self):
        return next(self.feeds, None)


def halves(source, target):
    """The model with float16 in place of float32, inputs and outputs included."""
    model = onnx.load(source)
    for tensor in [*model.graph.initializer, *(a.t for n in model.graph.node for a in n.attribute if a.HasField("t"))]:
        if tensor.data_type == onnx.TensorProto.FLOAT:
            tensor.CopyFrom(numpy_helper.from_array(numpy_helper.to_array(tensor).astype(numpy.float16), tensor.name))
    for value in [*model.graph.input, *model.graph.output]:
        if value.type.tensor_type.elem_type == onnx.TensorProto.FLOAT:
            value.type.tensor_type.elem_type = onnx.TensorProto.FLOAT16
    del model.graph.value_info[:]
    onnx.save(model, target)


def older(opset):
    """Makes the model as it was written for an operator set before the oldest that
    ONNX Runtime has; the answers are those of the model itself."""

    def convert(source, target, inputs):
        model = onnx.load(source)
        for value in [*model.graph.input, *model.graph.output]:  # the converter wants lengths
            for axis in value.type.tensor_type.shape.dim:
                if axis.dim_param:
                    axis.dim_value = inputs[0].shape[0]
        model.graph.output[0].type.tensor_type.ClearField("shape")
        onnx.save(version_converter.convert_version(onnx.shape_inference.infer_shapes(model), opset), target)
        shutil.copytree(source.parent / "test_data_set_0", target.parent / "test_data_set_0")

    return convert


def outside(source, target):
    """The model with its weights in a file beside it."""
    onnx.save(onnx.load(source), target, save_as_external_data=True, location="weights.bin", size_threshold=0)


def main(folder):
    for model in sorted(folder.glob("*/model.onnx")):
        inputs = inputs_of(model.parent / "test_data_set_0")
        if not inputs:
            continue
        write(model.parent, inputs)
        for name, make in VARIANTS.get(model.parent.name, {}).items():
            variant = folder / f"{model.parent.name}_{name}"
            shutil.rmtree(variant, ignore_errors=True)
            variant.mkdir()
            given = make(model, variant / "model.onnx", inputs) or inputs
            if not (variant / "test_data_set_0").exists():
                write(variant, given)
            print(variant.name)


def static(form):
    def quantize(source, target, inputs):
        quantize_static(
            str(source), str(target), Reader(source, inputs), quant_format=form, per_channel=form is QuantFormat.QDQ,
            op_types_to_quantize=["Conv", "MatMul"],  # of others the tool makes operators of its own
        )

    return quantize


def dynamic(source, target, _):
    quantize_dynamic(str(source), str(target), weight_type=QuantType.QUInt8)


def as_halves(source, target, inputs):
    halves(source, target)
    return [value.astype(numpy.float16) if value.dtype == numpy.float32 else value for value in inputs]


VARIANTS = {
    "squeezenet1_1": {"fp16": as_halves, "external": lambda s, t, _: outside(s, t)},
    "resnet18": {"qdq": static(QuantFormat.QDQ), "qoperator": static(QuantFormat.QOperator)},
    "mlp": {"dynamic": dynamic},
    "googlenet": {"opset1": older(1), "opset5": older(5)},
    "mobilenet_v2": {"opset6": older(6)},
}

main(pathlib.Path(sys.argv[1]))
