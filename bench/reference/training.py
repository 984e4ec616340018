"""The shapes of training-shapes.ts by PyTorch on one thread: prints steps a second of each."""

import json
import sys
from time import perf_counter

import torch
from torch import nn

shapes, turn_ms = json.loads(sys.argv[1]), float(sys.argv[2])
torch.set_num_threads(1)
torch.manual_seed(1)


class Recurrent(nn.Module):
    def __init__(self, spec):
        super().__init__()
        self.steps = spec["sequenceLength"]
        self.lstm = nn.LSTM(spec["inputs"] // self.steps, spec["hiddenSize"], spec["layers"], batch_first=True)
        self.output = nn.Linear(spec["hiddenSize"], spec["outputs"])

    def forward(self, rows):
        hidden, _ = self.lstm(rows.view(rows.shape[0], self.steps, -1))
        return self.output(hidden[:, -1])


def dense(spec):
    widths = [spec["inputs"], *spec["hiddenLayers"]]
    layers = [layer for a, b in zip(widths, widths[1:]) for layer in (nn.Linear(a, b), nn.ReLU())]
    return nn.Sequential(*layers, nn.Linear(widths[-1], spec["outputs"]))


def steps_per_second(spec, rows):
    network = Recurrent(spec) if spec["type"] == "lstm" else dense(spec)
    optimizer = torch.optim.Adam(network.parameters(), lr=spec["learningRate"])
    loss = nn.CrossEntropyLoss()
    features = torch.randn(rows, spec["inputs"])
    targets = torch.randint(spec["outputs"], (rows,))

    def epoch():
        order = torch.randperm(rows)
        for start in range(0, rows, spec["batchSize"]):
            batch = order[start : start + spec["batchSize"]]
            optimizer.zero_grad()
            loss(network(features[batch]), targets[batch]).backward()
            optimizer.step()

    epoch()
    begun, epochs = perf_counter(), 0
    while epochs == 0 or (perf_counter() - begun) * 1e3 < turn_ms:
        epoch()
        epochs += 1
    return epochs * -(-rows // spec["batchSize"]) / (perf_counter() - begun)


if turn_ms > 0:
    print(json.dumps({name: steps_per_second(**shape) for name, shape in shapes.items()}))
else:
    print("{}")
