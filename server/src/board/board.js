// Keeps a page up to date: hears from the stream that the race went on, fetches what the page shows, and changes only
// what differs. Without this file every page reads just as well; it is as old as when it was loaded.
"use strict";

const PAUSE_MS = 1500;
const AGAIN_MS = 10000;

const live = document.getElementById("live");
const banner = document.getElementById("connection");
const freshness = document.getElementById("freshness");
const { events, asOf, timeZone, held } = document.body.dataset;

let shownAt = Number(asOf) || Date.now();
let shownText = "";
let isBusy = false;
let isOld = false;
let source = null;
// Where every line bears a button that decides something, nothing moves under a hand: the page says that there is news.
let hasNews = false;
let told = "";

const clock = new Intl.DateTimeFormat("en-GB", { timeStyle: "medium", timeZone: timeZone || "UTC" });

function later(least, most, what) {
  setTimeout(what, least + Math.random() * (most - least));
}

function tell(isConnected) {
  document.body.classList.toggle("is-live", isConnected);
  const when = clock.format(shownAt);
  if (freshness) freshness.textContent = isConnected ? `Live, as of ${when}` : `As of ${when}`;
  const what = !isConnected ? "lost" : hasNews ? "news" : "";
  // Said once: it is read aloud.
  if (what === told) return;
  told = what;
  banner.hidden = what === "";
  banner.textContent = "";
  if (what === "lost") {
    banner.textContent = `Not connected. You see the race as of ${when}. It goes on by itself as soon as there is a connection.`;
  } else if (what === "news") {
    const again = document.createElement("a");
    again.href = location.href;
    again.textContent = "Show it";
    banner.append("There is news on this page. ", again);
  }
}

// Whoever writes is not disturbed: what they look at changes when they have left the field.
function isWriting() {
  const at = document.activeElement;
  return at !== null && live.contains(at) && at.matches("input, select, textarea");
}

// A field keeps what was typed into it, so it must not become another.
function isSameField(node, other) {
  return node.nodeType !== Node.ELEMENT_NODE || node.getAttribute("name") === other.getAttribute("name");
}

// Brings `old` to what `fresh` is. What has an id stays the same element wherever it moves, so that nobody loses the
// place they are at.
function renew(old, fresh) {
  for (const { name } of [...old.attributes]) {
    if (!fresh.hasAttribute(name)) old.removeAttribute(name);
  }
  for (const { name, value } of fresh.attributes) {
    if (old.getAttribute(name) !== value) old.setAttribute(name, value);
  }
  const known = new Map([...old.children].filter((child) => child.id).map((child) => [child.id, child]));
  let at = old.firstChild;
  for (const node of [...fresh.childNodes]) {
    const fits = at && !at.id && at.nodeName === node.nodeName && isSameField(at, node);
    const same = node.id ? known.get(node.id) : fits ? at : null;
    if (!same) {
      const added = old.insertBefore(document.importNode(node, true), at);
      if (added.id) added.classList.add("changed");
      continue;
    }
    if (same === at) at = at.nextSibling;
    else old.insertBefore(same, at);
    if (same.nodeType !== Node.ELEMENT_NODE) {
      if (same.nodeValue !== node.nodeValue) same.nodeValue = node.nodeValue;
    } else if (!same.isEqualNode(node)) {
      const isNew = same.id && same.textContent !== node.textContent;
      renew(same, node);
      if (isNew) same.classList.add("changed");
    }
  }
  while (at) {
    const next = at.nextSibling;
    at.remove();
    at = next;
  }
}

async function fetchLive() {
  const address = new URL(location.href);
  address.searchParams.set("part", "live");
  const answer = await fetch(address, { credentials: "same-origin" });
  if (!answer.ok) throw new Error(`status ${answer.status}`);
  const text = await answer.text();
  if (text === shownText) return;
  shownText = text;
  const fresh = new DOMParser().parseFromString(`<div id="live">${text}</div>`, "text/html").getElementById("live");
  if (held !== undefined) hasNews ||= fresh.innerHTML !== live.innerHTML;
  else renew(live, fresh);
}

async function refresh() {
  if (isBusy || document.hidden || isWriting()) {
    isOld = true;
    return;
  }
  isBusy = true;
  isOld = false;
  try {
    await fetchLive();
    tell(true);
  } catch {
    tell(false);
  }
  // Whatever comes meanwhile is fetched together, and not by all who look at the same moment.
  later(PAUSE_MS, 2 * PAUSE_MS, () => {
    isBusy = false;
    if (isOld) refresh();
  });
}

function listen() {
  source = new EventSource(events);
  source.addEventListener("picture", (event) => {
    shownAt = JSON.parse(event.data).as_of_ms;
    tell(true);
    refresh();
  });
  source.onerror = () => {
    // The browser tries again by itself, unless the server has no room for a stream: then the page asks now and then.
    if (source.readyState !== EventSource.CLOSED) {
      tell(false);
      return;
    }
    refresh();
    later(AGAIN_MS, 2 * AGAIN_MS, listen);
  };
}

live.addEventListener("animationend", (event) => event.target.classList.remove("changed"));

// On a narrow screen the sections may be wider than it: the one where people are is to be seen.
document.querySelector("header.site nav [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });

if (events) {
  listen();
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden && isOld) refresh();
  });
  live.addEventListener("focusout", () => setTimeout(() => isOld && refresh()));
  addEventListener("offline", () => tell(false));
  addEventListener("pagehide", () => source.close());
  addEventListener("pageshow", (event) => event.persisted && listen());
}
