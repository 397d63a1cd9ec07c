// Looks at mails in frames of the widths given and tells the server what it
// finds: what is wider than its screen, text that is hard to read, what is asked
// of the network.
const widths = [360, 720];

// channels reads a computed colour.
const channels = (text) => {
  const [r, g, b, a = 1] = text.match(/[\d.]+/g).map(Number);
  return { r, g, b, a };
};

// luminance and contrast are those of WCAG 2.
const luminance = ({ r, g, b }) => {
  const [x, y, z] = [r, g, b].map((v) => (v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
  return 0.2126 * x + 0.7152 * y + 0.0722 * z;
};
const contrast = (a, b) => {
  const [high, low] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (high + 0.05) / (low + 0.05);
};

// ground is the colour that an element stands on.
const ground = (view, element) => {
  for (let e = element; e; e = e.parentElement) {
    const c = channels(view.getComputedStyle(e).backgroundColor);
    if (c.a === 1) return c;
  }
  return { r: 255, g: 255, b: 255, a: 1 };
};

const faultsOf = (view, width) => {
  const found = [], page = view.document;
  for (const e of view.performance.getEntriesByType("resource")) found.push(`it asks for ${e.name}`);
  if (page.documentElement.scrollWidth > width) found.push(`${page.documentElement.scrollWidth - width} px too wide`);
  for (const e of page.body.querySelectorAll("*")) {
    const box = e.getBoundingClientRect();
    if (box.right > width + 0.5 || box.left < -0.5) found.push(`<${e.localName}> reaches from ${box.left} to ${box.right}`);
    const own = [...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim());
    if (!own) continue;
    const ratio = contrast(channels(view.getComputedStyle(e).color), ground(view, e));
    if (ratio < 4.5) found.push(`<${e.localName} class="${e.className}"> ${e.textContent.trim().slice(0, 30)}: contrast ${ratio.toFixed(2)}`);
    if (parseFloat(view.getComputedStyle(e).fontSize) < 13) found.push(`<${e.localName}> is set in ${view.getComputedStyle(e).fontSize}`);
    if (e.className === "act" && box.height < 40) found.push(`an answer of ${box.height} px is hard to hit`);
  }
  return found;
};

const frame = (name, width) => new Promise((done) => {
  const f = document.createElement("iframe");
  f.style.cssText = `width: ${width}px; height: 800px; border: 0`;
  f.onload = () => done(f);
  f.src = "/mail/" + name;
  document.body.append(f);
});

addEventListener("load", async () => {
  const dark = matchMedia("(prefers-color-scheme: dark)").matches;
  const looked = [];
  for (const name of document.body.dataset.mails.split(" ")) {
    for (const width of widths) {
      const f = await frame(name, width);
      const view = f.contentWindow;
      looked.push({ name, width, dark: view.matchMedia("(prefers-color-scheme: dark)").matches && dark,
        height: view.document.documentElement.scrollHeight, faults: faultsOf(view, width) });
      f.remove();
    }
  }
  await fetch("/looked", { method: "POST", body: JSON.stringify(looked) });
});
