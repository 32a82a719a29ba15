"""PyTorch's SummaryWriter, timed on request: bench/tensorboard.mjs sends `what size calls` and gets seconds per call."""

import sys
import tempfile
import time

import numpy as np
import torch
import tensorboard
from torch.utils.tensorboard import SummaryWriter

torch.set_num_threads(1)
print(f"Python {sys.version.split()[0]}, torch {torch.__version__}, tensorboard {tensorboard.__version__}", flush=True)

with tempfile.TemporaryDirectory() as directory:
    writer = SummaryWriter(directory)
    for line in sys.stdin:
        what, size, calls = line.split()
        size, calls = int(size), int(calls)
        # The values of tensorboard.mjs.
        angles = np.arange(1, size + 1, dtype=np.float64)
        values = torch.from_numpy((np.sin(angles) * np.sin(angles * 0.37) * 3).astype(np.float32))
        image = values[: 3 * 100 * 100].abs().clip(0, 1).reshape(3, 100, 100) if what == "image" else None
        start = time.perf_counter()
        for _ in range(calls):
            if what == "histogram":
                writer.add_histogram("layer", values, 0)
            elif what == "scalar":
                writer.add_scalar("loss", 0.5, 0)
            elif what == "image":
                writer.add_image("picture", image, 0)
        writer.flush()
        print((time.perf_counter() - start) / calls, flush=True)
    writer.close()
