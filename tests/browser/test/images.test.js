// Pictures of the demo's pages, phone and desk, light and dark. They are kept only when asked for (IMAGES), and looked at
// by people; that they can be made, and show something, is tested each time.

import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { DESKTOP, PHONE, browse, open, serve } from "../world.js";

const KEPT = process.env.IMAGES;

let server, browser, base, runner, session;

before(async () => {
  server = await serve(["serve", "--demo", "--log", "info"]);
  browser = await browse();
  const desk = await open(browser, server.work);
  await desk.getByLabel("Your name").fill("Ri Ok-byol");
  await desk.keyboard.press("Enter");
  await desk.waitForURL(/\/hq\//);
  session = { home: desk.url(), cookies: await desk.context().cookies() };
  await desk.context().close();
  base = (await fetch(`${server.public}/`)).url;
  const api = base.replace("/r/", "/api/v1/races/");
  // The phones of the demo bring what happened until now; then there is much to see.
  const results = async () => (await fetch(`${api}/results`)).json();
  const count = (all, course, is) => all.find((one) => one.course === course).lines.filter(is).length;
  const isFull = (all) =>
    count(all, "marathon", (line) => line.last?.at >= 4) > 100 && count(all, "10k", (line) => line.places) > 100;
  let all = await results();
  const events = await fetch(`${api}/events`);
  for await (const _ of events.body) {
    all = await results();
    if (isFull(all)) break;
  }
  runner = all.find((one) => one.course === "marathon").lines.find((line) => line.nation === "ROU" && line.division === "women").bib;
});

after(async () => {
  await browser?.close();
  await server?.stop();
});

const pages = () => [
  ["overview", ""],
  ["course", "/course/10k"],
  ["runner", `/runner?bib=${runner}`],
  ["group", "/group?name=Blue%20Heron%20Group"],
  ["search", "/search?q=cheolsu"],
  ["staff-watch", ""],
  ["staff-stations", "/stations"],
  ["staff-entry", "/entry"],
  ["staff-review", "/review"],
  ["staff-devices", "/devices"],
];

for (const [device, viewport] of [["phone", PHONE], ["desk", DESKTOP]]) {
  for (const colorScheme of ["light", "dark"]) {
    test(`pages of the demo, ${device}, ${colorScheme}`, async () => {
      for (const [name, path] of pages()) {
        const isStaff = name.startsWith("staff");
        const storageState = { cookies: isStaff ? session.cookies : [], origins: [] };
        const address = (isStaff ? session.home : base) + path;
        const page = await open(browser, address, { viewport, colorScheme, reducedMotion: "reduce", storageState });
        await page.locator(isStaff ? "h1" : "body.is-live").first().waitFor();
        await page.evaluate(() => Promise.all([...document.images].map((image) => ((image.loading = "eager"), image.decode()))));
        const height = await page.evaluate(() => document.documentElement.scrollHeight);
        const clip = { x: 0, y: 0, width: viewport.width, height: Math.min(height, viewport.height * (path ? 2 : 1.4)) };
        const picture = await page.screenshot({ fullPage: true, clip });
        assert.ok(picture.length > 10_000, `${name}: ${picture.length} bytes`);
        assert.deepEqual(page.faults, []);
        if (KEPT) {
          mkdirSync(KEPT, { recursive: true });
          writeFileSync(join(KEPT, `${name}-${device}-${colorScheme}.png`), picture);
        }
        await page.context().close();
      }
    });
  }
}

test("the log of the whole demo names nobody", async () => {
  const races = await (await fetch(base.replace("/r/", "/api/v1/races/") + "/results")).json();
  const lines = races.flatMap((course) => course.lines);
  assert.ok(lines.length > 900 && server.errors.split("\n").length > 10, server.errors);
  const names = [...lines.map((line) => line.name), "Ri Ok-byol", ...session.cookies.map((cookie) => cookie.value)];
  assert.ok(names.every((name) => typeof name === "string" && name.length > 1), "every runner has a name");
  assert.deepEqual(names.filter((name) => server.errors.includes(name)), []);
});
