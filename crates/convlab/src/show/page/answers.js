((root, data) => {
  // A page that runs no script shows the picture as it is; within the page its text has the page's colour.
  const img = root.querySelector("img"), src = img.getAttribute("src");
  const stage = img.parentElement;
  img.outerHTML = decodeURIComponent(src.slice(src.indexOf(",") + 1));
  if (!data) return;
  const svg = stage.querySelector("svg"), tip = document.createElement("p");
  tip.className = "cl-tip";
  tip.setAttribute("role", "status");
  tip.hidden = true;
  tip.style.cssText = "position:absolute;margin:0;padding:2px 8px;border-radius:4px;background:#222;color:#fff;pointer-events:none;z-index:9";
  stage.after(tip);
  const mark = svg.appendChild(document.createElementNS(svg.namespaceURI, "rect"));
  mark.style.cssText = "fill:none;stroke:#f76707;stroke-width:3;pointer-events:none;visibility:hidden";
  const minus = (text) => text.replace(/-/g, "\u2212");
  // Squares come first in the numbers, then each line's x and y.
  const squares = data.r.filter((r) => r.g && r.p === undefined), lines = data.r.filter((r) => r.m);
  let offset = 0;
  for (const r of [...squares, ...lines]) { r.o = offset; offset += r.m ? 2 * r.k : r.g[0] * r.g[1]; }

  let numbers;
  const load = () => numbers ??= (async () => {
    const packed = Uint8Array.from(atob(data.v), (c) => c.charCodeAt(0));
    const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate"));
    const bytes = new Uint8Array(await new Response(stream).arrayBuffer()), all = [];
    let start = 0;
    for (const [count, low, width, decimals, scientific, span] of data.s) {
      for (let i = 0; i < count; i++) {
        let code = 0;
        for (let b = 0; b < width; b++) code = code * 256 + bytes[start + b * count + i];
        const value = (code + low) / 10 ** decimals;
        all.push({ value, text: code > span ? ["NaN", "\u221e", "\u2212\u221e"][code - span - 1]
          : minus(scientific ? value.toExponential(4) : value.toFixed(decimals)) });
      }
      start += count * width;
    }
    return all;
  })();

  const pixels = async (r) => r.d ??= await (async () => {
    const image = new Image();
    image.src = svg.querySelectorAll("image")[r.p].getAttribute("href");
    await image.decode();
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [image.naturalWidth, image.naturalHeight];
    const context = canvas.getContext("2d");
    context.drawImage(image, 0, 0);
    return context.getImageData(0, 0, canvas.width, canvas.height);
  })();

  async function value(r, i) {
    const at = [Math.floor(i / (r.g?.[1] ?? 1)), i % (r.g?.[1] ?? 1)];
    if (r.m) {
      const all = await load();
      return `${r.t[1]} ${all[r.o + r.k + i].text} at ${r.t[0]} ${all[r.o + i].text}`;
    }
    const where = ["row", "column"].map((name, k) => r.t?.[k]?.[at[k]] ?? (r.t && r.g[k] < 2 ? "" : `${name} ${at[k]}`));
    let what;
    if (r.p !== undefined) {
      const d = await pixels(r), [x, y] = [at[1] * d.width / r.g[1] | 0, at[0] * d.height / r.g[0] | 0];
      const rgb = [...d.data.slice(4 * (y * d.width + x)).slice(0, 3)];
      const level = rgb.map((v) => minus((r.l[0] + (r.l[1] - r.l[0]) * v / 255).toFixed(r.l[1] > 9 ? 0 : 2)));
      what = rgb.every((v) => v === rgb[0]) ? level[0] : ["red", "green", "blue"].map((c, k) => `${c} ${level[k]}`).join(", ");
    } else {
      const all = await load(), row = all.slice(r.o + i - at[1]).slice(0, r.g[1]);
      what = row[at[1]].text;
      const sum = row.reduce((sum, one) => sum + one.value, 0);
      if (r.s) what += sum ? `, ${(100 * row[at[1]].value / sum).toFixed(1)} % of ${sum}` : "";
    }
    return `${where.filter(Boolean).join(", ")}: ${what}`;
  }

  function box(r, i) {
    const [x, y, w, h] = r.b;
    if (!r.m) {
      const [a, b] = [w / r.g[1], h / r.g[0]];
      return [x + (i % r.g[1]) * a, y + Math.floor(i / r.g[1]) * b, a, b];
    }
    return [r.m[0] + r.m[1] * r.xy[i][0] - 8, r.m[2] + r.m[3] * r.xy[i][1] - 8, 16, 16];
  }

  let at, latest = 0;
  async function show(r, i, event) {
    const turn = ++latest;
    at = r && [r, i];
    root.dispatchEvent(new CustomEvent("convlab", { detail: r && { name: r.n, index: i, click: event?.type === "click" } }));
    mark.style.visibility = r ? "" : "hidden";
    tip.hidden = !r;
    if (!r) return;
    const [x, y, w, h] = box(r, i);
    Object.entries({ x, y, width: w, height: h }).forEach(([name, value]) => mark.setAttribute(name, value));
    const text = await value(r, i);
    if (turn !== latest) return;
    tip.textContent = [r.n, text].filter(Boolean).join(", ");
    const outer = root.getBoundingClientRect(), inner = svg.getScreenCTM();
    const left = inner.e - outer.left + (x + w) * inner.a + 8;
    tip.style.left = `${Math.max(0, Math.min(left, outer.width - tip.offsetWidth - 4))}px`;
    tip.style.top = `${inner.f - outer.top + y * inner.d - tip.offsetHeight - 4}px`;
  }

  async function under(event) {
    const inner = svg.getScreenCTM();
    const [x, y] = [(event.clientX - inner.e) / inner.a, (event.clientY - inner.f) / inner.d];
    let best, near = 900;
    for (const r of data.r) {
      const [left, top, w, h] = r.b, inside = x >= left && y >= top && x < left + w && y < top + h;
      if (r.m) {
        await points(r);
        r.xy.forEach((_, i) => {
          const [px, py] = box(r, i), far = (px + 8 - x) ** 2 + (py + 8 - y) ** 2;
          if (far < near) [best, near] = [[r, i], far];
        });
      } else if (inside) {
        best = [r, Math.floor((y - top) * r.g[0] / h) * r.g[1] + Math.floor((x - left) * r.g[1] / w)];
      }
    }
    return best ?? [];
  }

  async function points(r) {
    if (!r.m || r.xy) return;
    const all = await load();
    r.xy = Array.from({ length: r.k }, (_, i) => [all[r.o + i].value, all[r.o + r.k + i].value]);
  }

  async function step(dx, dy) {
    let [r, i] = at ?? [data.r[0], 0], which = data.r.indexOf(r);
    if (at) {
      const [rows, columns] = r.g ?? [1, r.k], [row, column] = [Math.floor(i / columns) + dy, i % columns + dx];
      const inside = row >= 0 && row < rows && column >= 0 && column < columns;
      if (inside) i = row * columns + column;
      else if (r = data.r[which + Math.sign(dx + dy)]) i = r.m ? Math.min(i, r.k - 1) : dx + dy > 0 ? 0 : r.g[0] * r.g[1] - 1;
      else [r, i] = at;
    }
    await points(r);
    show(r, i);
  }

  const keys = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  // Before JupyterLab sees it, whose own arrow keys move between cells.
  function key(event) {
    if (event.target !== stage || event.ctrlKey || event.altKey || event.metaKey) return;
    const known = keys[event.key];
    if (!known && !(event.key === "Escape" && at)) return;
    event.stopPropagation();
    event.preventDefault();
    known ? step(...known) : show();
  }
  stage.addEventListener("focus", () => addEventListener("keydown", key, true));
  stage.addEventListener("blur", () => { removeEventListener("keydown", key, true); show(); });
  svg.addEventListener("pointermove", async (event) => show(...await under(event)));
  svg.addEventListener("click", async (event) => show(...await under(event), event));
  svg.addEventListener("pointerleave", () => show());
})
