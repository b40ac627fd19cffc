// Reads a digit that is drawn in the page with the network that lab 06 has trained: no kernel, no request.
"use strict";
const convlabReader = (() => {
  const SIDE = 28, BOX = 20, CENTRE = 14, FAINTEST = 16;

  /** The tensors of a .safetensors file, by name: `{ shape, data }`. */
  function tensors(buffer) {
    const length = Number(new DataView(buffer).getBigUint64(0, true)), start = 8 + length;
    const header = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 8, length)));
    const kinds = { F32: Float32Array, U8: Uint8Array };
    return Object.fromEntries(Object.entries(header).filter(([name]) => name !== "__metadata__")
      .map(([name, { dtype, shape, data_offsets: [from, to] }]) => {
        if (!kinds[dtype]) throw new Error(`${name} has numbers of kind ${dtype}; F32 is read`);
        return [name, { shape, data: new kinds[dtype](buffer.slice(start + from, start + to)) }];
      }));
  }

  /** A convolution with stride 1 and no padding of maps [c, h, w]. */
  function convolution({ shape: [channels, rows, columns], data }, weight, bias) {
    const [filters, , kh, kw] = weight.shape, h = rows - kh + 1, w = columns - kw + 1;
    const out = new Float32Array(filters * h * w);
    for (let filter = 0; filter < filters; filter++) {
      const map = out.subarray(filter * h * w, (filter + 1) * h * w).fill(bias.data[filter]);
      for (let channel = 0; channel < channels; channel++) for (let i = 0; i < kh; i++) for (let j = 0; j < kw; j++) {
        const number = weight.data[((filter * channels + channel) * kh + i) * kw + j];
        for (let row = 0; row < h; row++) {
          const from = (channel * rows + row + i) * columns + j;
          for (let column = 0; column < w; column++) map[row * w + column] += number * data[from + column];
        }
      }
    }
    return { shape: [filters, h, w], data: out };
  }

  /** ReLU, then the largest of each 2 by 2. */
  function pooled({ shape: [channels, rows, columns], data }) {
    const h = rows >> 1, w = columns >> 1, out = new Float32Array(channels * h * w);
    for (let channel = 0; channel < channels; channel++) for (let row = 0; row < h; row++) for (let column = 0; column < w; column++) {
      const at = (channel * rows + 2 * row) * columns + 2 * column;
      out[(channel * h + row) * w + column] = Math.max(0, data[at], data[at + 1], data[at + columns], data[at + columns + 1]);
    }
    return { shape: [channels, h, w], data: out };
  }

  /** The maps of each stage and the ten logits of an image of 784 numbers from 0 to 1. */
  function run(net, pixels) {
    const [mean, std] = net.scaling.data;
    let x = { shape: [1, SIDE, SIDE], data: Float32Array.from(pixels, (pixel) => (pixel - mean) / std) };
    const maps = [];
    for (const stage of ["conv1", "conv2", "conv3"]) {
      x = convolution(x, net[`${stage}.weight`], net[`${stage}.bias`]);
      maps.push(x);
      if (stage !== "conv3") x = pooled(x);
    }
    const { shape: [classes, inputs], data } = net["head.weight"];
    const logits = Array.from({ length: classes }, (_, one) => {
      let sum = net["head.bias"].data[one];
      for (let at = 0; at < inputs; at++) sum += data[one * inputs + at] * x.data[at];
      return sum;
    });
    return { maps, logits };
  }

  /** Probabilities of logits. */
  function softmax(logits) {
    const most = Math.max(...logits), powers = logits.map((one) => Math.exp(one - most));
    const sum = powers.reduce((sum, one) => sum + one, 0);
    return powers.map((one) => one / sum);
  }

  /** Which of `from` cells lie under cell `index` of `to` that share their length, and how much of each. */
  function covered(index, to, from) {
    const ratio = from / to, start = index * ratio, end = (index + 1) * ratio, cells = [];
    for (let cell = Math.floor(start); cell < Math.min(Math.ceil(end), from); cell++) {
      const share = Math.min(end, cell + 1) - Math.max(start, cell);
      if (share > 1e-9) cells.push([cell, share]);
    }
    return cells;
  }

  /** A drawing of `side` by `side` pixels, 0 (paper) to 255 (ink), in MNIST's form, as the labs prepare it; null without ink. */
  function prepared(pixels, side) {
    let [top, left, bottom, right] = [side, side, -1, -1];
    pixels.forEach((ink, at) => {
      if (ink < FAINTEST) return;
      const row = Math.floor(at / side), column = at % side;
      [top, bottom] = [Math.min(top, row), Math.max(bottom, row)];
      [left, right] = [Math.min(left, column), Math.max(right, column)];
    });
    if (bottom < 0) return null;
    const [tall, wide] = [bottom - top + 1, right - left + 1], scale = BOX / Math.max(tall, wide);
    const size = (length) => Math.min(BOX, Math.max(1, Math.round(length * scale)));
    const [h, w] = [size(tall), size(wide)], small = [];
    for (let at = 0; at < h * w; at++) {
      let [ink, area] = [0, 0];
      for (const [y, high] of covered(Math.floor(at / w), h, tall)) for (const [x, broad] of covered(at % w, w, wide)) {
        ink += pixels[(top + y) * side + left + x] * high * broad;
        area += high * broad;
      }
      small.push(ink / area);
    }
    const mass = small.reduce((sum, ink) => sum + ink, 0);
    const centre = (place) => small.reduce((sum, ink, at) => sum + place(at) * ink, 0) / mass;
    const first = (middle, length) => Math.min(SIDE - length, Math.max(0, Math.round(CENTRE - middle)));
    const [y, x] = [first(centre((at) => Math.floor(at / w)), h), first(centre((at) => at % w), w)];
    const image = new Float32Array(SIDE * SIDE);
    small.forEach((ink, at) => { image[(y + Math.floor(at / w)) * SIDE + x + (at % w)] = ink / 255; });
    return image;
  }

  return { tensors, run, softmax, prepared };
})();
if (typeof module !== "undefined") module.exports = convlabReader;
