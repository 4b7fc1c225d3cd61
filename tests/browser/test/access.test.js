// Everybody can use it: by keyboard, by screen reader, in light and dark, on a phone and on a desk.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { DESKTOP, PHONE, World, barriers, browse, open } from "../world.js";

const PAGES = ["", "/course/long", "/course/long?division=women", "/runner?bib=117", "/runner?bib=118", "/groups",
  "/group?name=Blue%20Heron%20Group", "/search?q=1", "/search?q=nobody", "/runner?bib=999"];

let world, browser, base;

before(async () => {
  world = new World();
  world.phone("ridge");
  world.phone("finish");
  await world.serve();
  world.seen("ridge", "117", "118", "201");
  world.seen("finish", "117");
  browser = await browse();
  base = (await fetch(`${world.server.public}/`)).url;
});

after(async () => {
  await browser?.close();
  await world?.end();
});

for (const colorScheme of ["light", "dark"]) {
  for (const [device, viewport] of [["phone", PHONE], ["desk", DESKTOP]]) {
    test(`axe finds nothing serious on a ${device}, ${colorScheme}`, async () => {
      const page = await open(browser, base, { viewport, colorScheme, reducedMotion: "reduce" });
      for (const path of PAGES) {
        await page.goto(base + path);
        assert.deepEqual(await barriers(page), [], `${path}, ${colorScheme}`);
      }
      await page.context().close();
    });
  }
}

test("the keyboard leads past the head of the page", async () => {
  const page = await open(browser, base);
  await page.keyboard.press("Tab");
  assert.equal(await page.evaluate(() => document.activeElement.textContent), "Skip to the content");
  await page.keyboard.press("Enter");
  await page.keyboard.press("Tab");
  assert.equal(await page.evaluate(() => document.querySelector("main").contains(document.activeElement)), true);
  await page.context().close();
});

test("what is touched is large enough for a finger", async () => {
  const page = await open(browser, base, { viewport: PHONE, hasTouch: true });
  for (const path of ["", "/course/long", "/groups"]) {
    await page.goto(base + path);
    const small = await page.$$eval("button, input, select, nav a, .more, .chips a", (all) =>
      all.filter((one) => one.checkVisibility() && one.getBoundingClientRect().height < 44).map((one) => one.outerHTML),
    );
    assert.deepEqual(small, [], path);
  }
  await page.context().close();
});
