"""Exports models from PyTorch, with random weights, and inputs for them:

    python3 torch_models.py FOLDER [NAME...]

Each becomes FOLDER/NAME/model.onnx and FOLDER/NAME/test_data_set_0/input_M.npy.
references.py computes what they give. Pictures are small where the network
allows it: the point is the operators.
"""

import inspect
import pathlib
import sys
from typing import List

import numpy
import torch
import torchvision
from torch import nn


class AlexNetOf2012(nn.Module):
    """The first layers of the original: local response normalisation, groups."""

    def __init__(self):
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv2d(3, 48, 11, stride=4), nn.ReLU(), nn.LocalResponseNorm(5, alpha=1e-4, beta=0.75, k=2), nn.MaxPool2d(3, 2),
            nn.Conv2d(48, 128, 5, padding=2, groups=2), nn.ReLU(), nn.LocalResponseNorm(5, k=2), nn.MaxPool2d(3, 2),
            nn.Conv2d(128, 192, 3, padding=1), nn.ReLU(), nn.Conv2d(192, 192, 3, padding=1, groups=2), nn.ReLU(),
            nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Dropout(), nn.Linear(192, 10), nn.Softmax(dim=1),
        )

    def forward(self, x):
        return self.layers(x)


class BertTiny(nn.Module):
    """A BERT encoder with a classifier: two layers, two heads."""

    def __init__(self, words=1000, width=64, heads=2, layers=2):
        super().__init__()
        self.words, self.places, self.kinds = nn.Embedding(words, width), nn.Embedding(128, width), nn.Embedding(2, width)
        self.norm = nn.LayerNorm(width, eps=1e-12)
        self.layers = nn.ModuleList(EncoderLayer(width, heads) for _ in range(layers))
        self.pooler, self.classifier = nn.Linear(width, width), nn.Linear(width, 3)

    def forward(self, input_ids, attention_mask, token_type_ids):
        places = torch.arange(input_ids.shape[1]).unsqueeze(0)
        x = self.norm(self.words(input_ids) + self.places(places) + self.kinds(token_type_ids))
        mask = (1.0 - attention_mask[:, None, None, :].to(x.dtype)) * torch.finfo(x.dtype).min
        for layer in self.layers:
            x = layer(x, mask)
        return self.classifier(torch.tanh(self.pooler(x[:, 0]))), x


class EncoderLayer(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.query, self.key, self.value, self.out = (nn.Linear(width, width) for _ in range(4))
        self.up, self.down = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)
        self.first, self.second = nn.LayerNorm(width, eps=1e-12), nn.LayerNorm(width, eps=1e-12)

    def split(self, x):
        return x.view(x.shape[0], x.shape[1], self.heads, -1).permute(0, 2, 1, 3)

    def forward(self, x, mask):
        query, key, value = self.split(self.query(x)), self.split(self.key(x)), self.split(self.value(x))
        scores = query @ key.transpose(-1, -2) / (query.shape[-1] ** 0.5) + mask
        mixed = (scores.softmax(-1) @ value).permute(0, 2, 1, 3).reshape(x.shape)
        x = self.first(x + self.out(mixed))
        return self.second(x + self.down(nn.functional.gelu(self.up(x))))


class Recurrent(nn.Module):
    """A classifier of sequences over an LSTM, a GRU or a plain RNN."""

    def __init__(self, kind, **options):
        super().__init__()
        self.cell = kind(12, 16, num_layers=2, batch_first=True, **options)
        self.classifier = nn.Linear(32 if options.get("bidirectional") else 16, 4)

    def forward(self, x):
        states, _ = self.cell(x)
        return self.classifier(states[:, -1])


class Audio(nn.Module):
    """Convolutions along time over a spectrogram, with the activations of audio models."""

    def __init__(self):
        super().__init__()
        self.layers = nn.Sequential(
            nn.InstanceNorm1d(40, affine=True), nn.Conv1d(40, 32, 5, padding=2), nn.GroupNorm(4, 32), nn.SiLU(),
            nn.Conv1d(32, 32, 3, stride=2, dilation=2, padding=2, groups=32), nn.PReLU(32), nn.Conv1d(32, 48, 1), nn.Mish(),
            nn.AvgPool1d(2, ceil_mode=True), nn.GLU(dim=1), nn.ELU(),
        )
        self.classifier = nn.Linear(48, 5)

    def forward(self, x):
        x = self.layers((x + 1e-6).abs().log())
        return self.classifier(torch.cat([x.mean(-1), x.std(-1)], dim=1)).log_softmax(-1)


class UNet(nn.Module):
    """A segmentation network: up-sampling, transposed convolution, skips."""

    def __init__(self):
        super().__init__()
        self.down = nn.Sequential(nn.Conv2d(3, 16, 3, stride=2, padding=1), nn.BatchNorm2d(16), nn.Hardswish())
        self.deep = nn.Sequential(nn.Conv2d(16, 32, 3, stride=2, padding=1), nn.LeakyReLU(0.1), nn.ConvTranspose2d(32, 16, 4, stride=2, padding=1))
        self.shuffle = nn.Sequential(nn.Conv2d(32, 64, 3, padding=1), nn.PixelShuffle(2), nn.Softplus())
        self.last = nn.Conv2d(16 + 3, 2, 1)

    def forward(self, x):
        first = self.down(x)
        up = self.shuffle(torch.cat([first, self.deep(first)], dim=1))
        small = nn.functional.interpolate(x, scale_factor=0.5, mode="bilinear", align_corners=False)
        again = nn.functional.interpolate(small, size=x.shape[2:], mode="nearest")
        return torch.sigmoid(self.last(torch.cat([up, again], dim=1))).permute(0, 2, 3, 1).argmax(-1), up.amax(dim=(2, 3))


