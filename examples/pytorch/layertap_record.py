"""Records a run of a PyTorch model as a .safetensors file, which layertap compares with the model in JavaScript."""

import hashlib
import json
from collections import defaultdict
from itertools import count

import torch
from safetensors.torch import save_file


@torch.no_grad()
def record(model, *inputs, to, **options):
    """Calls model(*inputs, **options), writes the inputs and outputs of all modules, and returns the output."""
    calls, running, clock, counts, tensors, names, norms, error = [], [None], count(), defaultdict(count), {}, {}, {}, {}

    def tree(value):
        if isinstance(value, torch.Tensor) and value.layout == torch.strided and not value.is_quantized:
            data = value.detach().cpu().clone(memory_format=torch.contiguous_format)
            content = data.dtype, hashlib.sha256(data.flatten().view(torch.uint8).numpy()).digest()
            tensors.setdefault(names.setdefault(content, f"t{len(names)}"), data)
            return {"tensor": names[content], "shape": list(data.shape)}
        if isinstance(value, (list, tuple)):
            return [tree(one) for one in value]
        if hasattr(value, "items"):
            return {"fields": {str(key): tree(one) for key, one in value.items()}}
        is_finite = isinstance(value, float) and abs(value) < float("inf")
        return {"value": value if is_finite or isinstance(value, (bool, int, str, type(None))) else repr(value)}

    def register(path, module):
        def start(_module, args, kwargs):
            call = {"path": path, "kind": type(module).__name__, "call": next(counts[path]), "parent": running[-1]}
            call |= {"start": next(clock), "end": None, "inputs": tree([*args, kwargs] if kwargs else args)}
            running.append(len(calls))
            calls.append(call | {"output": tree(None)})

        def end(_module, _args, output):
            call = calls[running.pop()]
            if output is not None:  # It has not thrown.
                call.update(output=tree(output), end=next(clock))

        weight = getattr(module, "weight", None)
        if isinstance(weight, torch.Tensor) and weight.dim() > 1 and "Transpose" not in type(module).__name__:
            norms[path] = {"rows": tree(weight.float().flatten(1).norm(dim=1))["tensor"], "length": weight[0].numel()}
        yield module.register_forward_pre_hook(start, with_kwargs=True)
        yield module.register_forward_hook(end, always_call=True)

    modules = [(path, one) for path, one in model.named_modules() if not isinstance(one, torch.jit.ScriptModule)]
    handles = [handle for path, module in modules for handle in register(path, module)]
    try:
        return model(*inputs, **options)
    except Exception as failure:
        error["error"] = repr(failure)
        raise
    finally:
        for handle in handles:
            handle.remove()
        about = {"version": 1, "framework": f"pytorch {torch.__version__}", "complete": not error, **error}
        save_file(tensors, to, {"layertap.recording": json.dumps({**about, "calls": calls, "parameters": norms})})
