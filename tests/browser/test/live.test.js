// The board lives: scans that phones bring appear without reload, and a server that stops and returns is noticed.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { World, browse, open, serve } from "../world.js";

let world, browser;

before(async () => {
  world = new World();
  world.phone("ridge");
  world.phone("finish");
  await world.serve();
  browser = await browse();
});

after(async () => {
  await browser?.close();
  await world?.end();
});

test("a scan that a phone brings appears without reload", async () => {
  const page = await open(browser, `${world.server.public}/`);
  await page.getByRole("link", { name: "Long course", exact: true }).first().click();
  await page.locator("body.is-live").waitFor();
  await page.evaluate(() => (window.isTheSamePage = true));
  const row = page.locator("tr", { hasText: "김철수" });
  assert.match(await row.innerText(), /Not seen yet/);
  world.seen("ridge", "117");
  await row.getByText("Ridge").waitFor();
  world.seen("finish", "117");
  await row.locator(".place", { hasText: "1" }).waitFor();
  assert.equal(await page.evaluate(() => window.isTheSamePage), true);
  // Who was not concerned stays the same element, so that nobody loses the place they are at.
  assert.deepEqual(page.faults, []);
  await page.context().close();
});

test("what somebody is at stays where it is when the page changes", async () => {
  const page = await open(browser, `${world.server.public}/`);
  await page.locator("body.is-live").waitFor();
  await page.locator("#q").fill("half a na");
  await page.getByRole("link", { name: "All of the Long course" }).focus();
  world.seen("ridge", "118");
  await page.locator(".latest", { hasText: "Lefèvre" }).waitFor();
  assert.equal(await page.locator("#q").inputValue(), "half a na");
  assert.match(await page.evaluate(() => document.activeElement.textContent), /All of the Long course/);
  await page.context().close();
});

test("a server that stops is said, and so that the page goes on when it returns", async () => {
  const page = await open(browser, `${world.server.public}/`);
  await page.locator("body.is-live").waitFor();
  const banner = page.getByRole("status");
  const { phones, public: address } = world.server;
  await world.server.stop();
  await banner.getByText("Not connected").waitFor();
  assert.equal(await page.locator("body.is-live").count(), 0);
  const at = (address) => address.replace(/^\w+:\/\//, "");
  world.server = await serve(["serve", "hq", "--phones", at(phones), "--public", at(address)], world.dir);
  await banner.waitFor({ state: "hidden" });
  world.seen("ridge", "119");
  await page.locator(".latest", { hasText: "Ødegård" }).waitFor();
  await page.context().close();
});
