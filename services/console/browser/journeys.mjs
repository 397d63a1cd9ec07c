// Walks the console as people do and prints one line for every fault:
// journeys.mjs PATH... (pages that every walk visits).
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { browser, window, base } from "./open.mjs";
import { key, reader, second, source, stranger } from "./desk.mjs";

const paths = process.argv.slice(2);
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
// What is looked for: words that some stories hold, and in so many that they
// fill more than a page.
const words = process.env.WALK_WORDS || "coast guard";
const asked = new RegExp("q=" + words.split(" ")[0]);
const b = await browser();
let found = 0;
const fault = (text) => { found++; console.log("FAULT " + text); };
const expect = (truth, text) => { if (!truth) fault(text); };

// Every page, light and dark, desk and phone: no fault of the page, nothing
// wider than the window, and nothing that axe-core calls serious or critical.
async function accessible() {
  const stranger = await window(b, "", { bypassCSP: true });
  await inspect(stranger.page, "/signin", "stranger");
  await stranger.context.close();
  const looks = process.env.EVERY_LOOK
    ? [["light", 1440], ["dark", 1440], ["light", 1280], ["light", 390], ["dark", 390]]
    : [["light", 1440], ["dark", 390]];
  for (const [colorScheme, width] of looks) {
    const { context, page, faults } = await window(b, "the-admin", { colorScheme, viewport: { width, height: 844 }, bypassCSP: true });
    for (const path of paths) await inspect(page, path, `${width} ${colorScheme}`);
    await page.goto(base + "/system");
    const here = await page.locator(".menu [aria-current]").boundingBox();
    expect(here && here.x >= 0 && here.x + here.width <= width, `${width}: the menu hides the page's own entry`);
    faults.forEach((f) => fault(`${width} ${colorScheme}: ${f}`));
    await context.close();
  }
}

async function inspect(page, path, how) {
  await page.goto(base + path);
  await page.evaluate(axe);
  const result = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ["violations"] }));
  for (const v of result.violations.filter((v) => v.impact === "serious" || v.impact === "critical")) {
    fault(`axe ${path} ${how}: ${v.id}: ${v.help}: ${v.nodes.slice(0, 3).map((n) => n.html.slice(0, 160)).join(" | ")}`);
  }
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  expect(wide <= 0, `${path} ${how}: ${wide} px too wide`);
}

// The page's own policy in force: no complaint of the browser on any page, and
// no page too heavy.
async function light() {
  const { context, page, faults } = await window(b, "the-admin");
  for (const path of paths) {
    let all = 0, script = 0;
    const client = await context.newCDPSession(page);
    await client.send("Network.enable");
    await client.send("Network.setCacheDisabled", { cacheDisabled: true });
    const kinds = new Map();
    client.on("Network.responseReceived", (e) => kinds.set(e.requestId, e.type));
    client.on("Network.loadingFinished", (e) => {
      all += e.encodedDataLength;
      if (kinds.get(e.requestId) === "Script") script += e.encodedDataLength;
    });
    await page.goto(base + path, { waitUntil: "load" });
    await page.waitForTimeout(150);
    await client.detach();
    console.log(`WEIGHT ${path} ${Math.round(all / 1024)} KiB, script ${Math.round(script / 1024)} KiB`);
    expect(all <= 300 * 1024, `${path} weighs ${all} bytes`);
    expect(script <= 60 * 1024, `${path} has ${script} bytes of script`);
  }
  faults.forEach(fault);
  await context.close();
}

// Triage with the keyboard alone: down the list, open, note, back.
async function keyboard() {
  const { context, page, faults } = await window(b, "the-coordinator");
  await page.goto(base + "/");
  await page.keyboard.press("g");
  await page.keyboard.press("a");
  await page.waitForURL(base + "/alerts");
  await page.keyboard.press("j");
  await page.keyboard.press("j");
  const second = await page.locator("[data-row]").nth(1).getAttribute("data-alert");
  await page.keyboard.press("Enter");
  await page.waitForURL(base + "/alerts/" + second);
  await page.keyboard.press("n");
  await page.keyboard.type("seen by keyboard");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await page.waitForURL(/done=note/);
  expect(await page.locator(".say.done").isVisible(), "a note by keyboard is not confirmed");
  await page.keyboard.press("s");
  expect(await page.locator("details[data-key=s]").getAttribute("open") !== null, "s opens no silence");
  await page.keyboard.press("Escape");
  await page.keyboard.press("Escape");
  await page.locator("body").press("?");
  expect(await page.locator("dialog.keys").isVisible(), "? shows no help");
  await page.keyboard.press("Escape");
  await page.keyboard.press("/");
  await page.waitForURL(base + "/items");
  await page.keyboard.press("/");
  await page.keyboard.type(words);
  await page.keyboard.press("Enter");
  await page.waitForURL(asked);
  expect(await page.locator("mark").count() > 0, "a search marks no evidence");
  faults.forEach(fault);
  await context.close();
}

