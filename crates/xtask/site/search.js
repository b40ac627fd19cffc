// Searches the labs' sections: all words must be there; those in a heading count most.
(() => {
  const input = document.querySelector("input[name=q]");
  const [count, found] = ["#count", "#found"].map((id) => document.querySelector(id));

  const rank = ([, lab, title, text], words) => {
    const head = `${lab} ${title}`.toLowerCase();
    const body = text.toLowerCase();
    let sum = 0;
    for (const word of words) {
      const times = body.split(word).length - 1;
      if (!times && !head.includes(word)) return 0;
      sum += (head.includes(word) ? 20 : 0) + Math.min(times, 5);
    }
    return sum;
  };

  const around = (text, word) => {
    const at = Math.max(0, text.toLowerCase().indexOf(word) - 60);
    return (at ? "… " : "") + text.slice(at, at + 180) + (at + 180 < text.length ? " …" : "");
  };

  const show = () => {
    const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
    const ranked = window.searchIndex.map((one) => [rank(one, words), one]).filter(([sum]) => words.length && sum);
    ranked.sort(([a], [b]) => b - a);
    count.textContent = words.length ? `${ranked.length} section${ranked.length === 1 ? "" : "s"}` : "";
    found.replaceChildren(...ranked.slice(0, 30).map(([, [href, lab, title, text]]) => {
      const item = document.createElement("li");
      const link = Object.assign(document.createElement("a"), { href, textContent: title });
      const about = Object.assign(document.createElement("p"), { className: "about", textContent: lab });
      item.append(link, about, Object.assign(document.createElement("p"), { textContent: around(text, words[0]) }));
      return item;
    }));
  };

  input.value = new URLSearchParams(location.search).get("q") ?? "";
  input.addEventListener("input", show);
  input.form.addEventListener("submit", (event) => {
    event.preventDefault();
    history.replaceState(null, "", `?q=${encodeURIComponent(input.value)}`);
    show();
  });
  show();
})();
