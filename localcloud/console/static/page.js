// The page: what the server sends is put where it belongs; orders go back with the run's token.
"use strict";

const token = document.querySelector("meta[name=token]").content;
const byId = (id) => document.getElementById(id);
const person = () => byId("person").value;

// A cloud that was started anew does not know the page's token: the page is fetched anew too.
async function order(path, body, type = "application/json") {
  const answer = await fetch(path, { method: "POST", body, headers: { "X-Token": token, "Content-Type": type } });
  if (answer.status === 403) location.reload();
  return answer;
}

// ── what is shown ────────────────────────────────────────────────────────────────────────────────
function show(section, { order: keys, html }) {
  const list = byId(section);
  const atEnd = list.scrollHeight - list.scrollTop - list.clientHeight < 80;
  list.querySelector(".empty")?.toggleAttribute("hidden", keys.length > 0);
  const known = new Map([...list.querySelectorAll(":scope > article")].map((a) => [a.dataset.key, a]));
  let before = null;
  for (const key of keys) {
    const article = known.get(key) ?? Object.assign(document.createElement("article"), {});
    article.dataset.key = key;
    if (key in html) fill(article, html[key]);
    const next = before ? before.nextElementSibling : list.querySelector(":scope > article");
    if (next !== article) before ? before.after(article) : list.prepend(article);
    known.delete(key);
    before = article;
  }
  known.forEach((gone) => gone.remove());
  if (section === "channel" && atEnd) list.scrollTop = list.scrollHeight;
}

// What someone opened stays open, and what they are on keeps the focus.
function fill(article, html) {
  const open = new Set([...article.querySelectorAll("details[open]")].map((d) => d.dataset.key));
  const focus = article.contains(document.activeElement) && again(document.activeElement);
  article.innerHTML = html;
  article.querySelectorAll("details").forEach((d) => { d.open = open.has(d.dataset.key); });
  article.querySelectorAll("time[data-epoch]").forEach(tell);
  if (focus) article.querySelector(focus)?.focus();
}

// How an element is found again once its article was filled anew; "" where it cannot be.
function again(element) {
  const { click } = element.dataset;
  if (click) return `[data-click="${CSS.escape(click)}"]`;
  const key = element.closest("details")?.dataset.key;
  const inside = element.matches("summary") ? "summary" : element.matches("a") ? "a" : "";
  return key && inside ? `details[data-key="${CSS.escape(key)}"] ${inside}` : "";
}

function tell(time) {
  const then = new Date(Number(time.dataset.epoch) * 1000);
  time.dateTime = then.toISOString();
  time.textContent = then.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
  time.title = then.toLocaleString();
}

const feed = new EventSource("/feed");
feed.onopen = () => { byId("state").textContent = "live"; };
feed.onerror = () => { byId("state").textContent = "the cloud does not answer; trying again …"; };
feed.onmessage = (event) => {
  for (const [section, update] of Object.entries(JSON.parse(event.data))) show(section, update);
};

// ── a button of a message ────────────────────────────────────────────────────────────────────────
function asked(button) {
  const { title, asks, yes, no } = button.dataset;
  const dialog = byId("confirm");
  if (!asks) return Promise.resolve(true);
  byId("c-title").textContent = title;
  byId("c-asks").textContent = asks;
  byId("c-yes").textContent = yes || "Yes";
  byId("c-yes").className = button.className;
  byId("c-no").textContent = no || "Cancel";
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((decide) => {
    dialog.onclose = () => decide(dialog.returnValue === "yes");
  });
}
byId("c-yes").onclick = () => byId("confirm").close("yes");
byId("c-no").onclick = () => byId("confirm").close("");

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-click]");
  if (!button || !(await asked(button))) return;
  const { ts, click: action } = button.dataset;
  await order("/click", JSON.stringify({ ts, action, person: person() }));
});

// ── uploads ──────────────────────────────────────────────────────────────────────────────────────
async function upload(query, body) {
  const answer = await order(`/upload?${new URLSearchParams({ ...query, person: person() })}`, body, "application/zip");
  const { command, error } = await answer.json();
  byId("said").textContent = error ?? `$ ${command}`;
}
byId("prepared").addEventListener("click", (event) => {
  const name = event.target.dataset.upload;
  if (name) upload({ prepared: name }, "");
});
byId("file").addEventListener("change", (event) => {
  const [file] = event.target.files;
  if (file) upload({ file: file.name }, file);
  event.target.value = "";
});

byId("users").addEventListener("change", (event) => {
  order("/users", JSON.stringify({ call: event.target.checked }));
});
