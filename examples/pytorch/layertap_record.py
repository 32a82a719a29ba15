"""Records one run of a PyTorch model as a .safetensors file, which layertap compares with the model in JavaScript.

    from layertap_record import record
    record(model, x, to="python.safetensors")  # as model(x); keyword arguments are passed on

Needs PyTorch and safetensors. Each distinct tensor is kept once, as t0, t1, …; beyond the limit in bytes, 4,096 of its values.
"""

import hashlib
import json
import math

import torch
from safetensors.torch import save_file

DTYPES = {"float64": "F64", "float32": "F32", "float16": "F16", "bfloat16": "BF16", "int64": "I64", "int32": "I32"}
DTYPES |= {"int16": "I16", "int8": "I8", "uint8": "U8", "bool": "BOOL"}
SAMPLES = 4096


def record(model, *inputs, to, limit=10**9, **options):
    """Calls model(*inputs, **options), writes the recording, and returns the output."""
    stored, names, calls, open_calls, counts = {}, {}, [], [], {}
    order = iter(range(2**62))

    def store(tensor):
        data = tensor.detach().cpu().contiguous().clone()
        key = data.dtype, hashlib.sha256(data.reshape(-1).view(torch.uint8).numpy()).digest()
        if key not in names:
            names[key] = f"t{len(stored)}"
            stored[names[key]] = data
        return names[key]

    def tensor_tree(x):
        part = {"dtype": DTYPES[str(x.dtype).removeprefix("torch.")], "shape": list(x.shape)}
        used = sum(data.numel() * data.element_size() for data in stored.values())
        if used + x.numel() * x.element_size() <= limit:
            return {"tensor": store(x), **part}
        flat, ends = x.detach().reshape(-1), [i * x.numel() // SAMPLES for i in range(SAMPLES + 1)]
        places = [a + ((b - a) * (i * 2654435761 % 2**32) >> 32) for i, (a, b) in enumerate(zip(ends, ends[1:]))]
        good = flat.double()[flat.double().isfinite()]
        values = {"mean": good.mean(), "variance": good.var(unbiased=False), "min": good.min(), "max": good.max()}
        return {"tensor": store(flat[places]), **part, "statistics": {k: float(v) for k, v in values.items()}}

    def tree(value):
        if isinstance(value, torch.Tensor):
            return tensor_tree(value)
        if isinstance(value, (list, tuple)):
            return [tree(one) for one in value]
        if hasattr(value, "items"):
            return {"fields": {str(key): tree(one) for key, one in value.items()}}
        plain = value is None or isinstance(value, (bool, int, str)) or (isinstance(value, float) and math.isfinite(value))
        return {"value": value if plain else repr(value)[:200]}

    def start(path):
        def hook(module, args, kwargs):
            counts[path] = counts.get(path, -1) + 1
            given = tree([*args, kwargs] if kwargs else list(args))
            call = {"path": path, "kind": type(module).__name__, "call": counts[path], "start": next(order), "end": None}
            calls.append({**call, "parent": open_calls[-1] if open_calls else None, "inputs": given, "output": {"value": None}})
            open_calls.append(len(calls) - 1)

        return hook

    def end(module, args, output):
        calls[open_calls.pop()].update(output=tree(output), end=next(order))

    handles, rows, error = [], {}, None
    for path, module in model.named_modules():
        handles += [module.register_forward_pre_hook(start(path), with_kwargs=True), module.register_forward_hook(end)]
        weight = getattr(module, "weight", None)
        if isinstance(weight, torch.Tensor) and weight.is_floating_point() and weight.dim() > 1:
            if "Transpose" not in type(module).__name__:
                norms = weight.detach().float().flatten(1).norm(dim=1)
                rows[path] = {"rows": store(norms), "length": weight[0].numel()}
    try:
        with torch.no_grad():
            return model(*inputs, **options)
    except Exception as failure:
        error = repr(failure)
        raise
    finally:
        for handle in handles:
            handle.remove()
        about = {"version": 1, "framework": f"pytorch {torch.__version__}", "complete": error is None, "parameters": rows}
        text = json.dumps({**about, "calls": calls, **({"error": error} if error else {})}, separators=(",", ":"))
        save_file(stored, to, metadata={"layertap.recording": text})
