(() => {
  const panel = document.getElementById("suche");
  const field = document.getElementById("suchfeld");
  const hits = document.getElementById("treffer");
  const items = [...document.querySelectorAll("[data-name]")];
  const sections = [...document.querySelectorAll("[data-title]")];
  const groups = [...document.querySelectorAll(".sa-areas details")];
  const plain = (text) => text.toLocaleLowerCase("de").normalize("NFC").trim();
  // Whoever looks for an analysis gets all its pages; whoever looks for an area, the pages on it.
  const names = new Map(items.map((item) => [item, plain(`${item.dataset.name} ${item.closest("[data-title]").dataset.title}`)]));
  const filter = () => {
    const wanted = plain(field.value);
    const words = wanted.split(/\s+/);
    const found = items.filter((item) => words.every((word) => names.get(item).includes(word)));
    const pages = found.filter((item) => item.querySelector(":scope > a, :scope > .sa-failed")).length;
    const shown = new Set(found);
    for (const item of found) {
      for (let above = item.parentElement.closest("li"); above; above = above.parentElement.closest("li")) shown.add(above);
    }
    for (const item of items) item.hidden = !shown.has(item);
    for (const section of sections) section.hidden = section.querySelector("[data-name]:not([hidden])") === null;
    for (const group of groups) group.open = wanted !== "" && group.querySelector("li:not([hidden])") !== null;
    hits.value = wanted === "" ? "" : pages === 1 ? "1 Treffer" : pages === 0 ? "Kein Treffer" : `${pages} Treffer`;
  };
  field.addEventListener("input", filter);
  panel.hidden = false;
})();