// An event of the bus reaches an open page, which asks for itself again.
async function live() {
  const { context, page, faults } = await window(b, "the-viewer");
  await page.waitForSelector('#live[data-state="on"]', { timeout: 30000 });
  const again = page.waitForRequest((r) => r.url() === base + "/" && r.headers()["hx-request"] === "true", { timeout: 30000 });
  await again.catch(() => fault("an alert on the bus does not reach the page"));
  await page.waitForTimeout(500);
  expect(await page.locator("#situation .matrix tbody tr").count() === 18, "after a live update the matrix has not the 18 rows that a viewer may see");
  faults.forEach(fault);
  await context.close();
}

// More items are added to the list in place.
async function older() {
  const { context, page, faults } = await window(b, "the-viewer");
  await page.goto(base + "/items");
  const before = await page.locator("#list article").count();
  await page.click("#more a");
  await page.waitForFunction((n) => document.querySelectorAll("#list article").length > n, before, { timeout: 30000 }).catch(() => fault("older items do not come"));
  const ids = await page.locator("#list article h3 a").evaluateAll((all) => all.map((a) => a.getAttribute("href")));
  expect(new Set(ids).size === ids.length, "an item comes twice");
  faults.forEach(fault);
  await context.close();
}

// Without script every page shows what it has, and forms work.
async function plain() {
  const { context, page } = await window(b, "the-analyst", { javaScriptEnabled: false });
  for (const path of paths) {
    const answer = await page.goto(base + path);
    if (answer.status() === 403) continue; // not for analysts
    expect((await page.innerText("main")).length > 80, `${path} is empty without script`);
  }
  await page.goto(base + "/items");
  await page.fill("[name=q]", words);
  await page.click("form[role=search] button");
  expect(asked.test(page.url()), "search needs script");
  await page.click("#more a");
  expect(page.url().includes("cursor="), "paging needs script");
  await context.close();
}

// A picture of what a walk has come to, into the folder that KULKUL_SHOTS names.
async function picture(page, name) {
  if (process.env.KULKUL_SHOTS) await page.screenshot({ path: `${process.env.KULKUL_SHOTS}/walk-${name}.png`, fullPage: true });
}

// A rule is edited, tried, saved with a reason, and taken back.
async function tuning() {
  const { context, page, faults } = await window(b, "the-coordinator");
  await page.goto(base + "/tuning");
  await page.click('a[href="/tuning/edit?file=indicators.yaml"]');
  const was = await page.inputValue("textarea[name=text]");
  // In the invented world a lower threshold brings alerts. In ten days of real news whatever is told of fires already, so nothing more can
  // come, and a higher one takes alerts away.
  const [rule, minimum, changed] = process.env.WALK_PROVIDER ? ["many-voices", "{stories: 2, publishers: 2}", "gained"] : ["surge", "{stories: 900, publishers: 90}", "lost"];
  await page.fill("textarea[name=text]", was.replace(new RegExp(`(id: ${rule}[^]*?minimum: )\\{[^}]*\\}`), "$1" + minimum));
  await page.click("text=Try: what would it have done?");
  await page.waitForSelector("#outcome");
  expect(await page.locator(`.${changed} li`).count() > 0, `another threshold of ${rule}: no alert is ${changed}`);
  await picture(page, "tuning");
  await page.fill("[name=why]", "tried by the walk");
  await page.click("text=Save as a new version");
  await page.waitForURL(/versions/);
  expect(await page.locator(".diff .plus").count() > 0, "the new version shows no difference");
  await picture(page, "version");
  const n = Number(page.url().match(/versions\/(\d+)/)[1]);
  await page.goto(base + "/tuning");
  expect(await page.locator(".panel", { hasText: "Drift from the files" }).locator(".diff .plus").count() > 0, "the drift from the files is not shown");
  await picture(page, "drift");
  await page.goto(base + "/tuning/versions/" + (n - 1));
  await page.fill("[name=why]", "back again");
  await page.click("text=Restore version");
  await page.waitForURL(/done=restored/);
  await page.goto(base + "/tuning");
  expect(await page.getByText("None: what runs is what stands in the files.").isVisible(), "after the roll-back there is still drift");
  faults.forEach(fault);
  await context.close();
}

// An alert's page is looked at as it was known when it fired, and later.
async function replay() {
  const { context, page, faults } = await window(b, "the-analyst");
  await page.goto(base + "/alerts");
  await page.locator("[data-alert] .hit").first().click();
  await page.locator(".replay-nav a", { hasText: "first" }).click();
  await page.waitForSelector(".say.replay");
  await page.locator(".replay-nav a", { hasText: "later" }).click();
  await page.waitForSelector(".say.replay");
  await picture(page, "replay");
  await page.click("text=Back to now");
  expect(await page.locator(".say.replay").count() === 0, "now still shows the past");
  await page.locator("details[data-key=n]").waitFor();
  await picture(page, "alert");
  faults.forEach(fault);
  await context.close();
}

