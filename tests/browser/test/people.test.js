// Everybody is found, and every name is only a name.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { HOSTILE, PHONE, World, browse, open } from "../world.js";

let world, browser, base;

before(async () => {
  world = new World();
  world.phone("ridge");
  await world.serve();
  world.seen("ridge", ...Object.keys(HOSTILE), "118");
  browser = await browse();
  base = (await (await fetch(`${world.server.public}/`)).url);
});

after(async () => {
  await browser?.close();
  await world?.end();
});

test("people are found by bib, by name, and by what a name is in Latin letters", async () => {
  const page = await open(browser, base);
  for (const [query, name] of [["117", "김철수"], ["eloise", "Éloïse Lefèvre-Petit"], ["cheolsu", "김철수"], ["ødeg", "Øystein Ødegård"]]) {
    await page.getByRole("searchbox").fill(query);
    await page.keyboard.press("Enter");
    await page.locator("main li", { hasText: name }).waitFor();
    assert.equal(await page.locator("main li").count(), 1, query);
  }
  await page.getByRole("searchbox").fill("nobody at all");
  await page.getByRole("button", { name: "Search" }).click();
  await page.getByText("Nobody is entered as").waitFor();
  await page.getByRole("searchbox").fill("118");
  await page.keyboard.press("Enter");
  await page.getByRole("link", { name: "Éloïse Lefèvre-Petit" }).click();
  await page.getByRole("heading", { name: "Éloïse Lefèvre-Petit" }).waitFor();
  assert.deepEqual(page.faults, []);
  await page.context().close();
});

for (const [bib, name] of Object.entries(HOSTILE)) {
  test(`the name of ${bib} is a name, on every page and on a phone`, async () => {
    const page = await open(browser, base, { viewport: PHONE });
    const pages = ["", "/course/long", `/runner?bib=${bib}`, `/search?q=${bib}`, "/groups", "/course/long?category=%3Cb%3EOpen%3C%2Fb%3E"];
    for (const path of pages) {
      await page.goto(base + path);
      await page.locator("body.is-live").waitFor();
      const found = await page.evaluate(() => ({
        hacked: window.hacked,
        scripts: document.querySelectorAll("main script, main img[src='x'], main b, main i, main svg[onload]").length,
        wider: document.documentElement.scrollWidth - document.documentElement.clientWidth,
      }));
      assert.deepEqual(found, { hacked: undefined, scripts: 0, wider: 0 }, path);
    }
    await page.goto(`${base}/runner?bib=${bib}`);
    assert.equal(await page.locator("main h1").textContent(), name);
    await page.getByRole("link", { name: "Tom & Jerry's <i>group</i>" }).click();
    assert.equal(await page.locator("main h1").textContent(), "Tom & Jerry's <i>group</i>");
    assert.deepEqual(page.faults, []);
    await page.context().close();
  });
}

test("every page reads without scripts", async () => {
  const page = await open(browser, base, { javaScriptEnabled: false });
  for (const [path, text] of [["", "Provisional"], ["/course/long", "Éloïse"], ["/runner?bib=118", "Last seen"], ["/groups", "Blue Heron"]]) {
    await page.goto(base + path);
    assert.match(await page.locator("main").innerText(), new RegExp(text), path);
    assert.match(await page.locator("footer").innerText(), /As of \d\d:\d\d:\d\d UTC/);
  }
  await page.context().close();
});
