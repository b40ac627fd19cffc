"""One measurement of `cargo lab bench train` in PyTorch; prints a line of JSON.

python bench_train.py WHAT WAY THREADS DATA

WHAT is a recipe of the source exercises (000, 003, 004-mnist, 004-cifar), `load` or `grid`. For a recipe, WAY is
`seed` (the exercise's own loop), `plain` (tensors in memory) or `channels_last` (the same in PyTorch's fastest layout).
DATA holds MNIST/raw and cifar10, uncompressed.
"""

import io
import json
import os
import resource
import sys
import time

import numpy as np
import torch
import torchvision
from PIL import Image
from torch import nn
from torch.utils.data import DataLoader, Dataset, random_split
from torchvision import transforms

WHAT, WAY, THREADS, DATA = sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4]
MEAN, STD = 0.1307, 0.3081


class Photos(Dataset):
    """CIFAR-10's records, given out image by image as torchvision's own class does."""

    def __init__(self, name, transform):
        records = np.fromfile(os.path.join(DATA, "cifar10", name), np.uint8).reshape(-1, 3073)
        self.targets = records[:, 0].astype(int).tolist()
        self.data = records[:, 1:].reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1)
        self.transform = transform

    def __len__(self):
        return len(self.targets)

    def __getitem__(self, index):
        return self.transform(Image.fromarray(self.data[index])), self.targets[index]


def digits(train, normalise):
    steps = [transforms.ToTensor()] + ([transforms.Normalize((MEAN,), (STD,))] if normalise else [])
    return torchvision.datasets.MNIST(DATA, train=train, transform=transforms.Compose(steps))


def tensors(dataset, normalise):
    """All images of a data set as floats [n, c, h, w], and their labels."""
    data = torch.as_tensor(np.ascontiguousarray(dataset.data))
    images = data.unsqueeze(1) if data.dim() == 3 else data.permute(0, 3, 1, 2).contiguous()
    images = images.float() / 255
    return (images - MEAN) / STD if normalise else images, torch.as_tensor(dataset.targets)


def conv(channels, filters, kernel, padding=0):
    return nn.Conv2d(channels, filters, kernel, padding=padding)


def pool():
    return nn.MaxPool2d(2)


NETS = {
    "000": lambda: [
        conv(1, 16, 5), nn.ReLU(), pool(), conv(16, 16, 3), nn.ReLU(), pool(), conv(16, 32, 2),
        nn.Flatten(), nn.Linear(512, 10),
    ],
    "003": lambda: [
        conv(1, 10, 5), pool(), nn.ReLU(), conv(10, 20, 5), pool(), nn.ReLU(), nn.Flatten(), nn.Linear(320, 10),
    ],
    "004-mnist": lambda: [
        conv(1, 32, 3, 1), nn.ReLU(), conv(32, 32, 3, 1), nn.ReLU(), pool(), nn.Flatten(), nn.Linear(6272, 10),
    ],
    "004-cifar": lambda: [
        conv(3, 32, 3, 1), nn.ReLU(), conv(32, 32, 3, 1), nn.ReLU(), pool(), conv(32, 32, 3, 1), nn.ReLU(), pool(),
        conv(32, 32, 3, 1), nn.ReLU(), pool(), nn.Flatten(), nn.Linear(512, 512), nn.ReLU(), nn.Linear(512, 10),
    ],
}  # fmt: skip
# Images to learn from (None: all), batch size, epochs, whether pixels are normalised.
RECIPES = {
    "000": (None, 300, 1, True),
    "003": (None, 128, 1, True),
    "004-mnist": (1000, 256, 10, False),
    "004-cifar": (2000, 256, 30, False),
}


def optimiser(net):
    if WHAT == "003":
        return torch.optim.SGD(net.parameters(), lr=0.01, momentum=0.5)
    return torch.optim.Adam(net.parameters(), lr=0.001 if WHAT == "000" else 0.01)


def last(images):
    """In channels_last, also where one channel leaves the strides ambiguous."""
    n, c, h, w = images.shape
    return images.permute(0, 2, 3, 1).contiguous().as_strided((n, c, h, w), (h * w * c, 1, w * c, c))


def step(net, opt, images, labels):
    opt.zero_grad()
    loss = nn.functional.cross_entropy(net(images), labels)
    loss.backward()
    opt.step()
    return loss.item()


def batches(train, count, size, epochs, normalise):
    """The recipe's batches, in the way that is measured; whatever is done once is done before the first `next`."""
    if WAY == "seed" and WHAT == "000":
        images, labels = (part.numpy() for part in tensors(train, normalise))

        def make_batch():
            places = np.random.choice(np.arange(len(images)), size=(size,), replace=True)
            return torch.FloatTensor(images[places]), torch.LongTensor(labels[places])

        return (make_batch() for _ in range(len(train) // size))
    part = random_split(train, [count, len(train) - count])[0] if count else train
    if WAY == "seed":
        loader = DataLoader(part, batch_size=size, shuffle=True)
        return (batch for _ in range(epochs) for batch in loader)
    images, labels = tensors(train, normalise)
    if count:
        images, labels = images[part.indices], labels[part.indices]
    orders = (torch.randperm(len(images)).split(size) for _ in range(epochs))
    arranged = last if WAY == "channels_last" else lambda images: images
    return ((arranged(images[places]), labels[places]) for order in orders for places in order)


def recipe():
    count, size, epochs, normalise = RECIPES[WHAT]
    if WHAT == "004-cifar":
        train, test = (Photos(name, transforms.ToTensor()) for name in ["data_batch_1.bin", "test_batch.bin"])
    else:
        train, test = digits(True, normalise), digits(False, normalise)
    net = nn.Sequential(*NETS[WHAT]())
    if WAY == "channels_last":
        for weight in net.parameters():
            if weight.dim() == 4:
                weight.data = last(weight.data)
    opt = optimiser(net)
    given = batches(train, count, size, epochs, normalise)
    seen, begin = 0, time.perf_counter()
    for images, labels in given:
        step(net, opt, images, labels)
        seen += len(labels)
    seconds = time.perf_counter() - begin
    images, labels = tensors(test, normalise)
    with torch.no_grad():
        right = sum(
            (net(xs).argmax(1) == ys).sum().item() for xs, ys in zip(images.split(1000), labels.split(1000))
        )
    return {"seconds": seconds, "images": seen, "accuracy": right / len(labels)}


# Of several tries the fastest counts: what else the machine does can only add.
TRIES = 6


def load():
    def once():
        begin = time.perf_counter()
        sets = [torchvision.datasets.MNIST(DATA, train=train) for train in (True, False)]
        images = [tensors(dataset, False)[0] for dataset in sets]
        return time.perf_counter() - begin, sum(len(part) for part in images)

    tries = [once() for _ in range(TRIES)]
    return {"seconds": min(seconds for seconds, _ in tries), "images": tries[0][1]}


def grid():
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    weight = torch.randn(32, 3, 3, 3)

    def once():
        begin = time.perf_counter()
        pyplot.figure(figsize=(10, 6))
        for number in range(32):
            pyplot.subplot(4, 8, number + 1)
            pyplot.imshow(weight[number, 0].numpy(), cmap="gray")
        pyplot.savefig(io.BytesIO(), format="png")
        pyplot.close()
        return time.perf_counter() - begin

    return {"seconds": min(once() for _ in range(TRIES)), "images": 32}


torch.set_num_threads(THREADS)
result = {"load": load, "grid": grid}.get(WHAT, recipe)()
unit = 2**20 if sys.platform == "darwin" else 2**10
result["peak_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit
print(json.dumps(result))
