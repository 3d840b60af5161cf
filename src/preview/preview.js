// The page of `internbot preview`. The server draws messages and keeps nothing; what was asked and answered is here. After each
// change of the guide, everything shown is requested again.
"use strict";

const POLL_MS = 700;
const get = (id) => document.getElementById(id);
const list = get("messages");

/** What is shown, from top to bottom: {item, request, reply, you}. */
let entries = [];
/** The version of the guide that is shown. */
let version = "";
/** Counts conversations, so that a late answer to an old one is dropped. */
let round = 0;

function element(name, properties = {}, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

async function call(path, body) {
  const response = await fetch(path, body === undefined ? {} : {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error((await response.text()).trim());
  return response.json();
}

function say(text) {
  get("status").textContent = text;
}

async function trying(work) {
  try {
    await work();
  } catch (fault) {
    say(fault instanceof TypeError ? "The preview isn't answering. Is it still running?" : fault.message);
  }
}

/* Messages. */

function addYours(text) {
  get("examples").hidden = true;
  const item = element("li", { className: "message you" },
    element("span", { className: "avatar", ariaHidden: "true", textContent: "Y" }),
    element("div", {},
      element("div", { className: "who" }, element("b", { textContent: "You" })),
      element("div", { className: "text", textContent: text })));
  list.append(item);
  entries.push({ item, you: text });
}

function draw(entry, reply) {
  entry.reply = reply;
  const content = element("div", { className: "content" });
  content.innerHTML = reply.html;
  const body = element("div", {},
    element("div", { className: "who" }, element("b", { textContent: "internbot" }), element("span", { className: "tag", textContent: "APP" })),
    content);
  if (reply.ephemeral) body.append(element("p", { className: "ephemeral-note", textContent: "Only you can see this" }));
  entry.item.className = reply.ephemeral ? "message bot ephemeral" : "message bot";
  entry.item.replaceChildren(element("span", { className: "avatar", ariaHidden: "true", textContent: "i" }), body);
}

function addReply(request, reply) {
  get("examples").hidden = true;
  const entry = { item: element("li"), request };
  entries.push(entry);
  draw(entry, reply);
  list.append(entry.item);
  explain(entry);
  entry.item.scrollIntoView({ block: "start" });
}

/** The conversation that goes on: that of the latest answer that has one. What only one person sees is no part of it. */
function conversation() {
  const answers = entries.filter(({ reply }) => reply && !reply.ephemeral && reply.conversation);
  return answers.at(-1)?.reply.conversation ?? null;
}

async function ask(text) {
  const begun = round;
  addYours(text);
  const question = list.lastElementChild;
  const request = { path: "api/reply", body: { text, conversation: conversation() } };
  const reply = await call(request.path, request.body);
  if (begun === round) {
    say("");
    addReply(request, reply);
    // Show the beginning of the answer, however long it is.
    question.scrollIntoView({ block: "start" });
  }
}

async function show(topic, section) {
  const request = { path: `api/section/${encodeURIComponent(topic)}/${encodeURIComponent(section)}` };
  say("");
  addReply(request, await call(request.path));
}

async function press(button) {
  const entry = entries.find((known) => known.item.contains(button));
  const { customId, value } = button.dataset;
  const request = { path: "api/press", body: {
    custom_id: customId, value: value ?? null, ephemeral: entry.reply.ephemeral, conversation: entry.reply.conversation,
  } };
  const reply = await call(request.path, request.body);
  say("");
  if (reply.effect === "update") {
    entry.request = request;
    draw(entry, { ...reply, why: entry.reply.why });
    explain(entry);
    // The button is gone; keyboard users continue from where it was.
    entry.item.tabIndex = -1;
    entry.item.focus({ preventScroll: true });
    entry.item.scrollIntoView({ block: "nearest" });
  } else if (reply.effect === "remove") {
    entry.item.remove();
    entries = entries.filter((known) => known !== entry);
    say("Removed.");
    get("text").focus();
  } else {
    addReply(request, reply);
  }
}

/* What stands next to the chat. */

function explain(entry) {
  const { why, limits, message } = entry.reply;
  if (why) get("why").innerHTML = why;
  else get("why").replaceChildren(element("p", { className: "hint", textContent: "This was not found by a search." }));
  get("limits").replaceChildren(...limits.map(({ what, used, most, near }) => element("li", {
    className: near ? "near" : "", textContent: `${near ? "⚠ " : ""}${what}: ${used} of ${most}`,
  })));
  get("json").textContent = JSON.stringify(message, null, 2);
}

function showProblems(problems) {
  const box = get("problems");
  box.hidden = problems.length === 0;
  box.replaceChildren();
  if (problems.length === 0) return;
  box.append(element("h2", { textContent: "The files have errors, so this is still the previous guide." }));
  for (const { place, message, fix } of problems) {
    box.append(element("p", {}, element("code", { textContent: place }), `: ${message}`, element("br"), fix));
  }
}

function topicEntry(topic) {
  const sections = topic.sections.map(({ id, heading }) => {
    const button = element("button", { type: "button", className: "plain", textContent: heading });
    button.addEventListener("click", () => trying(() => show(topic.id, id)));
    return element("li", {}, button);
  });
  // Where it is edited; the embedded guide has no files.
  if (topic.file) sections.unshift(element("li", { className: "hint", textContent: topic.file }));
  const entry = element("details", {}, element("summary", { textContent: topic.title, title: topic.summary }), element("ul", {}, ...sections));
  entry.dataset.topic = topic.id;
  entry.dataset.text = [topic.title, topic.summary, ...topic.sections.map(({ heading }) => heading)].join(" ").toLowerCase();
  return entry;
}

function filterTopics() {
  const typed = get("filter").value.toLowerCase().split(/\s+/).filter(Boolean);
  for (const group of get("topic-list").children) {
    let some = false;
    for (const topic of group.querySelectorAll("details")) {
      const fits = typed.every((word) => topic.dataset.text.includes(word));
      topic.hidden = !fits;
      some ||= fits;
    }
    group.hidden = !some;
  }
}

/** A button that asks. */
function asking(text, label) {
  const button = element("button", { type: "button", className: "plain", textContent: label });
  button.addEventListener("click", () => trying(() => ask(text)));
  return element("li", {}, button);
}

async function loadGuide() {
  const guide = await call("api/guide");
  const opened = new Set([...document.querySelectorAll("#topic-list details[open]")].map((topic) => topic.dataset.topic));
  get("name").textContent = guide.name;
  get("source").textContent = `What the bot says from ${guide.source}, as it is now. Nothing is sent to Discord.`;
  document.title = `${guide.name}: preview`;
  get("example-list").replaceChildren(...guide.examples.map((text) => asking(text, text)));
  get("topic-list").replaceChildren(...guide.categories.map(({ title, topics }) =>
    element("div", {}, element("h2", { textContent: title }), ...topics.map(topicEntry))));
  for (const topic of document.querySelectorAll("#topic-list details")) topic.open = opened.has(topic.dataset.topic);
  filterTopics();
  version = guide.version;
}

async function loadGaps() {
  const hint = (text) => element("li", { className: "hint", textContent: text });
  const { groups, fault } = await call("api/gaps").catch((fault) => ({ fault }));
  get("gaps").hidden = groups === null;
  // A fault is seen without a click.
  if (fault) get("gaps").open = true;
  const lines = fault ? [hint(`Cannot be shown: ${fault.message}`)]
    : (groups ?? []).map(({ text, count }) => asking(text, `${count} × ${text}`));
  get("gap-list").replaceChildren(...(lines.length ? lines : [hint("Nothing.")]));
}

/* The guide changed: everything that is shown is asked for again, in its order. */

async function refresh() {
  const begun = round;
  for (const entry of [...entries]) {
    if (!entry.request || begun !== round) continue;
    const reply = await call(entry.request.path, entry.request.body).catch(() => null);
    if (reply && reply.effect !== "remove" && entries.includes(entry)) {
      draw(entry, { ...reply, why: reply.why ?? entry.reply.why });
      if (entry === entries.at(-1)) explain(entry);
    }
  }
  say(`The guide has changed: everything is as it is now (${new Date().toLocaleTimeString()}).`);
}

async function follow() {
  try {
    if (!document.hidden) {
      const state = await call("api/state");
      showProblems(state.problems);
      if (state.version !== version) {
        const isFirst = version === "";
        await loadGuide();
        if (!isFirst) await refresh();
      }
      if (get("status").dataset.lost) {
        delete get("status").dataset.lost;
        say("");
      }
    }
  } catch {
    get("status").dataset.lost = "yes";
    say("The preview isn't answering. Is it still running?");
  }
  setTimeout(follow, POLL_MS);
}

/* What the page can be told: in its address, and by its switches. */

function setTheme(theme) {
  document.documentElement.dataset.theme = theme;
  get("theme").textContent = theme === "dark" ? "Light" : "Dark";
}

function setPhone(isPhone) {
  get("frame").classList.toggle("phone", isPhone);
  get("phone").setAttribute("aria-pressed", String(isPhone));
}

function startAfresh() {
  round += 1;
  entries = [];
  list.replaceChildren();
  get("examples").hidden = false;
  say("");
  get("text").focus();
}

list.addEventListener("click", (event) => {
  const button = event.target.closest("[data-custom-id]");
  if (button) trying(() => press(button));
});
document.addEventListener("keydown", (event) => {
  const menu = event.key === "Escape" && event.target.closest?.(".menu[open]");
  if (menu) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});
get("ask").addEventListener("submit", (event) => {
  event.preventDefault();
  const text = get("text").value.trim();
  get("text").value = "";
  if (text) trying(() => ask(text));
});
get("theme").addEventListener("click", () => setTheme(document.documentElement.dataset.theme === "dark" ? "light" : "dark"));
get("phone").addEventListener("click", () => setPhone(!get("frame").classList.contains("phone")));
get("fresh").addEventListener("click", startAfresh);
get("filter").addEventListener("input", filterTopics);

async function start() {
  const told = new URLSearchParams(location.search);
  setTheme(told.get("theme") ?? (matchMedia("(prefers-color-scheme: light)").matches ? "light" : "dark"));
  setPhone(told.get("width") === "phone");
  if (matchMedia("(max-width: 999px)").matches) get("topics").open = false;
  await follow();
  await trying(async () => {
    for (const text of told.getAll("ask")) await ask(text);
    for (const place of told.getAll("show")) await show(...place.split("/"));
  });
  // The gaps are in a store, which may take its time.
  await loadGaps();
  document.documentElement.dataset.ready = "yes";
}

start();