// A chart is drawn across to zoom, and what the stories are made of comes by
// itself.
async function zoom() {
  const { context, page, faults } = await window(b, "the-eep");
  await page.goto(base + "/flashpoints/thailand-cambodia-border");
  await page.waitForSelector("section#attribution");
  await picture(page, "flashpoint");
  const box = await page.locator("svg.daily").first().boundingBox();
  await page.mouse.move(box.x + box.width * 0.5, box.y + box.height / 2);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.9, box.y + box.height / 2, { steps: 4 });
  await page.mouse.up();
  await page.waitForURL(/from=.*to=/).catch(() => fault("drawing across a chart does not zoom"));
  await picture(page, "zoomed");
  await page.selectOption("[name=kind]", "concern");
  await page.fill(".remark textarea", "Said by the walk.");
  await page.click(".remark button");
  await page.waitForURL(/done=note/);
  faults.forEach(fault);
  await context.close();
}

// The weekly is drafted, edited, published, and fit to be printed.
async function weekly() {
  const { context, page, faults } = await window(b, "the-coordinator");
  await page.goto(base + "/bulletins");
  // In the invented world today's is drafted by a test of its own.
  const back = process.env.WALK_PROVIDER ? 864e5 : 0;
  await page.fill("[name=to]", new Date(Date.now() - back).toISOString().slice(0, 10));
  await page.click("main button.primary");
  await page.waitForURL(/bulletins\/20/);
  expect(await page.locator(".weekly fieldset").count() > 0, "the draft holds no flashpoint of the week");
  await picture(page, "draft");
  await page.fill("[name=lead]", "What to read first.");
  await page.click("text=Save the draft");
  await page.waitForURL(/done=bulletin/);
  await page.click("button.danger");
  await page.waitForURL(/done=published/);
  await page.emulateMedia({ media: "print" });
  expect(!(await page.locator(".bar").isVisible()), "the menu is printed");
  await picture(page, "print");
  faults.forEach(fault);
  await context.close();
}

// One key takes a wrong tag off an item.
async function correct() {
  const { context, page, faults } = await window(b, "the-analyst");
  await page.goto(base + "/items");
  await page.keyboard.press("j");
  await page.keyboard.press("Enter");
  await page.waitForURL(/items\/[0-9a-f]+$/);
  await picture(page, "item");
  await page.keyboard.press("1");
  await page.waitForURL(/done=correct/);
  faults.forEach(fault);
  await context.close();
}

// Opens something while a live update is on its way, which then arrives.
async function opened(page, path, open) {
  let asked, arrive;
  const asking = new Promise((then) => { asked = then; }), held = new Promise((then) => { arrive = then; });
  const hold = async (route) => {
    if (route.request().headers()["hx-request"]) { asked(); await held; }
    await route.continue();
  };
  await page.route(base + path, hold);
  const answer = page.waitForResponse((r) => r.url() === base + path && "hx-request" in r.request().headers());
  await page.evaluate(() => globalThis.htmx.trigger(document.body, "kulkul-alerts"));
  await asking;
  await open();
  arrive();
  await (await answer).finished();
  await page.waitForTimeout(200);
  await page.unroute(base + path, hold);
}

// A silence is ended before its end, with a reason, on the list of alerts. Where
// none is in force one is set first, by keyboard; then a whole product runs, and
// in the end the list says who ended it.
async function silence() {
  const { context, page, faults } = await window(b, "the-analyst");
  const until = async (locator) => {
    for (let tries = 0; tries < 40 && await locator.count() === 0; tries++) { await page.waitForTimeout(250); await page.goto(base + "/alerts"); }
  };
  const end = page.locator("summary", { hasText: "End silence now" });
  await page.goto(base + "/alerts");
  const whole = await end.count() === 0;
  if (whole) {
    await page.keyboard.press("j");
    await page.keyboard.press("Enter");
    await page.waitForURL(/alerts\/[0-9a-f]+$/);
    await page.keyboard.press("s");
    await page.locator("details[data-key=s] textarea").fill("A known exercise, says the walk.");
    await page.locator("details[data-key=s] button").click();
    await page.waitForURL(/done=silence/);
    await until(end);
  }
  await opened(page, "/alerts", () => end.first().click());
  expect(await page.locator("details.end[open]").count() === 1, "what was asked for before closes a form that was opened since");
  await page.locator("details.end[open] textarea").fill("Over, says the walk.");
  await picture(page, "silence");
  await page.locator("details.end[open] button").click();
  await page.waitForURL(/done=end-silence/);
  if (whole) {
    await page.goto(base + "/alerts");
    await until(page.locator(".lines", { hasText: "ended early" }));
    expect(await page.getByText("Over, says the walk.").count() > 0, "the list does not say why a silence was ended");
  }
  faults.forEach(fault);
  await context.close();
}

const tools = { b, expect, fault, picture, words };
const walks = { accessible, light, keyboard, live, older, plain, tuning, second, replay, zoom, weekly, correct, silence, source, key, reader, stranger };
const wanted = (process.env.WALKS || Object.keys(walks).join(",")).split(",");
for (const name of wanted) {
  try { await walks[name](tools); } catch (e) { fault(`${name}: ${e.message.split("\n").slice(0, 3).join(" ")}`); }
}
await b.close();
process.exit(found ? 1 : 0);
