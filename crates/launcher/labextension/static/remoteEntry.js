// Shows the views of convlab::interact in JupyterLab's notebooks: written by hand, so that nothing has to be built.
//
// A view opens a comm of its own when a hand first moves it. What a notebook holds is never run: text becomes text, and
// pictures become <img>, in which no script runs.
(() => {
  const MIME = "application/vnd.convlab.view+json";
  const TARGET = "convlab.view";
  const PATIENCE = 300; // milliseconds until the view says that it waits
  const REST = 1500; // milliseconds without a change until the notebook keeps what is shown

  let scope;
  /** JupyterLab's own copy of a module. */
  const shared = async (name) => {
    const versions = scope[name];
    return (await versions[Object.keys(versions)[0]].get())();
  };

  const make = (name, properties = {}, style = "") => {
    const node = Object.assign(document.createElement(name), properties);
    node.style.cssText = style;
    return node;
  };

  /** Whether a key that is pressed in a view is the view's own; what saves the notebook or runs a cell is not. */
  const isForView = (event) =>
    !event.ctrlKey && !event.metaKey && !event.altKey && !(event.shiftKey && event.key === "Enter");

  // JupyterLab and live slides look for their shortcuts before a key reaches the view: arrows would move between cells,
  // Home would go to the first slide. A view's own keys reach nothing else; what they do by themselves, they still do.
  addEventListener("keydown", (event) => {
    if (!event.target.closest?.(".convlab-view") || !isForView(event)) return;
    event.stopPropagation();
    const key = new CustomEvent("convlab-key", { detail: event.key, cancelable: true });
    if (!event.target.dispatchEvent(key)) event.preventDefault();
  }, true);

  /** What the cell has written into the page for this view, which is read and not run; null where it is something else. */
  const specOf = (html) => {
    const page = new DOMParser().parseFromString(html, "text/html");
    const json = page.querySelector("script[type='application/json']");
    try {
      const spec = JSON.parse(json.textContent);
      return makers[spec.kind] ? spec : null;
    } catch {
      return null;
    }
  };

  /** The same page with other pictures, and a state to start from: what a saved notebook and an exported page show. */
  const pageWith = (html, parts, state) => {
    const page = new DOMParser().parseFromString(html, "text/html");
    const json = page.querySelector("script[type='application/json']");
    const spec = { ...JSON.parse(json.textContent), still: parts, state };
    spec.controls?.forEach((control, at) => { control.start = state.values?.[at] ?? control.start; });
    json.textContent = JSON.stringify(spec).replaceAll("<", "\\u003c");
    const style = "background:#fff;padding:8px;max-width:100%";
    page.querySelector(".convlab-view > div").replaceChildren(...parts.flatMap((part) => {
      if (!part.svg) return [Object.assign(page.createElement("pre"), { textContent: part.text })];
      const bytes = new TextEncoder().encode(part.svg.replaceAll("currentColor", "#1f2328"));
      const address = "data:image/svg+xml;base64," + btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
      const image = Object.assign(page.createElement("img"), { alt: part.text.split("\n")[0], src: address });
      image.style.cssText = style;
      return [image, page.createElement("br")];
    }));
    const said = page.querySelector(".convlab-view > p > em");
    if (said) said.textContent = "A still picture, of the state in which the notebook was left.";
    return page.body.innerHTML;
  };

  /** One picture or text of an answer. */
  const partNode = (part, colour) => {
    if (typeof part.svg !== "string") {
      return make("pre", { textContent: part.text }, "margin:4px 0;white-space:pre-wrap");
    }
    const svg = part.svg.replaceAll("currentColor", colour);
    const address = URL.createObjectURL(new Blob([svg], { type: "image/svg+xml" }));
    const alt = part.text.split("\n")[0];
    const image = make("img", { alt, src: address }, "display:block;max-width:100%;margin:4px 0");
    image.onload = image.onerror = () => URL.revokeObjectURL(address);
    return image;
  };

  /** Sends a view's state to its function: one message at a time, and of those that wait the newest. */
  class Line {
    constructor(context, id, shown) {
      Object.assign(this, { context, id, shown, comm: null, busy: false, next: null, seq: 0 });
      this.forget = () => {
        this.comm = null;
        this.busy = false;
        this.next = null;
      };
      this.onStatus = (_, status) => {
        if (["restarting", "autorestarting", "terminating", "dead"].includes(status)) {
          const waited = this.busy;
          this.forget();
          if (waited) this.shown({ note: "The kernel has ended. Run this cell again." });
        }
      };
      context.statusChanged.connect(this.onStatus);
      context.kernelChanged.connect(this.forget);
    }

    dispose() {
      this.context.statusChanged.disconnect(this.onStatus);
      this.context.kernelChanged.disconnect(this.forget);
      if (this.comm && !this.comm.isDisposed) this.comm.close();
      this.forget();
    }

    connect() {
      const kernel = this.context.session?.kernel;
      if (!kernel || kernel.connectionStatus === "disconnected") return null;
      if (this.comm && !this.comm.isDisposed) return this.comm;
      const comm = kernel.createComm(TARGET);
      comm.onMsg = (message) => {
        if (message.content.data.seq === this.seq) this.shown(message.content.data);
      };
      comm.onClose = () => {
        if (this.comm !== comm) return;
        this.forget();
        this.shown({ note: "This view is from an earlier run of the kernel. Run this cell again." });
      };
      comm.open({ id: this.id });
      this.comm = comm;
      return comm;
    }

    send(data, buffers = []) {
      if (this.busy) {
        this.next = [data, buffers];
        return;
      }
      const comm = this.connect();
      if (!comm) {
        this.shown({ note: "No kernel runs. Start one and run this cell again." });
        return;
      }
      this.busy = true;
      this.seq += 1;
      const sent = comm.send({ ...data, seq: this.seq }, {}, buffers);
      const late = setTimeout(() => {
        if (this.busy && this.comm === comm) this.shown({ note: "It waits: the kernel is busy." });
      }, PATIENCE);
      const done = () => {
        clearTimeout(late);
        if (this.comm !== comm) return;
        this.busy = false;
        const next = this.next;
        this.next = null;
        if (next) this.send(...next);
      };
      sent.done.then(done, done);
    }
  }

  /** A panel of sliders, choices and switches; returns the function that makes the view show its state. */
  const controls = (spec, panel, view) => {
    const inputs = spec.controls.map((control, at) => {
      const label = make("label", {}, "display:inline-flex;gap:.5em;align-items:center;margin:2px 1.5em 2px 0");
      const start = view.state.values?.[at] ?? control.start;
      const value = make("output", {}, "min-width:3em;font-variant-numeric:tabular-nums");
      let input;
      if (control.kind === "range") {
        input = make("input", { type: "range", min: 0, max: control.labels.length - 1, value: start });
      } else if (control.kind === "switch") {
        input = make("input", { type: "checkbox", checked: start === 1 });
      } else {
        input = make("select");
        control.labels.forEach((text, index) => input.append(new Option(text, index)));
        input.value = start;
      }
      input.addEventListener("input", () => show(true));
      label.append(make("span", { textContent: control.name }), input, value);
      panel.append(label);
      return { control, input, value };
    });
    const index = ({ control, input }) => (control.kind === "switch" ? Number(input.checked) : Number(input.value));
    const show = (moved) => {
      let frame = 0;
      for (const one of inputs) {
        frame = frame * one.control.labels.length + index(one);
        const text = one.control.labels[index(one)];
        if (one.control.kind === "range") {
          one.value.textContent = text;
          one.input.setAttribute("aria-valuetext", text);
        }
      }
      if (!moved) return;
      if (spec.frames) view.answer(spec.frames[frame]);
      view.change({ values: inputs.map(index) });
    };
    show(false);
  };

  /** A pad to draw on: a pointer draws; on the keyboard arrows move the pen, and the space bar sets it down. */
  const draw = (spec, panel, view) => {
    const side = spec.side;
    const ink = new OffscreenCanvas(side, side);
    const canvas = make("canvas", { width: side, height: side, tabIndex: 0 },
      "border:1px solid var(--jp-border-color1,#888);background:#fff;touch-action:none;cursor:crosshair;width:210px");
    canvas.setAttribute("role", "application");
    canvas.setAttribute("aria-label",
      "Pad to draw a digit on. Arrow keys move the pen, space sets it down and lifts it, U undoes, C clears.");
    const undo = make("button", { textContent: "Undo", type: "button" });
    const clear = make("button", { textContent: "Clear", type: "button" });
    const buttons = make("div", {}, "display:flex;gap:.5em;margin:4px 0");
    buttons.append(undo, clear);
    panel.append(canvas, buttons);
    let strokes = view.state.strokes ?? [spec.example];
    let isExample = !view.state.strokes;
    let stroke = null;
    let [pen, isDown, isShown] = [[side / 2, side / 2], false, false];

    const paint = (where, colour) => {
      where.clearRect(0, 0, side, side);
      Object.assign(where, { lineWidth: 2 * spec.pen, lineCap: "round", lineJoin: "round", strokeStyle: colour });
      for (const points of strokes) {
        where.beginPath();
        points.forEach(([x, y]) => where.lineTo(x, y));
        if (points.length === 1) where.lineTo(points[0][0], points[0][1] + 0.01);
        where.stroke();
      }
    };
    const show = (send) => {
      const page = canvas.getContext("2d");
      paint(page, isExample ? "#888" : "#111");
      if (isShown) {
        page.strokeStyle = isDown ? "#c00" : "#06c";
        page.lineWidth = 2;
        page.strokeRect(pen[0] - 4, pen[1] - 4, 8, 8);
      }
      if (!send) return;
      const own = ink.getContext("2d", { willReadFrequently: true });
      paint(own, "#000");
      const colours = own.getImageData(0, 0, side, side).data;
      const pixels = Uint8Array.from({ length: side * side }, (_, at) => colours[4 * at + 3]);
      view.change({ strokes }, {}, [pixels.buffer]);
    };
    const begin = (point) => {
      if (isExample) [strokes, isExample] = [[], false];
      stroke = [point];
      strokes.push(stroke);
      show(true);
    };
    const move = (point) => {
      stroke.push(point);
      show(true);
    };
    const at = (event) => {
      const box = canvas.getBoundingClientRect();
      const scale = side / box.width;
      return [(event.clientX - box.left) * scale, (event.clientY - box.top) * scale].map((one) => Math.round(one * 10) / 10);
    };
    canvas.addEventListener("pointerdown", (event) => {
      if (event.button !== 0) return;
      canvas.setPointerCapture(event.pointerId);
      [isDown, isShown] = [false, false];
      begin(at(event));
    });
    canvas.addEventListener("pointermove", (event) => {
      if (!stroke || !canvas.hasPointerCapture(event.pointerId)) return;
      for (const one of event.getCoalescedEvents?.() ?? [event]) stroke.push(at(one));
      move(at(event));
    });
    for (const end of ["pointerup", "pointercancel"]) canvas.addEventListener(end, () => { stroke = null; });
    undo.addEventListener("click", () => {
      if (isExample) strokes = [];
      strokes.pop();
      [stroke, isExample, isDown] = [null, false, false];
      show(true);
    });
    clear.addEventListener("click", () => {
      [strokes, stroke, isExample, isDown] = [[], null, false, false];
      show(true);
    });
    const steps = { ArrowLeft: [-4, 0], ArrowRight: [4, 0], ArrowUp: [0, -4], ArrowDown: [0, 4] };
    canvas.addEventListener("convlab-key", (event) => {
      const key = event.detail.toLowerCase();
      if (steps[event.detail]) {
        isShown = true;
        pen = pen.map((one, axis) => Math.min(side, Math.max(0, one + steps[event.detail][axis])));
        if (isDown) move([...pen]);
        else show(false);
      } else if (key === " ") {
        [isDown, isShown] = [!isDown, true];
        if (isDown) begin([...pen]);
        else [stroke] = [null, show(false)];
      } else if (key === "u") undo.click();
      else if (key === "c") clear.click();
      else return;
      event.preventDefault();
    });
    canvas.addEventListener("blur", () => {
      if (!isShown) return;
      [isDown, isShown, stroke] = [false, false, null];
      show(false);
    });
    show(false);
  };

  /** A picture of which one pixel is picked. */
  const pick = (spec, panel, view) => {
    const zoom = spec.zoom;
    const frame = make("div", { tabIndex: 0 },
      `position:relative;display:inline-block;width:${spec.width * zoom}px;height:${spec.height * zoom}px;touch-action:none;cursor:crosshair`);
    frame.setAttribute("role", "application");
    const isPng = typeof spec.image === "string" && spec.image.startsWith("data:image/png;base64,");
    const image = make("img", { src: isPng ? spec.image : "", alt: "", draggable: false },
      "width:100%;height:100%;image-rendering:pixelated;user-select:none");
    const mark = make("div", {},
      `position:absolute;box-sizing:border-box;width:${Math.max(zoom, 6)}px;height:${Math.max(zoom, 6)}px;border:2px solid #e00;outline:1px solid #fff;pointer-events:none`);
    const where = make("div");
    frame.append(image, mark);
    panel.append(frame, where);
    let [row, column] = view.state.pick ?? spec.start;
    const show = () => {
      mark.style.left = `${column * zoom}px`;
      mark.style.top = `${row * zoom}px`;
      where.textContent = `row ${row}, column ${column}`;
      frame.setAttribute("aria-label", `Picture: row ${row}, column ${column} is picked. Arrow keys pick another pixel.`);
    };
    const to = (newRow, newColumn) => {
      const next = [Math.min(spec.height - 1, Math.max(0, newRow)), Math.min(spec.width - 1, Math.max(0, newColumn))];
      if (next[0] === row && next[1] === column) return;
      [row, column] = next;
      show();
      view.change({ pick: [row, column] });
    };
    const at = (event) => {
      const box = frame.getBoundingClientRect();
      to(Math.floor((event.clientY - box.top) / box.height * spec.height), Math.floor((event.clientX - box.left) / box.width * spec.width));
    };
    frame.addEventListener("pointerdown", (event) => {
      frame.setPointerCapture(event.pointerId);
      at(event);
    });
    frame.addEventListener("pointermove", (event) => {
      if (frame.hasPointerCapture(event.pointerId)) at(event);
    });
    const steps = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };
    frame.addEventListener("convlab-key", (event) => {
      const step = steps[event.detail];
      if (!step) return;
      event.preventDefault();
      to(row + step[0], column + step[1]);
    });
    show();
  };

  const makers = { controls, draw, pick };

  /** What JupyterLab asks for. */
  const plugin = async () => {
    const [{ INotebookTracker }, { Widget }] = await Promise.all([shared("@jupyterlab/notebook"), shared("@lumino/widgets")]);

    class View extends Widget {
      constructor(panel) {
        super();
        this.panel = panel;
        this.context = panel.sessionContext;
        this.addClass("convlab-view");
      }

      async renderModel(model) {
        this.model = model;
        // What this view has itself put into the notebook.
        if (this.kept !== undefined && model.data["text/html"] === this.kept) return;
        const spec = specOf(String(model.data["text/html"] ?? ""));
        this.line?.dispose();
        this.node.replaceChildren();
        if (!spec) {
          this.node.append(make("pre", { textContent: String(model.data["text/plain"] ?? "") }));
          return;
        }
        this.line = new Line(this.context, spec.id, (message) => this.take(message));
        const row = make("div", {}, "display:flex;flex-wrap:wrap;gap:1.5em;align-items:flex-start;padding:4px");
        const panel = make("div", {}, spec.kind === "controls" ? "flex-basis:100%" : "");
        this.pictures = make("div", {}, "flex:1 1 20em;min-width:0");
        this.note = make("div", {}, "flex-basis:100%;min-height:1.4em;color:var(--jp-ui-font-color1)");
        this.note.setAttribute("role", "status");
        row.append(panel, this.pictures, this.note);
        this.node.append(row);
        this.state = spec.state ?? {};
        this.answer(spec.still);
        makers[spec.kind](spec, panel, this);
        if (!spec.live) {
          this.note.textContent = spec.frames
            ? "The pictures were made when the cell ran."
            : "It moves with the labs' own kernel only: start JupyterLab with cargo lab.";
          this.line.dispose();
          this.line = null;
        }
      }

      /** The hand has moved. */
      change(state, _, buffers) {
        this.state = { ...this.state, ...state };
        const { strokes, ...data } = state;
        this.line?.send(data, buffers);
      }

      take({ answer, error, note }) {
        if (note) {
          this.note.textContent = note;
          return;
        }
        this.note.textContent = "";
        this.answer(error ? { error } : answer);
        clearTimeout(this.rest);
        if (answer) this.rest = setTimeout(() => this.keep(answer), REST);
      }

      /** The notebook keeps what is shown, for those who open it without a kernel. */
      keep(parts) {
        const html = String(this.model.data["text/html"] ?? "");
        if (this.isDisposed || !specOf(html)) return;
        const kept = pageWith(html, parts, this.state);
        for (const { model } of this.panel.content.widgets) {
          for (let at = 0; at < (model.outputs?.length ?? 0); at += 1) {
            if (model.outputs.get(at) !== this.model) continue;
            this.kept = kept;
            const output = model.outputs.get(at).toJSON();
            model.outputs.set(at, { ...output, data: { ...output.data, "text/html": kept } });
            return;
          }
        }
      }

      answer(parts) {
        if (!parts) return;
        this.parts = parts;
        const said = JSON.stringify(parts);
        if (said === this.said) return;
        this.said = said;
        const colour = getComputedStyle(this.node).color || "#555";
        if (parts.error) {
          const style = "margin:4px 0;padding:.5em;white-space:pre-wrap;background:var(--jp-rendermime-error-background,#fdd)";
          this.pictures.replaceChildren(make("pre", { textContent: parts.error }, style));
          return;
        }
        const nodes = parts.map((part) => partNode(part, colour));
        nodes.push(this.textOf(parts));
        // What is there stays until the new pictures are drawn: nothing flickers.
        const decoded = nodes.filter((node) => node.decode).map((node) => node.decode().catch(() => {}));
        Promise.all(decoded).then(() => {
          if (said === this.said) this.pictures.replaceChildren(...nodes);
        });
      }

      /** The numbers of the pictures, folded away; they stay unfolded while the hand moves. */
      textOf(parts) {
        const text = parts.filter((part) => part.svg).map((part) => part.text).filter(Boolean).join("\n\n");
        if (!text) return "";
        const details = make("details", { open: this.pictures.querySelector("details")?.open ?? false });
        details.append(make("summary", { textContent: "As text" }), make("pre", { textContent: text }));
        return details;
      }

      /** Only in the page does it know the colour of the page's text. */
      onAfterAttach() {
        this.said = null;
        this.answer(this.parts);
      }

      dispose() {
        clearTimeout(this.rest);
        this.line?.dispose();
        super.dispose();
      }
    }

    return {
      id: "convlab-view:plugin",
      autoStart: true,
      requires: [INotebookTracker],
      activate: (_app, tracker) => {
        const add = (panel) => {
          const createRenderer = () => new View(panel);
          panel.content.rendermime.addFactory({ safe: true, mimeTypes: [MIME], createRenderer }, 0);
        };
        tracker.forEach(add);
        tracker.widgetAdded.connect((_, panel) => add(panel));
      },
    };
  };

  window._JUPYTERLAB = window._JUPYTERLAB || {};
  window._JUPYTERLAB["convlab-view"] = {
    init: (given) => { scope = given; },
    get: async () => {
      const made = await plugin();
      return () => ({ __esModule: true, default: made });
    },
  };
})();
