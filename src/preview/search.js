// The search of the static pages: sections that have all the typed words; those with the words in the topic's title or the heading come first.
"use strict";

const MOST = 12;
const form = document.getElementById("search");
const input = document.getElementById("words");
const found = document.getElementById("found");

const fold = (text) => text.toLowerCase().normalize("NFD").replace(/[\u0300-\u036f]/g, "");
const split = (text) => fold(text).split(/[^\p{L}\p{N}+#]+/u).filter(Boolean);
const EMPTY = new Set("a an and any are as at be can do does for from how i if in is it me my of on or should the to what when where which who why with you".split(" "));

const sections = ENTRIES.map(([topic, heading, address, words]) => ({
  title: `${topic}: ${heading}`, address, topic: split(topic), heading: split(heading), words: words.split(" "),
}));

function rank(section, typed) {
  let score = 0;
  for (const word of typed) {
    const begins = (known) => known.startsWith(word);
    if (section.topic.some(begins)) score += 4;
    else if (section.heading.some(begins)) score += 3;
    else if (section.words.some(begins)) score += 1;
    else return 0;
  }
  return score;
}

function show() {
  const all = split(input.value);
  const telling = all.filter((word) => !EMPTY.has(word));
  const typed = telling.length > 0 ? telling : all;
  const hits = typed.length === 0 ? [] : sections
    .map((section) => ({ section, score: rank(section, typed) }))
    .filter((hit) => hit.score > 0)
    .sort((a, b) => b.score - a.score)
    .slice(0, MOST);
  found.replaceChildren(...hits.map(({ section }) => {
    const item = document.createElement("li");
    const link = document.createElement("a");
    link.href = section.address;
    link.textContent = section.title;
    item.append(link);
    return item;
  }));
  if (typed.length > 0 && hits.length === 0) {
    const item = document.createElement("li");
    item.className = "none";
    item.textContent = "No section has all of these words.";
    found.append(item);
  }
}

form.hidden = false;
form.addEventListener("submit", (event) => event.preventDefault());
input.addEventListener("input", show);
