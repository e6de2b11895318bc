"""Writes the models of this folder with ONNX's own package (onnx 1.23).

datatypes.onnx: an initializer of shape [2,2] for each datatype, once in its
typed field and once as raw data, and tensors of other shapes.
attributes.onnx: a node with an attribute of each kind.
"""
import numpy as np
import onnx
from onnx import TensorProto as T, helper, numpy_helper

VALUES = {
    "FLOAT": [1.5, -2.25, 3e-40, float("inf")],
    "DOUBLE": [1.5, -2.25, 1e-300, float("-inf")],
    "INT8": [-128, -1, 0, 127], "UINT8": [0, 1, 128, 255],
    "INT16": [-32768, -1, 0, 32767], "UINT16": [0, 1, 32768, 65535],
    "INT32": [-2**31, -1, 0, 2**31 - 1], "UINT32": [0, 1, 2**31, 2**32 - 1],
    "INT64": [-2**63, -1, 0, 2**63 - 1], "UINT64": [0, 1, 2**63, 2**64 - 1],
    "BOOL": [True, False, False, True],
    "FLOAT16": [1.5, -2.25, 6e-8, 65504.0], "BFLOAT16": [1.5, -2.25, 1e-38, 256.0],
    "STRING": [b"a", b"", b"\x00\xff", "\u00fc".encode()],
}


def model(nodes, inputs, outputs, initializers, name):
    graph = helper.make_graph(nodes, name, inputs, outputs, initializers)
    m = helper.make_model(graph, producer_name="make", producer_version="1", ir_version=10, opset_imports=[
        helper.make_opsetid("", 17), helper.make_opsetid("ai.onnx.ml", 3)])
    m.domain, m.model_version, m.doc_string = "org.example", 7, "a test"
    helper.set_model_props(m, {"author": "someone", "licence": "none"})
    onnx.save(m, name + ".onnx")


def datatypes():
    tensors = []
    for name, values in VALUES.items():
        number = T.DataType.Value(name)
        typed = helper.make_tensor("typed/" + name, number, [2, 2], values)
        tensors.append(typed)
        if name != "STRING":
            dtype = helper.tensor_dtype_to_np_dtype(number)
            tensors.append(numpy_helper.from_array(np.array(values, dtype).reshape(2, 2), "raw/" + name))
    tensors.append(numpy_helper.from_array(np.float32(7), "scalar"))
    tensors.append(numpy_helper.from_array(np.zeros((3, 0, 2), np.float32), "empty/raw"))
    tensors.append(helper.make_tensor("empty/typed", T.INT64, [0], []))
    x = helper.make_tensor_value_info("x", T.FLOAT, ["N", 3, None])
    old = helper.make_tensor_value_info("scalar", T.FLOAT, [])
    y = helper.make_tensor_value_info("y", T.FLOAT, None)
    model([helper.make_node("Identity", ["x"], ["y"])], [x, old], [y], tensors, "datatypes")


def attributes():
    inner = helper.make_graph(
        [helper.make_node("Add", ["x", "c"], ["inner_y"])], "inner", [],
        [onnx.ValueInfoProto(name="inner_y")], [numpy_helper.from_array(np.float32([1, 2]), "c")])
    tensor = numpy_helper.from_array(np.int64([[1, 2, 3]]), "t")
    node = helper.make_node(
        "Everything", ["x", "", "x"], ["y", "", "z"], "node name", domain="org.example",
        f=1.5, i=-3, s="text", t=tensor, g=inner, fs=[1.0, -2.5], ins=[1, -2, 3], ss=["a", "b"], ts=[tensor, tensor],
        gs=[inner, inner], tp=helper.make_tensor_type_proto(T.FLOAT, [1]))
    node.attribute.append(helper.make_attribute("none", [], attr_type=onnx.AttributeProto.INTS))
    x = helper.make_tensor_value_info("x", T.FLOAT, [])
    model([node], [x], [helper.make_tensor_value_info("y", T.FLOAT, [])], [], "attributes")


datatypes()
attributes()
