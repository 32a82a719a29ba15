"""PyTorch on the CPU, as a rival: one JSON request a line in, one JSON answer a line out.

Requests: {"make": "network" | "relu" | "summarize" | "histogram", "file": floats, ...} prepares a candidate and answers its output's
file; {"time": millis} runs it for about that long and answers the median time in ns; {"drop": true} forgets it.
Tensors are already in memory: nothing is copied in or out.
"""

import json
import sys
import time

import numpy
import torch

THREADS = int(sys.argv[1])


def layers_of(request, floats):
    """The layers' parameters follow the input in the file: weight, bias, weight, bias, ..."""
    modules = []
    position = request["rows"] * request["layers"][0]["depth"]
    for layer in request["layers"]:
        depth, columns = layer["depth"], layer["columns"]
        linear = torch.nn.Linear(depth, columns)
        with torch.no_grad():
            weight = floats[position : position + depth * columns]
            position += depth * columns
            linear.weight.copy_(weight.reshape(columns, depth))
            linear.bias.copy_(floats[position : position + columns])
            position += columns
        modules.append(linear)
        if layer["relu"]:
            modules.append(torch.nn.ReLU())
    return torch.nn.Sequential(*modules).eval()


def make(request):
    floats = torch.from_numpy(numpy.fromfile(request["file"], dtype=numpy.float32))
    if request["make"] == "relu":
        return torch.relu, floats
    if request["make"] == "summarize":
        return summarize, floats
    if request["make"] == "histogram":
        edges = numpy.fromfile(request["edges"], dtype=numpy.float64)
        return (lambda values: numpy.histogram(values, bins=edges)[0]), floats.numpy()
    first = request["layers"][0]["depth"]
    x = floats[: request["rows"] * first].reshape(request["rows"], first).clone()
    return layers_of(request, floats), x


def summarize(x):
    """The fields of layertap's summarize, in as few passes as PyTorch's functions need."""
    variance, mean = torch.var_mean(x, correction=0)
    least, greatest = torch.aminmax(x)
    counts = [torch.count_nonzero(x), torch.isnan(x).sum(), torch.isposinf(x).sum(), torch.isneginf(x).sum()]
    return torch.stack([mean, variance, least, greatest, *counts])


def median_time(function, x, millis):
    """Median ns of one call, from samples of at least 0.2 ms."""
    clock = time.perf_counter_ns
    start = clock()
    function(x)
    once = max(1, clock() - start)
    batch = max(1, 200_000 // once)
    samples = []
    end = clock() + millis * 1e6
    while True:
        start = clock()
        for _ in range(batch):
            function(x)
        now = clock()
        samples.append((now - start) / batch)
        if now >= end:
            return sorted(samples)[len(samples) // 2]


def main():
    torch.set_num_threads(THREADS)
    function = x = None
    versions = {"torch": torch.__version__, "numpy": numpy.__version__}
    print(json.dumps(versions), flush=True)
    with torch.inference_mode():
        for line in sys.stdin:
            request = json.loads(line)
            if "make" in request:
                with torch.inference_mode(False):
                    function, x = make(request)
                numpy.asarray(function(x), dtype=numpy.float32).tofile(request["output"])
                answer = {"output": request["output"]}
            elif "time" in request:
                answer = {"ns": median_time(function, x, request["time"])}
            else:
                function = x = None
                answer = {}
            print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
