// Makes a page smoother; every page works without it.
"use strict";

// How long a form that was sent is held: longer than a page mostly takes to come, and short enough for whoever has
// stopped it to try again. The server does not mind a second press either: a form's key is good for one purchase.
const heldMillisMax = 4000;

// The button of a form, which says what it is doing while the form is on its way.
class FormButton {
  constructor(form) {
    this.form = form;
    this.button = form.querySelector("button[type=submit]");
    this.label = this.button.textContent;
    this.wasSent = false;
    this.timer = null;
    // A button's new words are read out only where the reader happens to be: this is read out anyway.
    this.voice = document.createElement("span");
    this.voice.className = "unseen";
    this.voice.setAttribute("role", "status");
    this.button.after(this.voice);
    form.addEventListener("submit", (event) => {
      if (this.timer !== null) event.preventDefault();
      else this.hold(event.submitter);
    });
    for (const name of ["pageshow", "pagehide", "error"]) addEventListener(name, () => this.release());
  }

  hold(pressed) {
    this.wasSent = true;
    if (pressed && pressed !== this.button) {
      this.button = pressed;
      this.label = pressed.textContent;
    }
    this.timer = setTimeout(() => this.release(), heldMillisMax);
    const words = this.button.dataset.busy ?? "Sending …";
    this.button.textContent = words;
    this.voice.textContent = words;
    // Not disabled, which would take the focus away.
    this.button.setAttribute("aria-disabled", "true");
  }

  release() {
    if (this.timer === null) return;
    clearTimeout(this.timer);
    this.timer = null;
    this.button.textContent = this.label;
    this.voice.textContent = "";
    this.button.removeAttribute("aria-disabled");
  }

  // What the button says when it is not held.
  say(label) {
    this.label = label;
    if (this.timer === null && this.button.textContent !== label) this.button.textContent = label;
  }
}

const formButtons = new Map();
for (const form of document.querySelectorAll("form[method=post]")) {
  if (form.querySelector("button[type=submit]")) formButtons.set(form, new FormButton(form));
}

// Live stock of a book's page, while it is looked at.
const book = document.querySelector("[data-stock]");
if (book) {
  const words = book.querySelector("[data-words]");
  const price = book.querySelector("[data-price]");
  const limit = book.querySelector("[data-cost]");
  const buying = formButtons.get(book.querySelector(".buy"));
  let shown = limit.value;
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
      // A price that has just risen may not have been seen yet: until the next round the form allows the one that
      // was shown before.
      limit.value = Number(shown) < Number(now.cost) ? shown : now.cost;
      shown = now.cost;
      // Who has pressed, and stopped the answer, may own the last copy: the button leads to the receipt.
      buying.button.disabled = now.isSoldOut && !buying.wasSent;
      buying.say(now.isSoldOut && buying.wasSent ? "Ask again" : now.button);
    } catch { /* The next round asks again. */ }
  };
  setInterval(refresh, 5000);
  addEventListener("pageshow", (event) => { if (event.persisted) refresh(); });
  document.addEventListener("visibilitychange", refresh);
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

// What was typed at the desk and not sent is asked about before its page is left.
let isLeaving = false;
addEventListener("submit", (event) => {
  if (!event.target.matches("[data-keep]")) return;
  isLeaving = true;
  // The question belongs to the moment in which the page is left; a form that does not arrive stays unsent.
  setTimeout(() => { isLeaving = false; }, 1000);
});
for (const link of document.querySelectorAll("[data-leave]")) link.addEventListener("click", () => { isLeaving = true; });
for (const form of document.querySelectorAll("form[data-keep]")) {
  const isTyped = (field) => field.value !== (form.dataset.keep === "filled" ? "" : field.defaultValue);
  addEventListener("beforeunload", (event) => {
    if (!isLeaving && [...form.querySelectorAll("input[type=text], textarea")].some(isTyped)) event.preventDefault();
  });
}

// An image that is chosen as a cover is made as small as pages show it: whoever looks at a list of books would
// otherwise load photographs. The browser can read images, and does so where they can do no harm; the store cannot.
const jpegQuality = 0.85;

async function smaller(file, [width, height]) {
  const picture = await createImageBitmap(file);
  const scale = Math.max(width / picture.width, height / picture.height);
  if (scale >= 1) return null;
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(picture.width * scale);
  canvas.height = Math.round(picture.height * scale);
  const pen = canvas.getContext("2d");
  pen.imageSmoothingQuality = "high";
  // A JPEG has nothing that shines through.
  pen.fillStyle = "#fff";
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.drawImage(picture, 0, 0, canvas.width, canvas.height);
  const image = await new Promise((done) => canvas.toBlob(done, "image/jpeg", jpegQuality));
  if (!image || image.size >= file.size) return null;
  return { file: new File([image], "cover.jpg", { type: image.type }), sides: `${canvas.width} × ${canvas.height}` };
}

const chooser = document.querySelector("input[data-sides]");
chooser?.addEventListener("change", async () => {
  const [file] = chooser.files;
  if (!file) return;
  try {
    const made = await smaller(file, chooser.dataset.sides.split("x").map(Number));
    // Another one may have been chosen meanwhile.
    if (!made || chooser.files[0] !== file) return;
    const held = new DataTransfer();
    held.items.add(made.file);
    chooser.files = held.files;
    const words = `Made smaller: ${made.sides} pixels, ${Math.ceil(made.file.size / 1024)} KB.`;
    document.getElementById(chooser.getAttribute("aria-describedby")).textContent = words;
  } catch { /* What the browser cannot read is sent as it is, and the store says what it is. */ }
});
