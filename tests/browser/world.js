// A race in a folder that goes afterwards, its headquarters in a process of its own, phones that join and sync, and a
// browser. Everything goes through the command, as people use it.

import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { chromium } from "playwright-core";

export const BIBTRAIL = resolve(process.env.BIBTRAIL ?? "../../target/debug/bibtrail");
const CHROMIUM = process.env.CHROMIUM ?? "/usr/bin/chromium";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

export const PHONE = { width: 390, height: 844 };
export const DESKTOP = { width: 1280, height: 900 };

// Runners whose names want to be more than names.
export const HOSTILE = {
  201: `<img src=x onerror="window.hacked=1"><script>window.hacked=1</script>`,
  202: "يوسف الجبلي‮ 123",
  203: "👩🏽‍🦽🏃‍♂️ Zoë 🇰🇵",
  204: "Wolfeschlegelsteinhausenbergerdorff".repeat(6).slice(0, 200),
  205: `"><svg/onload=window.hacked=1> ' & {{7*7}} \${7*7}`,
};

const ENTRANTS = [
  ["117", "김철수", "M", "M18-39", "PRK", "은하수대학"],
  ["118", "Éloïse Lefèvre-Petit", "F", "F40-49", "FRA", "Blue Heron Group"],
  ["119", "Øystein Ødegård", "M", "M40-49", "NOR", "Blue Heron Group"],
  ...Object.entries(HOSTILE).map(([bib, name]) => [bib, name, "X", "<b>Open</b>", "MAR", "Tom & Jerry's <i>group</i>"]),
];

function cell(text) {
  return `"${text.replaceAll('"', '""')}"`;
}

function raceFile() {
  const gun = new Date(Date.now() - 3600_000).toISOString().replace(/\.\d+Z/, "Z");
  const place = (key, name) => `[[checkpoint]]\nkey = "${key}"\nname = "${name}"\n`;
  return `name = "Spring <Race> & Friends"\nstart = "${gun}"\ntime_zone = "Europe/Berlin"\n[names]\nko = "봄 경기"\n
${place("start", "Old Mill, start")}${place("ridge", 'Ridge \\"hut\\" <1,200 m>')}${place("finish", "Town square")}
[[course]]\nkey = "long"\nname = "Long course"\nvisits = [ { at = "start", distance_m = 0 }, { at = "ridge", distance_m = 11300 },
{ at = "finish", distance_m = 24800 } ]\n`;
}

export class World {
  constructor() {
    this.dir = mkdtempSync(join(tmpdir(), "bibtrail-browser-"));
    writeFileSync(join(this.dir, "race.toml"), raceFile());
    const lines = [["bib", "name", "gender", "category", "nation", "team"], ...ENTRANTS];
    writeFileSync(join(this.dir, "entrants.csv"), lines.map((line) => line.map(cell).join(",")).join("\n") + "\n");
    this.run("race", "new", "hq", "--file", "race.toml", "--entrants", "entrants.csv");
  }

  run(...args) {
    const done = spawnSync(BIBTRAIL, args, { cwd: this.dir, encoding: "utf8" });
    if (done.error || done.status !== 0) {
      throw new Error(`bibtrail ${args.join(" ")}: ${done.error ?? done.stderr + done.stdout}`);
    }
    return done.stdout;
  }

  // A phone at a checkpoint, which joined by a ticket.
  phone(checkpoint) {
    const link = this.run("ticket", "hq", "--checkpoint", checkpoint, "--role", "captain").match(/bibtrail:\S+/)[0];
    this.run("join", link, checkpoint, "--name", `Phone at ${checkpoint}`);
  }

  // Records bibs on a phone, and brings them to headquarters.
  seen(checkpoint, ...bibs) {
    this.run("scan", checkpoint, ...bibs);
    this.run("sync", checkpoint, this.server.phones);
  }

  async serve(more = []) {
    this.server = await serve(["serve", "hq", "--picture-min-ms", "100", ...more], this.dir);
    return this.server;
  }

  async end() {
    await this.server?.stop();
    rmSync(this.dir, { recursive: true, force: true });
  }
}

// Headquarters, or the demo, on free ports unless others are given.
export async function serve(args, cwd = undefined) {
  const given = (name) => args.includes(name);
  const free = ["--phones", "--public", "--staff"].filter((name) => !given(name));
  const child = spawn(BIBTRAIL, [...args, ...free.flatMap((name) => [name, "127.0.0.1:0"])], { cwd });
  const server = { child, errors: "" };
  child.stderr.on("data", (data) => (server.errors += data));
  const ended = new Promise((resolve) => child.once("exit", resolve));
  const lines = createInterface({ input: child.stdout });
  await new Promise((begun, failed) => {
    ended.then((code) => failed(new Error(`it ended with ${code}: ${server.errors}`)));
    lines.on("line", (line) => {
      const phones = line.match(/listens on port (\d+)/);
      if (phones) server.phones = `127.0.0.1:${phones[1]}`;
      const side = line.match(/^(public|staff): (http:\S+)/);
      if (side) server[side[1]] = side[2];
      server.work ??= line.match(/^to work there as the director: (\S+)/)?.[1];
      if (server.public && server.staff && (server.work || !given("--demo"))) begun();
    });
  });
  server.stop = async () => {
    child.kill("SIGTERM");
    return ended;
  };
  return server;
}

export function browse() {
  return chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox", "--disable-dev-shm-usage"] });
}

// A page that notes what goes wrong on it.
export async function open(browser, address, options = {}) {
  const context = await browser.newContext({ viewport: DESKTOP, ...options });
  const page = await context.newPage();
  page.faults = [];
  page.on("console", (message) => message.type() === "error" && page.faults.push(message.text()));
  page.on("pageerror", (error) => page.faults.push(String(error)));
  page.on("dialog", (dialog) => page.faults.push(`a dialog: ${dialog.message()}`));
  await page.goto(address);
  return page;
}

// What is hard or impossible to use on a page, as axe finds it. What axe needs is given to it by the debugger: the page's
// own policy lets no other script in.
export async function barriers(page) {
  const found = await page.evaluate(`${AXE}; axe.run()`);
  if (found.passes.length <= 10) throw new Error("axe did not look");
  const serious = found.violations.filter((one) => ["serious", "critical"].includes(one.impact));
  return serious.map((one) => `${one.id}: ${one.nodes.map((node) => node.html.slice(0, 120)).join(" | ")}`);
}
