"""Computes with PyTorch what the tests compare the source exercises' networks with.

    pip install torch==2.13.0 safetensors
    python make.py formula                # formula.json beside this file: images and weights come from formulas
    python make.py data DATA OUT          # DATA holds mnist/ and cifar10/, as the labs download them

For each network: layers, optimiser, batch size, scaling of the pixels, the logits of eight images before any step, and
the losses of the first ten steps. Images are taken in file order, from the first, without shuffling; the logits of
MNIST's networks are for test images. With real data OUT gets NAME.json and NAME.safetensors, the initial weights in
PyTorch's names; name OUT to the tests as CONVLAB_ORACLE.
"""

import argparse
import gzip
import json
from pathlib import Path

import torch
from safetensors.torch import save_file
from torch import nn

STEPS = 10
PLAIN, CENTRED = "x/255 only", "(x-0.1307)/0.3081"


def same(channels, out):
    return nn.Conv2d(channels, out, 3, padding="same")


def cifar_block(channels):
    return [same(channels, 32), nn.ReLU(), nn.MaxPool2d(2)]


# Name, layers, optimiser and its settings, batch size, scaling, images.
NETWORKS = [
    (
        "seed000",
        lambda: [
            *[nn.Conv2d(1, 16, 5), nn.ReLU(), nn.MaxPool2d(2)],
            *[nn.Conv2d(16, 16, 3), nn.ReLU(), nn.MaxPool2d(2)],
            *[nn.Conv2d(16, 32, 2), nn.Flatten(), nn.Linear(512, 10)],
        ],
        ("sgd", {"lr": 0.01}, 128, CENTRED, "mnist"),
    ),
    (
        "seed001",
        lambda: [nn.Conv2d(1, 16, 5), nn.Conv2d(16, 32, 5), nn.Flatten(), nn.Linear(12800, 10)],
        ("adam", {"lr": 0.001}, 256, PLAIN, "mnist"),
    ),
    (
        "seed003",
        lambda: [
            *[nn.Conv2d(1, 10, 5), nn.MaxPool2d(2), nn.ReLU()],
            *[nn.Conv2d(10, 20, 5), nn.MaxPool2d(2), nn.ReLU()],
            *[nn.Flatten(), nn.Linear(320, 10)],
        ],
        ("sgd", {"lr": 0.01, "momentum": 0.5}, 128, CENTRED, "mnist"),
    ),
    (
        "seed004_mnist",
        lambda: [
            *[same(1, 32), nn.ReLU(), same(32, 32), nn.ReLU(), nn.MaxPool2d(2)],
            *[nn.Flatten(), nn.Linear(6272, 10)],
        ],
        ("adam", {"lr": 0.01}, 64, PLAIN, "mnist"),
    ),
    (
        "seed004_cifar",
        lambda: [
            *[same(3, 32), nn.ReLU(), *cifar_block(32), *cifar_block(32), *cifar_block(32)],
            *[nn.Flatten(), nn.Linear(512, 512), nn.ReLU(), nn.Linear(512, 10)],
        ],
        ("adam", {"lr": 0.001}, 64, PLAIN, "cifar10"),
    ),
]


def read(path):
    packed = path.with_name(path.name + ".gz")
    return gzip.decompress(packed.read_bytes()) if packed.exists() else path.read_bytes()


def bytes_of(content, header=0):
    return torch.frombuffer(bytearray(content[header:]), dtype=torch.uint8)


def idx(folder, images, labels):
    pixels = bytes_of(read(folder / images), 16).view(-1, 1, 28, 28)
    return pixels, bytes_of(read(folder / labels), 8).long()


def real(data):
    """The training images and labels of each data set, and the images whose logits are kept."""
    train = idx(data / "mnist", "train-images-idx3-ubyte", "train-labels-idx1-ubyte")
    test = idx(data / "mnist", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte")
    records = bytes_of((data / "cifar10/data_batch_1.bin").read_bytes()).view(-1, 3073)
    photos = records[:, 1:].reshape(-1, 3, 32, 32)
    return {"mnist": (*train, test[0]), "cifar10": (photos, records[:, 0].long(), photos)}


def formula_images(count, shape):
    """Image n has label n % 10: the i-th 64 pixels are bright where i % 10 is the label. `main.rs` has the same formula."""
    i = torch.arange(shape[0] * shape[1] * shape[2])
    n = torch.arange(count)[:, None]
    images = ((i // 64 % 10 == n % 10) * 200 + (7 * i + 31 * n) % 50).to(torch.uint8).view(count, *shape)
    return images, torch.arange(count) % 10, images


def formula_weights(net):
    """Value i of a parameter with k values for each output is (37·i mod 101 - 50) / (50·√k); `main.rs` has it too."""
    for value in net.state_dict().values():
        i = torch.arange(value.numel(), dtype=torch.float64)
        inputs = value[0].numel() if value.dim() > 1 else value.numel()
        value.copy_(((37 * i % 101 - 50) / (50 * inputs**0.5)).view(value.shape))


def record(net, settings, images, labels, first):
    optimizer, options, size, scaling, _ = settings
    initial = {name: value.detach().clone() for name, value in net.state_dict().items()}
    mean, std = (0.1307, 0.3081) if scaling == CENTRED else (0.0, 1.0)

    def scaled(pixels):
        return (pixels.float() / 255 - mean) / std

    with torch.no_grad():
        logits = net(scaled(first[:8])).tolist()
    opt = {"sgd": torch.optim.SGD, "adam": torch.optim.Adam}[optimizer](net.parameters(), **options)
    losses = []
    for step in range(STEPS):
        batch = slice(step * size, (step + 1) * size)
        loss = nn.functional.cross_entropy(net(scaled(images[batch])), labels[batch])
        opt.zero_grad()
        loss.backward()
        opt.step()
        losses.append(loss.item())
    found = {
        "layers": [str(layer) for layer in net],
        "optimizer": optimizer,
        **options,
        "batch_size": size,
        "normalize": scaling,
        "batches": "consecutive records from record 0, no shuffle",
        "parameters": sum(value.numel() for value in net.parameters()),
        "logits_first_8": logits,
        "losses_first_10_steps": losses,
    }
    return initial, found


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    images = parser.add_subparsers(dest="images", required=True)
    images.add_parser("formula")
    data = images.add_parser("data")
    data.add_argument("data", type=Path)
    data.add_argument("out", type=Path)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(7)
    if arguments.images == "formula":
        formula(Path(__file__).with_name("formula.json"))
    else:
        arguments.out.mkdir(parents=True, exist_ok=True)
        from_data(real(arguments.data), arguments.out)


def formula(out):
    everything = {}
    for name, layers, settings in NETWORKS:
        net = nn.Sequential(*layers())
        formula_weights(net)
        shape = (3, 32, 32) if settings[4] == "cifar10" else (1, 28, 28)
        _, everything[name] = record(net, settings, *formula_images(STEPS * settings[2], shape))
        print(name, everything[name]["losses_first_10_steps"])
    out.write_text(json.dumps(everything, indent=1) + "\n")


def from_data(data, out):
    for name, layers, settings in NETWORKS:
        weights, found = record(nn.Sequential(*layers()), settings, *data[settings[4]])
        save_file(weights, out / f"{name}.safetensors")
        (out / f"{name}.json").write_text(json.dumps(found, indent=1))
        print(name, found["losses_first_10_steps"])


if __name__ == "__main__":
    main()
