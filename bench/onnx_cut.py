"""Cuts an ONNX model at a value by hand, for onnx.mjs: python3 onnx_cut.py model.onnx value folder"""

import json
import sys
from pathlib import Path

import onnx
from onnx import shape_inference
from onnx.utils import Extractor


def needed(graph, wanted, stop):
    """The nodes that compute values, back to those in `stop`, and what they are fed."""
    producers = {value: i for i, node in enumerate(graph.node) for value in node.output}
    weights = {weight.name for weight in graph.initializer}
    nodes, feeds, todo = set(), set(), list(wanted)
    while todo:
        value = todo.pop()
        if value in stop or (value and value not in producers and value not in weights):
            feeds.add(value)
        elif value in producers and producers[value] not in nodes:
            nodes.add(producers[value])
            todo.extend(graph.node[producers[value]].input)
    return nodes, feeds


def main(file, value, folder):
    model = shape_inference.infer_shapes(onnx.load(file))
    graph = model.graph
    constants = {weight.name for weight in graph.initializer}
    for node in graph.node:
        if all(name in constants or not name for name in node.input):
            constants.update(node.output)
    outputs = [output.name for output in graph.output]
    first, inputs = needed(graph, [value], set())
    known = {name for i in first for name in graph.node[i].output} - constants
    crossing = needed(graph, outputs, known)[1]
    extractor = Extractor(model)
    out = Path(folder)
    out.mkdir(parents=True, exist_ok=True)
    onnx.save(extractor.extract_model(sorted(inputs), sorted(crossing & known)), out / "first.onnx")
    onnx.save(extractor.extract_model(sorted(crossing), outputs), out / "second.onnx")
    (out / "stages.json").write_text(json.dumps({"value": value, "crossing": sorted(crossing)}))


main(*sys.argv[1:])
