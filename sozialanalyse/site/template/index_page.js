(() => {
  const panel = document.getElementById("suche");
  const field = document.getElementById("suchfeld");
  const hits = document.getElementById("treffer");
  const items = [...document.querySelectorAll("[data-name]")];
  const groups = [...document.querySelectorAll(".sa-areas details")];
  const plain = (text) => text.toLocaleLowerCase("de").normalize("NFC").trim();
  const names = new Map(items.map((item) => [item, plain(item.dataset.name)]));
  const filter = () => {
    const wanted = plain(field.value);
    const found = items.filter((item) => names.get(item).includes(wanted));
    const shown = new Set(found);
    for (const item of found) {
      for (let above = item.parentElement.closest("li"); above; above = above.parentElement.closest("li")) shown.add(above);
    }
    for (const item of items) item.hidden = !shown.has(item);
    for (const group of groups) group.open = wanted !== "" && group.querySelector("li:not([hidden])") !== null;
    hits.value = wanted === "" ? "" : found.length === 1 ? "1 Treffer" : found.length === 0 ? "Kein Treffer" : `${found.length} Treffer`;
  };
  field.addEventListener("input", filter);
  panel.hidden = false;
})();
