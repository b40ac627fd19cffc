# The steps of lab 02 in PyTorch and matplotlib, cell by cell, for `cargo lab bench kernel`.
# %%
%matplotlib inline
import glob
import gzip
import os

import matplotlib.pyplot as plt
import numpy as np
import torch
from torch import nn

def draw(images):
    _, axes = plt.subplots(1, len(images), squeeze=False, figsize=(2.5 * len(images), 2.5))
    for axis, image in zip(axes[0], images):
        axis.imshow(image.detach(), cmap="gray")
        axis.axis("off")
    plt.show()
# %%
n, channels, height, width = 1, 2, 4, 4
a = torch.arange(n * channels * height * width, dtype=torch.float).view(n, channels, height, width)
a
# %%
draw(a[0])
# %%
torch.manual_seed(2)
conv = nn.Conv2d(2, 3, 2, bias=False)
# %%
conv.weight.shape
# %%
draw(conv.weight.flatten(0, 1))
# %%
def output_shape():
    return [1, 3, 3, 3]
# %%
output_shape() == list(conv(a).shape)
# %%
k0 = torch.tensor([[0.1, 0.2], [-0.4, -0.5]])
draw([k0])
# %%
k1 = torch.tensor([[0.4, 0.3], [-0.42, -0.45]])
draw([k1])
# %%
with torch.no_grad():
    conv.weight[0, 0] = k0
    conv.weight[0, 1] = k1
draw(conv.weight.flatten(0, 1))
# %%
def first_value():
    return (0.2 - 4 * 0.4 - 5 * 0.5) + (16 * 0.4 + 17 * 0.3 - 20 * 0.42 - 21 * 0.45)
# %%
abs(first_value() + 10.25) < 1e-6
# %%
o = conv(a)
o
# %%
draw(o[0])
# %%
o[0, 0, 0, 0]
# %%
f0 = a[0, 0, :2, :2]
f0
# %%
f1 = a[0, 1, :2, :2]
f1
# %%
products = f0 * k0 + f1 * k1
products
# %%
products.sum()
# %%
def corr2d(x, k):
    h, w = k.shape
    y = torch.zeros(x.shape[0] - h + 1, x.shape[1] - w + 1)
    for i in range(y.shape[0]):
        for j in range(y.shape[1]):
            y[i, j] = (x[i : i + h, j : j + w] * k).sum()
    return y
# %%
torch.allclose(corr2d(a[0, 0], k0), torch.conv2d(a[:, :1], k0[None, None])[0, 0])
# %%
def filter_map(x, weights):
    return sum(corr2d(channel, kernel) for channel, kernel in zip(x, weights))
# %%
torch.allclose(filter_map(a[0], conv.weight[0]), o[0, 0])
# %%
ours, theirs = filter_map(a[0], conv.weight[0]), o[0, 0]
print(f"largest difference: {(ours - theirs).abs().max():e}")
draw([ours, theirs])
# %%
def layer_parameters():
    return 10 * (5 * 2 * 2) + 10
# %%
layer_parameters() == 210
# %%
sum(weights.numel() for weights in nn.Conv2d(5, 10, 2).parameters())
# %%
def read(name):
    paths = glob.glob(os.environ.get("CONVLAB_DATA", "") + f"/**/{name}*.gz", recursive=True)
    return torch.from_numpy(np.frombuffer(gzip.open(paths[0]).read(), np.uint8).copy())
images = read("train-images")[16:].view(-1, 1, 28, 28) / 255
labels = read("train-labels")[8:].long()
digit = read("t10k-images")[16:].view(-1, 1, 28, 28)[0] / 255
draw(digit)
# %%
vertical = torch.tensor([[-1.0, 0, 1], [-2, 0, 2], [-1, 0, 1]])
slope = torch.tensor([[0.0, 1, 2], [-1, 0, 1], [-2, -1, 0]])
ws = torch.stack([vertical, vertical.T, slope])[:, None]
draw(ws[:, 0])
# %%
maps = torch.conv2d(digit[None], ws)
draw(maps[0])
# %%
equal = nn.Conv2d(1, 4, 5)
nn.init.constant_(equal.weight, 0.1)
nn.init.zeros_(equal.bias)
draw(equal(digit[None])[0])
# %%
def equal_start():
    return "c"
# %%
equal_start() == "c"
# %%
def train(conv, head):
    opt = torch.optim.Adam([*conv.parameters(), *head.parameters()], 0.01)
    for _ in range(20):
        loss = nn.functional.cross_entropy(head(conv(images[:512]).relu().flatten(1)), labels[:512])
        opt.zero_grad()
        loss.backward()
        opt.step()
equal_head = nn.Linear(4 * 24 * 24, 10)
nn.init.constant_(equal_head.weight, 0.01)
nn.init.zeros_(equal_head.bias)
train(equal, equal_head)
draw(equal.weight[:, 0])
# %%
random = nn.Conv2d(1, 4, 5)
train(random, nn.Linear(4 * 24 * 24, 10))
draw(random.weight[:, 0])
# %%
def apart(weights):
    return (weights - weights[0]).abs().max().item()
apart(equal.weight), apart(random.weight)