class Lists(nn.Module):
    """Lists of tensors, which scripts export as sequences: a recurrent network by hand."""

    def __init__(self):
        super().__init__()
        self.cell = nn.Linear(6, 6)

    def forward(self, x):
        states: List[torch.Tensor] = []
        state = torch.zeros(x.shape[0], 6)
        for step in x.unbind(1):
            state = torch.tanh(self.cell(step) + state)
            states.append(state)
        states.insert(0, x[:, 0])
        last = states.pop()
        parts = x.split(4, 1)
        return torch.stack(states, 1), torch.cat(states, 0) * last.sum(), parts[0] - parts[1]


def slim(network, channels):
    """The network with one small layer in place of its classifier's hundred million weights."""
    network.avgpool, network.classifier = nn.AdaptiveAvgPool2d(1), nn.Linear(channels, 10)
    return network


def pictures(size, batch=2):
    return (torch.rand(batch, 3, size, size) * 2 - 1,)


def words(batch=2, length=9):
    mask = torch.ones(batch, length, dtype=torch.int64)
    mask[1, 6:] = 0
    return torch.randint(0, 1000, (batch, length)), mask, torch.randint(0, 2, (batch, length))


vision = torchvision.models
MODELS = {
    "resnet18": (lambda: vision.resnet18(weights=None), pictures(64)),
    "resnet50": (lambda: vision.resnet50(weights=None), pictures(64)),
    "mobilenet_v2": (lambda: vision.mobilenet_v2(weights=None), pictures(64)),
    "mobilenet_v3_small": (lambda: vision.mobilenet_v3_small(weights=None), pictures(64)),
    "efficientnet_b0": (lambda: vision.efficientnet_b0(weights=None), pictures(64)),
    "squeezenet1_1": (lambda: vision.squeezenet1_1(weights=None), pictures(64)),
    "shufflenet_v2_x0_5": (lambda: vision.shufflenet_v2_x0_5(weights=None), pictures(64)),
    "densenet121": (lambda: vision.densenet121(weights=None), pictures(64)),
    "googlenet": (lambda: vision.googlenet(weights=None, init_weights=False, aux_logits=False), pictures(64)),
    "vgg11": (lambda: slim(vision.vgg11_bn(weights=None), 512), pictures(32)),
    "alexnet": (lambda: slim(vision.alexnet(weights=None), 256), pictures(96)),
    "alexnet_2012": (AlexNetOf2012, pictures(99)),
    "convnext": (lambda: vision.ConvNeXt([vision.convnext.CNBlockConfig(24, 48, 2), vision.convnext.CNBlockConfig(48, None, 2)], num_classes=10), pictures(64)),
    "swin": (lambda: vision.SwinTransformer([4, 4], 24, [2, 2], [2, 4], [4, 4], num_classes=10), pictures(64)),
    "vit_tiny": (lambda: vision.VisionTransformer(32, 8, 3, 3, 48, 96, num_classes=10), pictures(32)),
    "bert_tiny": (BertTiny, words()),
    "lstm": (lambda: Recurrent(nn.LSTM, bidirectional=True), (torch.randn(3, 11, 12),)),
    "gru": (lambda: Recurrent(nn.GRU), (torch.randn(3, 11, 12),)),
    "rnn": (lambda: Recurrent(nn.RNN, nonlinearity="relu"), (torch.randn(3, 11, 12),)),
    "audio": (Audio, (torch.rand(2, 40, 33),)),
    "unet": (UNet, pictures(32)),
    "lists": (lambda: torch.jit.script(Lists()), (torch.randn(2, 9, 6),)),
    "mlp": (lambda: nn.Sequential(nn.Linear(20, 64), nn.GELU(), nn.BatchNorm1d(64), nn.Linear(64, 32), nn.SELU(), nn.Linear(32, 3)), (torch.randn(5, 20),)),
}


OPSETS = {"vit_tiny": 17, "bert_tiny": 17, "audio": 17, "googlenet": 7, "mobilenet_v2": 7}


def shake(network):
    """Gives the statistics of normalisations values that are not 0 and 1."""
    for module in network.modules():
        if isinstance(module, nn.modules.batchnorm._BatchNorm):
            module.running_mean.uniform_(-0.1, 0.1)
            module.running_var.uniform_(0.5, 1.5)


def export(name, folder, opset):
    torch.manual_seed(len(name))
    build, inputs = MODELS[name]
    network = build().eval()
    shake(network)
    names = [p for p in inspect.signature(network.forward).parameters if p not in ("args", "kwargs")][: len(inputs)]
    data = folder / name / "test_data_set_0"
    data.mkdir(parents=True, exist_ok=True)
    with torch.no_grad():
        torch.onnx.export(
            network, inputs, str(folder / name / "model.onnx"), opset_version=opset, input_names=names,
            dynamic_axes={input: {0: "batch"} for input in names},
        )
    for i, value in enumerate(inputs):
        numpy.save(data / f"input_{i}.npy", value.numpy())
    print(name)


def main(folder, names):
    for name in names or MODELS:
        export(name, pathlib.Path(folder), OPSETS.get(name, 13))


main(sys.argv[1], sys.argv[2:])
