"""export.py GRAPH.json MODEL.pt: a graph and its weights, as package plain writes them, as a TorchScript model."""

import json
import sys

import numpy
import torch
import torch.nn.functional as F


def window(a):
    """The keyword arguments of an operator that slides a window."""
    top, left, bottom, right = a.get("pads", [0, 0, 0, 0])
    if (top, left) != (bottom, right):
        raise ValueError(f"pads are {a['pads']}, expected the same at both ends")
    return {"stride": a["strides"], "padding": [top, left]}


def convolution(a, x, weight, bias):
    return F.conv2d(x, weight, bias, dilation=a["dilations"], groups=a["group"], **window(a))


def max_pool(a, x):
    return F.max_pool2d(x, a["kernel_shape"], ceil_mode=bool(a.get("ceil_mode", 0)), **window(a))


def linear(a, x, weight, bias):
    if (a["alpha"], a["beta"], a["transB"]) != (1, 1, 1):
        raise ValueError(f"Gemm has {a}, expected alpha, beta and transB to be 1")
    return F.linear(x, weight, bias)


OPERATORS = {
    "Add": lambda a, x, y: x + y,
    "AveragePool": lambda a, x: F.avg_pool2d(x, a["kernel_shape"], **window(a)),
    "Clip": lambda a, x, low, high: F.hardtanh(x, float(low), float(high)),
    "Concat": lambda a, *xs: torch.cat(xs, a["axis"]),
    "Conv": convolution,
    "Div": lambda a, x, y: x / y,
    "Flatten": lambda a, x: x.flatten(a["axis"]),
    "Gemm": linear,
    "GlobalAveragePool": lambda a, x: F.adaptive_avg_pool2d(x, (1, 1)),
    "MaxPool": max_pool,
    "Relu": lambda a, x: F.relu(x),
    "Sub": lambda a, x, y: x - y,
}


class Graph(torch.nn.Module):
    """Runs the nodes in order."""

    def __init__(self, graph):
        super().__init__()
        self.graph = graph
        self.names = {name: f"weight{i}" for i, name in enumerate(graph["weights"])}
        numbers = numpy.fromfile(graph["weights_file"], dtype="<f4")
        for name, weight in graph["weights"].items():
            start, shape = weight["offset"], weight["shape"] or []
            size = int(numpy.prod(shape, dtype=int))
            self.register_buffer(self.names[name], torch.from_numpy(numbers[start : start + size].copy()).reshape(shape))

    def forward(self, x):
        values = {name: getattr(self, attribute) for name, attribute in self.names.items()}
        values[self.graph["input"]] = x
        for node in self.graph["nodes"]:
            inputs = [values[name] for name in node["inputs"]]
            values[node["output"]] = OPERATORS[node["op"]](node["attributes"], *inputs)
        return values[self.graph["output"]]


def main(source, target):
    with open(source, encoding="utf-8") as file:
        graph = json.load(file)
    model = Graph(graph).eval()
    with torch.inference_mode():
        torch.jit.trace(model, torch.zeros(2, *graph["shape"])).save(target)


if __name__ == "__main__":
    main(*sys.argv[1:])
