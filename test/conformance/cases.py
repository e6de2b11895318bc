"""Writes ONNX's own test cases of single operators, and the models that come
with the package onnx, in ONNX's test layout:

    python cases.py FOLDER
"""

import json
import pathlib
import shutil
import sys

import numpy
import onnx
import onnx.backend.test
from onnx import TensorProto, numpy_helper

# Releases of onnx before 1.13 use names that numpy has dropped.
for alias in ("bool", "int", "float", "object"):
    if not hasattr(numpy, alias):
        setattr(numpy, alias, getattr(__builtins__, alias))

from onnx.backend.test.case.model import collect_testcases as collect_models  # noqa: E402
from onnx.backend.test.case.node import collect_testcases as collect_nodes  # noqa: E402


def proto(value, described):
    """Returns the protocol buffer of an input or output."""
    if isinstance(value, TensorProto):
        return value
    for kind, convert in (
        ("map_type", "from_dict"),
        ("sequence_type", "from_list"),
        ("optional_type", "from_optional"),
    ):
        if described.type.HasField(kind):
            return getattr(numpy_helper, convert)(value, described.name)
    return numpy_helper.from_array(numpy.asarray(value), described.name)


def type_of(described):
    """Names a type as ONNX's documentation does: float, int64, seq(float) ..."""
    kind = described.WhichOneof("value")
    inner = getattr(described, kind)
    if kind in ("tensor_type", "sparse_tensor_type"):
        name = TensorProto.DataType.Name(inner.elem_type).lower()
        return name if kind == "tensor_type" else f"sparse({name})"
    value = inner.value_type if kind == "map_type" else inner.elem_type
    return f"{kind.removesuffix('_type')}({type_of(value)})"


def describe(model, folder):
    """Writes what the report needs to know, whether or not the model can be read."""
    described = {
        "operators": sorted({f"{node.domain}.{node.op_type}".strip(".") for node in model.graph.node}),
        "nodes": len(model.graph.node),
        "opsets": {opset.domain: opset.version for opset in model.opset_import},
        "types": sorted({type_of(value.type) for value in [*model.graph.input, *model.graph.output]}),
        "attributes": sorted({attribute.name for node in model.graph.node for attribute in node.attribute}),
    }
    (folder / "case.json").write_text(json.dumps(described, indent=1) + "\n")


def write(case, folder):
    folder.mkdir(parents=True)
    (folder / "model.onnx").write_bytes(case.model.SerializeToString())
    graph = case.model.graph
    for number, (inputs, outputs) in enumerate(case.data_sets):
        data = folder / f"test_data_set_{number}"
        data.mkdir()
        for name, values, specs in (("input", inputs, graph.input), ("output", outputs, graph.output)):
            for i, (value, described) in enumerate(zip(values, specs, strict=False)):
                (data / f"{name}_{i}.pb").write_bytes(proto(value, described).SerializeToString())


def main(target):
    shutil.rmtree(target, ignore_errors=True)
    try:
        cases = collect_nodes(None)
    except TypeError:
        cases = collect_nodes()
    cases = list(cases) + [case for case in collect_models() if case.kind != "real"]
    failed = 0
    for case in cases:
        try:
            write(case, target / case.name)
        except Exception as cause:  # noqa: BLE001 - one case must not cost the others
            failed += 1
            shutil.rmtree(target / case.name, ignore_errors=True)
            print(f"{case.name}: {type(cause).__name__}: {cause}", file=sys.stderr)
    shipped = pathlib.Path(onnx.backend.test.__file__).parent / "data"
    for kind in ("pytorch-converted", "pytorch-operator", "simple"):
        for folder in sorted((shipped / kind).glob("test_*")):
            if not (target / folder.name).exists():
                shutil.copytree(folder, target / folder.name)
    for folder in target.glob("test_*"):
        describe(onnx.load(folder / "model.onnx"), folder)
    (target / "version").write_text(onnx.__version__ + "\n")
    print(f"{len(list(target.glob('test_*')))} cases of onnx {onnx.__version__} in {target}, {failed} could not be written")


main(pathlib.Path(sys.argv[1]))
