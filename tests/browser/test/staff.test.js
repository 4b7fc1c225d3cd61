// Those who work at headquarters: what they settle in a browser arrives on the phones, and all of it goes by keyboard.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { DESKTOP, PHONE, World, barriers, browse, open } from "../world.js";


let world, browser, page, home;

before(async () => {
  world = new World();
  world.phone("ridge");
  world.phone("finish");
  // The address is known when the server has begun; only what follows it is needed.
  const link = world.run("sign-in", "hq", "--url", "http://headquarters", "--role", "director").match(/http:\S+/)[0];
  await world.serve();
  world.seen("ridge", "117", "118");
  browser = await browse();
  page = await open(browser, link.replace("http://headquarters", world.server.staff));
  await page.getByLabel("Your name").fill("Ann at headquarters");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { level: 1 }).waitFor();
  home = page.url();
});

after(async () => {
  await browser?.close();
  await world?.end();
});

// Pages of forms are not changed under anybody's hands: they are asked for until they show it.
async function shown(path, what) {
  for (let n = 0; n < 100; n += 1) {
    await page.goto(home + path);
    if (await what.count()) return;
  }
  assert.fail(`${path}: ${await page.locator("main").innerText()}`);
}

test("the link leaves nothing in the address, and the page says who works here", async () => {
  assert.match(home, /\/hq\/[^/#]+$/);
  assert.match(await page.locator("body").innerText(), /Ann at headquarters/);
  assert.deepEqual(page.faults, []);
});

test("who is missing, and why, is two clicks away", async () => {
  const out = page.locator("main").getByRole("link", { name: "on course" });
  await shown("", out);
  await out.click();
  await page.locator("main").getByRole("link", { name: /118/ }).first().click();
  await page.getByText("Lefèvre-Petit").first().waitFor();
  assert.match(await page.locator("main").innerText(), /Ridge/);
});

test("thirty bibs by keyboard alone, each with its fate", async () => {
  await page.goto(`${home}/entry`);
  const line = page.getByLabel("Line", { exact: true });
  await page.getByLabel("Checkpoint").selectOption("finish");
  for (let bib = 301; bib <= 330; bib += 1) {
    // The field has the focus by itself, before and after each line.
    await line.and(page.locator(":focus")).waitFor();
    await page.keyboard.type(String(bib));
    await page.keyboard.press("Enter");
    await page.locator(".fate.taken", { hasText: String(bib) }).waitFor();
  }
  assert.equal(await page.getByLabel("Checkpoint").inputValue(), "finish");
  await page.keyboard.type("119 9:15 maybe");
  await page.keyboard.press("Enter");
  await page.locator(".fate").waitFor();
  world.run("sync", "finish", world.server.phones);
  const held = world.run("log", "finish");
  for (let bib = 301; bib <= 330; bib += 1) assert.ok(held.includes(String(bib)), `${bib}: ${held}`);
});

test("a conflict settled here arrives on the phone", async () => {
  world.run("status", "ridge", "119", "dnf", "--checkpoint", "ridge", "--reason", "said by a friend");
  world.run("status", "finish", "119", "dnf", "--checkpoint", "finish", "--reason", "was seen there");
  world.run("sync", "ridge", world.server.phones);
  world.run("sync", "finish", world.server.phones);
  const contended = page.locator("section.card", { hasText: "119" });
  await shown("/conflicts", contended);
  const right = contended.locator("form", { hasText: "ridge" });
  await right.getByLabel("Why").fill("the ridge called");
  await right.getByRole("button", { name: "This is right" }).click();
  await page.getByRole("status").first().waitFor();
  world.run("sync", "finish", world.server.phones);
  assert.match(world.run("runner", "finish", "119"), /ridge/i);
  assert.doesNotMatch(world.run("conflicts", "finish"), /119/);
});

test("a checkpoint is closed in agreement with its captain", async () => {
  await page.goto(`${home}/station/ridge`);
  await page.getByRole("button", { name: "Headquarters asks" }).click();
  await page.getByText("It is said.").waitFor();
  world.run("sync", "ridge", world.server.phones);
  const asked = world.run("close", "ridge", "ridge");
  const code = asked.match(/--answer (\w+)/)[1];
  world.run("close", "ridge", "ridge", "--answer", code);
  world.run("sync", "ridge", world.server.phones);
  const release = page.getByRole("button", { name: "Let the station go" });
  await shown("/station/ridge", page.getByText("agreed", { exact: false }));
  await page.getByLabel("Reason").fill("all is said");
  await release.click();
  await page.getByText("It is said.").waitFor();
  world.run("sync", "ridge", world.server.phones);
  assert.match(world.run("close", "ridge", "ridge"), /released|closed/i);
});

for (const colorScheme of ["light", "dark"]) {
  for (const [device, viewport] of [["phone", PHONE], ["desk", DESKTOP]]) {
    test(`axe finds nothing serious on staff pages, ${device}, ${colorScheme}`, async () => {
      await page.setViewportSize(viewport);
      await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      for (const path of ["", "/stations", "/station/ridge", "/entry", "/review", "/conflicts", "/devices", "/files",
        "/chart", "/runner/118"]) {
        await page.goto(home + path);
        assert.deepEqual(await barriers(page), [], `${path}, ${colorScheme}`);
      }
    });
  }
}
