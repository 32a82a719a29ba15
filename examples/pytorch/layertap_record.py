"""Records one run of a PyTorch model as a .safetensors file, which layertap compares with the model in JavaScript.

    from layertap_record import record
    record(model, x, to="python.safetensors")  # as model(x); keyword arguments are passed on

Needs PyTorch and safetensors. Each distinct tensor is kept once, as t0, t1, …; beyond the limit in bytes, 4,096 of its values.
"""

import functools
import hashlib
import json
import math

import torch
from safetensors.torch import save_file


def record(model, *inputs, to, limit=10**9, **options):
    """Calls model(*inputs, **options), writes the recording, and returns the output."""
    stored, names, calls, running, counts, rows, error = {}, {}, [], [], {}, {}, {}
    order = iter(range(2**62))

    def store(tensor):
        data = tensor.detach().cpu().contiguous().clone()
        key = data.dtype, hashlib.sha256(data.reshape(-1).view(torch.uint8).numpy()).digest()
        stored.setdefault(names.setdefault(key, f"t{len(names)}"), data)
        return names[key]

    def tensor_tree(x):
        dtype = str(x.dtype).removeprefix("torch.").replace("float", "f").replace("int", "i").replace("ui", "u").upper()
        part = {"dtype": dtype, "shape": list(x.shape)}
        if sum(data.nbytes for data in stored.values()) + x.nbytes <= limit:
            return {"tensor": store(x), **part}
        flat, ends = x.detach().reshape(-1), [i * x.numel() // 4096 for i in range(4097)]
        places = [a + ((b - a) * (i * 2654435761 % 2**32) >> 32) for i, (a, b) in enumerate(zip(ends, ends[1:]))]
        good = flat.double()[flat.double().isfinite()]
        values = {"mean": good.mean(), "variance": good.var(unbiased=False), "min": good.min(), "max": good.max()}
        return {"tensor": store(flat[places]), **part, "statistics": {key: float(value) for key, value in values.items()}}

    def tree(value):
        if isinstance(value, torch.Tensor):
            return tensor_tree(value)
        if isinstance(value, (list, tuple)):
            return [tree(one) for one in value]
        if hasattr(value, "items"):
            return {"fields": {str(key): tree(one) for key, one in value.items()}}
        plain = isinstance(value, (bool, int, str, type(None))) or (isinstance(value, float) and math.isfinite(value))
        return {"value": value if plain else repr(value)[:200]}

    def start(path, module, args, kwargs):
        call = {"path": path, "kind": type(module).__name__, "call": counts.get(path, 0), "start": next(order), "end": None}
        given = tree([*args, kwargs] if kwargs else list(args))
        calls.append({**call, "parent": running[-1] if running else None, "inputs": given, "output": {"value": None}})
        counts[path] = call["call"] + 1
        running.append(len(calls) - 1)

    def end(path, module, args, output):
        # What is above it threw, and the model caught that.
        while calls[index := running.pop()]["path"] != path:
            pass
        calls[index].update(output=tree(output), end=next(order))

    handles = []
    for path, module in model.named_modules():
        handles.append(module.register_forward_pre_hook(functools.partial(start, path), with_kwargs=True))
        handles.append(module.register_forward_hook(functools.partial(end, path)))
        weight = getattr(module, "weight", None)
        if isinstance(weight, torch.nn.Parameter) and weight.dim() > 1 and "Transpose" not in type(module).__name__:
            rows[path] = {"rows": store(weight.detach().float().flatten(1).norm(dim=1)), "length": weight[0].numel()}
    try:
        with torch.no_grad():
            return model(*inputs, **options)
    except Exception as failure:
        error = {"error": repr(failure)}
        raise
    finally:
        for handle in handles:
            handle.remove()
        about = {"version": 1, "framework": f"pytorch {torch.__version__}", "complete": not error, **error}
        text = json.dumps({**about, "calls": calls, "parameters": rows}, separators=(",", ":"))
        save_file(stored, to, metadata={"layertap.recording": text})
