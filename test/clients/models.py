"""Writes the models that the clients call, as `portent serve --models` reads them:

    python models.py FOLDER CLASSIFIER

Besides a copy of the classifier's folder there are
  adder   FP32 a, b [-1,4] -> total, in version 1; their difference in version 2
  text    BYTES text [-1,-1] -> text_out
  all     a tensor [-1,3] of every datatype, NAME -> NAME_out
  nan     FP32 x [-1] -> x_out = x / x, which is NaN for 0
  slow    FP32 x [1] -> x_out, after longer than anybody waits
  broken  a file that was torn off
"""

import pathlib
import shutil
import sys

from onnx import TensorProto, checker, helper

OPSET = helper.make_opsetid("", 20)
DATATYPES = {
    "BOOL": TensorProto.BOOL, "FP16": TensorProto.FLOAT16, "BF16": TensorProto.BFLOAT16, "FP32": TensorProto.FLOAT, "FP64": TensorProto.DOUBLE,
    "INT8": TensorProto.INT8, "INT16": TensorProto.INT16, "INT32": TensorProto.INT32, "INT64": TensorProto.INT64, "UINT8": TensorProto.UINT8,
    "UINT16": TensorProto.UINT16, "UINT32": TensorProto.UINT32, "UINT64": TensorProto.UINT64, "BYTES": TensorProto.STRING,
}


def tensor(name, datatype, shape):
    return helper.make_tensor_value_info(name, DATATYPES[datatype], shape)


def model(name, nodes, inputs, outputs, constants=()):
    made = helper.make_model(helper.make_graph(nodes, name, inputs, outputs, constants), opset_imports=[OPSET], ir_version=9)
    checker.check_model(made, full_check=True)
    return made.SerializeToString()


def binary(operator):
    sides = [tensor(name, "FP32", ["batch", 4]) for name in "ab"]
    return model("adder", [helper.make_node(operator, ["a", "b"], ["total"])], sides, [tensor("total", "FP32", ["batch", 4])])


def echo(name, inputs):
    """A model that answers with its inputs, a list of name, datatype and shape."""
    nodes = [helper.make_node("Identity", [of], [of + "_out"]) for of, _, _ in inputs]
    return model(name, nodes, [tensor(*i) for i in inputs], [tensor(of + "_out", *rest) for of, *rest in inputs])


def not_a_number():
    return model("nan", [helper.make_node("Div", ["x", "x"], ["x_out"])], [tensor("x", "FP32", ["n"])], [tensor("x_out", "FP32", ["n"])])


def slow():
    """Multiplies matrices that are filled with x, two thousand times one after the
    other, so that there is always a node before which a deadline is seen."""
    names = [f"product{i}" for i in range(2000)]
    nodes = [helper.make_node("Expand", ["x", "shape"], [names[0]])]
    nodes += [helper.make_node("MatMul", [before, before], [after]) for before, after in zip(names, names[1:])]
    nodes.append(helper.make_node("ReduceMax", [names[-1]], ["x_out"], keepdims=0))
    shape = helper.make_tensor("shape", TensorProto.INT64, [2], [1024, 1024])
    return model("slow", nodes, [tensor("x", "FP32", [1])], [tensor("x_out", "FP32", [])], [shape])


def main(folder, classifier):
    folder = pathlib.Path(folder)
    files = {
        "adder/1": binary("Add"), "adder/2": binary("Sub"),
        "text": echo("text", [("text", "BYTES", ["rows", "columns"])]),
        "all": echo("all", [(name, name, ["batch", 3]) for name in DATATYPES]),
        "nan": not_a_number(), "slow": slow(), "broken": binary("Add")[:-20],
    }
    for name, data in files.items():
        (folder / name).mkdir(parents=True)
        (folder / name / "model.onnx").write_bytes(data)
    shutil.copytree(classifier, folder / "cifar10-resnet20", ignore=shutil.ignore_patterns("*.go"))


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(*sys.argv[1:])
