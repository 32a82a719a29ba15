"""What bench/onnx.mjs compares with: python3 bench/onnx_twins.py MODEL FOLDER, with edits and outputs added by Python's onnx.

Each line that is read has a name and values: one gets the same nodes as the adapter's edits `{ add: number }`, "+", or is
made an output, "?": `five +conv1 +relu3`.
"""

import sys

import onnx
from onnx import TensorProto, helper

source, folder = sys.argv[1:]
for line in sys.stdin:
    name, *changes = line.split()
    model = onnx.load(source)
    for number, change in enumerate(changes):
        value = change[1:]
        if change[0] == "?":
            output = onnx.ValueInfoProto()
            output.name = value
            model.graph.output.append(output)
            continue
        node = next(node for node in model.graph.node if value in node.output)
        node.output[list(node.output).index(value)] = f"{value}_before"
        edit = f"edit{number}"
        model.graph.input.append(helper.make_tensor_value_info(edit, TensorProto.FLOAT, []))
        model.graph.node.append(helper.make_node("Add", [f"{value}_before", edit], [value], name=f"add{number}"))
    with open(f"{folder}/{name}.onnx", "wb") as file:
        file.write(model.SerializeToString())
