// A crowd that looks: many streams, and many who ask now and then, while phones bring scans. It says how long answers
// took, and how long syncs did, without the crowd and with it.
//
//     node crowd.js [streams] [pollers]

import { execFile } from "node:child_process";
import http from "node:http";
import { promisify } from "node:util";
import { BIBTRAIL, World } from "./world.js";

const [streams, pollers] = [Number(process.argv[2] ?? 1000), Number(process.argv[3] ?? 5000)];
const SYNCS = 10;
const AT_ONCE = 200;

const agent = new http.Agent({ keepAlive: true, maxSockets: AT_ONCE });

function ask(address, headers = {}) {
  return new Promise((answered, failed) => {
    const request = http.get(address, { agent, headers }, (answer) => {
      answer.resume();
      answer.on("end", () => answered(answer));
    });
    request.on("error", failed);
  });
}

function listen(address) {
  return new Promise((heard, failed) => {
    const request = http.get(address, (answer) => answer.once("data", () => heard({ request, answer })));
    request.on("error", failed);
  });
}

function told(name, all) {
  const sorted = all.toSorted((a, b) => a - b);
  const at = (share) => `${sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))].toFixed(1)} ms`;
  console.log(`${name}: ${sorted.length}, p50 ${at(0.5)}, p99 ${at(0.99)}`);
}

const world = new World();
try {
  world.phone("ridge");
  await world.serve(["--key-burst", "100"]);
  const base = (await fetch(`${world.server.public}/`)).url;
  const api = base.replace("/r/", "/api/v1/races/");
  const run = (...args) => promisify(execFile)(BIBTRAIL, args, { cwd: world.dir });
  const syncs = async () => {
    const took = [];
    for (let n = 0; n < SYNCS; n += 1) {
      await run("scan", "ridge", String(300 + n));
      const began = performance.now();
      await run("sync", "ridge", world.server.phones);
      took.push(performance.now() - began);
    }
    return took;
  };
  told("syncs, nobody looks", await syncs());
  const open = [];
  while (open.length < streams) {
    const more = Math.min(AT_ONCE, streams - open.length);
    open.push(...(await Promise.all(Array.from({ length: more }, () => listen(`${api}/events`)))));
  }
  let messages = 0;
  open.forEach(({ answer }) => answer.on("data", () => (messages += 1)));
  const took = [];
  const statuses = {};
  let tag;
  const poll = async () => {
    const began = performance.now();
    const answer = await ask(`${base}/course/long?part=live`, tag ? { "If-None-Match": tag } : {});
    took.push(performance.now() - began);
    statuses[answer.statusCode] = (statuses[answer.statusCode] ?? 0) + 1;
    tag = answer.headers.etag;
  };
  const polling = (async () => {
    for (let n = 0; n < pollers; n += AT_ONCE) await Promise.all(Array.from({ length: AT_ONCE }, poll));
  })();
  told(`syncs beside ${open.length} streams and ${pollers} polls`, await syncs());
  await polling;
  told(`polls ${JSON.stringify(statuses)}`, took);
  console.log(`messages heard: ${messages}`);
  open.forEach(({ request }) => request.destroy());
} finally {
  agent.destroy();
  await world.end();
}
