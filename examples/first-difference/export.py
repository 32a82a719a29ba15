"""A classifier of digits, its run in PyTorch, and the ONNX file of a port that has one slip.

    pip install torch onnxscript safetensors
    cp node_modules/layertap/dist/layertap_record.py . && python export.py
"""

import torch
from layertap_record import record
from torch import nn


class Block(nn.Module):
    def __init__(self, width, eps):
        super().__init__()
        self.norm = nn.LayerNorm(width, eps=eps)
        self.fc1 = nn.Linear(width, 2 * width)
        self.act = nn.GELU()
        self.fc2 = nn.Linear(2 * width, width)

    def forward(self, x):
        return x + self.fc2(self.act(self.fc1(self.norm(x))))


class Classifier(nn.Module):
    def __init__(self, eps=1e-5):
        super().__init__()
        self.embed = nn.Linear(64, 16)
        # The slip is in one of three blocks.
        self.blocks = nn.ModuleList([Block(16, 1e-5), Block(16, eps), Block(16, 1e-5)])
        self.head = nn.Linear(16, 10)

    def forward(self, x):
        x = self.embed(x)
        for block in self.blocks:
            x = block(x)
        return self.head(x)


torch.manual_seed(0)
model = Classifier().eval()
x = torch.rand(4, 64)
record(model, x, to="python.safetensors")

ported = Classifier(eps=1e-3).eval()
ported.load_state_dict(model.state_dict())
torch.onnx.export(ported, (x,), "model.onnx", input_names=["x"], output_names=["y"], external_data=False)
