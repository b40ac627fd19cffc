(() => {
  // In a page without a kernel: controls that show the pictures made when the cell ran. Only text and <img> are made.
  const root = document.currentScript.parentElement;
  const spec = JSON.parse(root.querySelector("script").textContent);
  if (spec.kind !== "controls" || !spec.frames) return;
  const [pictures, note] = [root.querySelector("div"), root.querySelector("p")];
  const make = (name, properties = {}) => Object.assign(document.createElement(name), properties);
  const panel = make("div");
  const inputs = spec.controls.map((control) => {
    const label = make("label", { textContent: control.name + " " });
    label.style.cssText = "display:inline-block;margin-right:1.5em";
    const value = make("output");
    let input;
    if (control.kind === "range") {
      input = make("input", { type: "range", min: 0, max: control.labels.length - 1, value: control.start });
    } else if (control.kind === "switch") {
      input = make("input", { type: "checkbox", checked: control.start === 1 });
    } else {
      input = make("select");
      for (const [index, text] of control.labels.entries()) input.append(new Option(text, index));
    }
    input.addEventListener("input", show);
    input.addEventListener("keydown", (event) => event.stopPropagation());
    label.append(input, " ", value);
    panel.append(label);
    return { control, input, value };
  });
  const index = ({ control, input }) => (control.kind === "switch" ? Number(input.checked) : Number(input.value));
  function show() {
    let frame = 0;
    for (const one of inputs) {
      frame = frame * one.control.labels.length + index(one);
      const text = one.control.labels[index(one)];
      if (one.control.kind === "range") {
        one.value.textContent = text;
        one.input.setAttribute("aria-valuetext", text);
      }
    }
    const parts = spec.frames[frame];
    pictures.replaceChildren(...(parts.error ? [{ text: parts.error }] : parts).map((part) => {
      if (!part.svg) return make("pre", { textContent: part.text });
      const svg = part.svg.replaceAll("currentColor", "#1f2328");
      const image = make("img", { alt: part.text, src: "data:image/svg+xml," + encodeURIComponent(svg) });
      image.style.cssText = "background:#fff;padding:8px;max-width:100%;display:block";
      return image;
    }));
  }
  root.prepend(panel);
  note.textContent = "The pictures were made when the cell ran.";
  show();
})();
