"""Runs programs (see program.ts) on PyTorch: one JSON program a line comes in, the JSON array of its lines goes out.

The counterpart of run.ts and layertap.ts. beside-pytorch.ts starts it and compares.
"""

import json
import sys
import warnings

import torch
from torch import nn
from torch.nn.modules.module import register_module_forward_hook, register_module_forward_pre_hook

MOST_ACTS = 60


class UserError(Exception):
    pass


class InheritedLinear(nn.Linear):
    def forward(self, input):
        return super().forward(input) + 1


class InheritedSequential(nn.Sequential):
    def forward(self, input):
        return super().forward(input) + 1


class Own(nn.Module):
    def __init__(self, children, body):
        super().__init__()
        self.layers = nn.ModuleList(children)
        self.body = [body]

    def forward(self, input):
        return self.body[0](self, input)


CLASSES = {"Linear": nn.Linear, "ReLU": nn.ReLU, "Identity": nn.Identity, "Sequential": nn.Sequential}
FORWARDS = {name: cls.__dict__["forward"] for name, cls in CLASSES.items()}


def tensor(data):
    return torch.tensor(data["values"], dtype=torch.float32).reshape(data["shape"])


def show(value):
    shape = "x".join(str(size) for size in value.shape)
    return f"{shape}: " + " ".join(str(int(x)) for x in value.flatten().tolist())


def name_of(error):
    return "user" if isinstance(error, UserError) else "error"


class Run:
    def __init__(self, program):
        self.program = program
        self.lines = []
        self.acts = 0
        self.inputs = [tensor(data) for data in program["inputs"]]
        self.parameters = [nn.Parameter(tensor(data)) for data in program["parameters"]]
        self.modules = []
        self.handles = [[] for _ in program["hooks"]]
        self.removers = []

    def log(self, line):
        self.lines.append(line)

    def index(self, module):
        return next(i for i, other in enumerate(self.modules) if other is module)

    def make(self, data):
        kind = data["kind"]
        children = [self.modules[child] for child in data.get("children", [])]
        if kind == "Own":
            return Own(children, lambda own, input: self.own_forward(data, own, input))
        if kind == "Sequential":
            return (InheritedSequential if data["inherits"] else nn.Sequential)(*children)
        if kind != "Linear":
            return CLASSES[kind]()
        linear = (InheritedLinear if data["inherits"] else nn.Linear)(2, 2)
        linear.weight = self.parameters[data["weight"]]
        linear.bias = None if data["bias"] == -1 else self.parameters[data["bias"]]
        return linear

    def own_forward(self, data, own, value):
        for i in range(len(data["children"])):
            self.perform(data["acts"][i])
            value = own.layers[i](value)
        self.perform(data["acts"][len(data["children"])])
        changed = self.change(data["gives"], value)
        return value if changed is None else changed

    @staticmethod
    def change(give, value):
        if give == "throw":
            raise UserError("user")
        if give == "nothing" or value is None:
            return None
        return value + 1 if give == "plus" else value * 2

    def register(self, index):
        hook = self.program["hooks"][index]
        kind, on, always_call = hook["kind"], hook["on"], hook["alwaysCall"]

        def fire(module, args, output=None):
            before = "" if kind == "transform" else show(args[0])
            after = "" if output is None else f", {show(output)}"
            self.log(f"{kind} {index} of {self.index(module)}: {before}{after}")
            self.perform(hook["acts"])
            changed = self.change(hook["gives"], args[0] if kind == "pre-hook" else output)
            return (changed,) if kind == "pre-hook" and changed is not None else changed

        if on == "global" and kind == "pre-hook":
            handle = register_module_forward_pre_hook(fire)
        elif on == "global":
            handle = register_module_forward_hook(fire, always_call=always_call)
        else:
            module = self.modules[on["module"]]
            if kind == "pre-hook":
                handle = module.register_forward_pre_hook(fire, prepend=hook["prepend"])
            else:
                handle = module.register_forward_hook(fire, prepend=hook["prepend"], always_call=always_call)
        self.handles[index].append(handle)
        self.removers.append(handle)

    def patch(self, on, how):
        if isinstance(on, str):
            before = CLASSES[on].forward

            def forward(module, input):
                return input + 1 if how == "plus" else before(module, input) * 2

            CLASSES[on].forward = forward
        else:
            module = self.modules[on]
            bound = module.forward
            module.forward = lambda input: input + 1 if how == "plus" else bound(input) * 2

    def unpatch(self, on):
        if isinstance(on, str):
            CLASSES[on].forward = FORWARDS[on]
        else:
            self.modules[on].__dict__.pop("forward", None)

    def act(self, data):
        name = data["act"]
        if name == "register":
            self.register(data["hook"])
        elif name == "remove":
            if self.handles[data["hook"]]:
                self.handles[data["hook"]].pop().remove()
        elif name == "assign":
            parameter = self.parameters[data["parameter"]]
            parameter.copy_(torch.tensor(data["values"], dtype=torch.float32).reshape(parameter.shape))
        elif name == "fill":
            self.parameters[data["parameter"]].data.fill_(data["value"])
        elif name in ("write source", "dispose"):
            pass
        elif name == "set":
            parameter = None if data["parameter"] == -1 else self.parameters[data["parameter"]]
            setattr(self.modules[data["module"]], data["what"], parameter)
        elif name in ("swap", "insert", "append", "pop"):
            container = self.modules[data["container"]]
            if isinstance(container, Own):
                container = container.layers
            size = len(container)
            if name == "append":
                container.append(self.modules[data["module"]])
            elif name == "insert":
                container.insert(data["index"] % (size + 1), self.modules[data["module"]])
            elif size > 0 and name == "swap":
                container[data["index"] % size] = self.modules[data["module"]]
            elif size > 0:
                container.pop(data["index"] % size)
                # pop() leaves an OrderedDict, whose iterator does not see a change after its last entry.
                container._modules = dict(container._modules)
        elif name == "patch":
            self.patch(data["on"], data["how"])
        elif name == "unpatch":
            self.unpatch(data["on"])
        elif name in ("call", "forward"):
            module = self.modules[data["module"]]
            input = self.inputs[data["input"]]
            output = module(input) if name == "call" else module.forward(input)
            self.log(f"{name} {data['module']} gave {show(output)}")
        else:
            raise ValueError(f"PyTorch has no {name}")

    def perform(self, acts):
        for data in acts:
            self.acts += 1
            if self.acts > MOST_ACTS:
                return
            self.log(json.dumps(data, separators=(",", ":")))
            try:
                self.act(data)
            except Exception as error:
                self.log(f"threw {name_of(error)}")

    def run(self):
        try:
            for data in self.program["modules"]:
                self.modules.append(self.make(data))
            root = len(self.modules) - 1
            self.perform(self.program["steps"])
            self.acts = 0
            self.perform([{"act": "call", "module": root, "input": 0}])
            for key, value in self.modules[root].state_dict().items():
                self.log(f"{key} = {show(value)}")
        finally:
            for handle in self.removers:
                handle.remove()
            for name, cls in CLASSES.items():
                cls.forward = FORWARDS[name]
        return self.lines


def main():
    # Hooks call their own modules up to MOST_ACTS deep.
    sys.setrecursionlimit(20_000)
    torch.set_num_threads(1)
    print(torch.__version__, file=sys.stderr)
    with torch.no_grad():
        for line in sys.stdin:
            run = Run(json.loads(line))
            with warnings.catch_warnings():
                warnings.simplefilter("always")
                warnings.showwarning = lambda *_args, **_more: run.log("warning")
                print(json.dumps(run.run()), flush=True)


main()
