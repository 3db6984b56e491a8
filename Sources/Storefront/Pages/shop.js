// Makes a page smoother; every page works without it.
"use strict";

// Live stock of a book's page, while it is looked at.
const book = document.querySelector("[data-stock]");
if (book) {
  const words = book.querySelector("[data-words]");
  const price = book.querySelector("[data-price]");
  const button = book.querySelector(".buy button");
  const refresh = async () => {
    if (document.hidden || !words) return;
    try {
      const answer = await fetch(book.dataset.stock, { headers: { accept: "application/json" } });
      if (!answer.ok) return;
      const now = await answer.json();
      // Written only when it changed, so that a screen reader speaks only then.
      if (words.textContent !== now.words) words.textContent = now.words;
      if (price.textContent !== now.price) price.textContent = now.price;
      words.className = now.tone;
      button.disabled = now.isSoldOut;
      button.textContent = now.button;
    } catch { /* The next round asks again. */ }
  };
  setInterval(refresh, 5000);
  addEventListener("pageshow", (event) => { if (event.persisted) refresh(); });
  document.addEventListener("visibilitychange", refresh);
}

// A second press of a button that was pressed already is not sent; the server would not mind it either.
for (const form of document.querySelectorAll("form[method=post]")) {
  let isSent = false;
  form.addEventListener("submit", (event) => {
    if (isSent) event.preventDefault();
    isSent = true;
  });
  addEventListener("pageshow", () => { isSent = false; });
}

// The desk's list of servers, kept current.
const tiers = document.querySelector("[data-tiers]");
if (tiers) {
  const state = (tier) => `${tier.words} ${tier.tier}`;
  const line = (tier) => {
    const item = document.createElement("li");
    item.dataset.state = state(tier);
    const words = document.createElement("span");
    const millis = document.createElement("span");
    words.className = tier.tone;
    words.textContent = tier.words;
    millis.className = "soft small";
    millis.textContent = tier.millis;
    item.append(words, ` ${tier.tier} `, millis);
    return item;
  };
  setInterval(async () => {
    if (document.hidden) return;
    try {
      const answer = await fetch(tiers.dataset.tiers);
      if (!answer.ok) return;
      const now = await answer.json();
      const shown = [...tiers.children].map((item) => item.dataset.state).join();
      // Spoken and drawn anew only when a server's state changed.
      if (now.map(state).join() !== shown) tiers.replaceChildren(...now.map(line));
    } catch { /* The next round asks again. */ }
  }, 5000);
}
