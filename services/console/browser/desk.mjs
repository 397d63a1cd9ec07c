// Walks of people at their desks that change something, over what a page
// belongs to: the partners' doors, a feed reader, a second step, a public page.
// Each gets the tools of journeys.mjs.
import { createHmac } from "node:crypto";
import { base, password, window } from "./open.mjs";

// until asks again, for ten seconds, until a question is answered with yes.
export async function until(question, tries = 40) {
  for (let n = 0; n < tries; n++) {
    if (await question()) return true;
    await new Promise((done) => setTimeout(done, 250));
  }
  return false;
}

// code is what a device shows for a key (RFC 6238), so many steps from now.
function code(key, steps) {
  let bits = "";
  for (const c of key) bits += "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(c).toString(2).padStart(5, "0");
  const secret = Buffer.from(bits.match(/.{8}/g).map((b) => parseInt(b, 2)));
  const at = Buffer.alloc(8);
  at.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30000) + steps));
  const sum = createHmac("sha1", secret).update(at).digest();
  return String((sum.readUInt32BE(sum[19] & 15) & 0x7fffffff) % 1000000).padStart(6, "0");
}

// The second step is set up, asked for at the next sign-in, opened by a code and
// by a recovery code, and turned off.
export async function second({ b, expect, fault, picture }) {
  const { context, page, faults } = await window(b, "the-viewer");
  await page.goto(base + "/account");
  await page.click("text=Set it up");
  expect(await page.locator(".qr svg").isVisible(), "no QR code");
  await picture(page, "second");
  const key = (await page.locator(".enrol code").innerText()).replace(/\s/g, "");
  await page.fill("[name=code]", code(key, 0));
  await page.click("text=Turn it on");
  const recovery = await page.locator(".codes code").allInnerTexts();
  expect(recovery.length === 10, `${recovery.length} recovery codes`);
  await picture(page, "recovery");
  for (const answer of [code(key, 1), recovery[0]]) {
    await page.click("text=Sign out");
    await page.goto(base + "/signin");
    await page.fill("[name=name]", "the-viewer");
    await page.fill("[name=password]", password);
    await page.click("button.primary");
    await page.waitForSelector("text=Second step");
    await page.fill("[name=code]", answer);
    await page.keyboard.press("Enter");
    await page.waitForURL(base + "/");
  }
  await page.goto(base + "/account");
  await page.locator("form[action='/account/second/remove'] [name=password]").fill(password);
  await page.click("text=Turn it off");
  await page.waitForURL(/done=second/);
  faults.forEach(fault);
  await context.close();
  const stranger = await window(b, "");
  await stranger.page.goto(base + "/signin");
  if (process.env.WALK_PROVIDER) expect(await stranger.page.locator('a[href^="/signin/provider"]').isVisible(), "no way to the provider");
  await picture(stranger.page, "signin");
  await stranger.context.close();
}

// A feed is looked at before it is added; then its items come, and it goes out
// with the list of sources.
export async function source({ b, expect, fault, picture }) {
  const { context, page, faults } = await window(b, "the-coordinator");
  await page.goto(base + "/sources/add");
  await page.locator("form[action='/sources/preview'] [name=url]").first().fill(process.env.WALK_FEED);
  await page.locator("form[action='/sources/preview'] button").first().click();
  await page.waitForSelector("#seen .lines li");
  expect(await page.locator("#seen .lines li").count() === 2, "the look at a feed does not show its entries");
  await picture(page, "preview");
  const form = page.locator("form[action='/sources/add']");
  await form.locator("[name=id]").fill("walked-feed");
  await form.locator("[name=name]").fill("Walked Feed");
  await form.locator("[name=country]").fill("SG");
  await form.locator("[name=why]").fill("Asked for by the walk.");
  await form.locator("button").click();
  await page.waitForURL(/sources\/walked-feed\?done=source/);
  if (process.env.INTAKE_URL) { // a collector runs
    expect(await until(async () => { await page.goto(base + "/sources/walked-feed"); return /\b200\b/.test(await page.innerText("main")); }, 120), "the source that was added is not asked");
    expect(await until(async () => { await page.goto(base + "/items?all=1&source=walked-feed"); return await page.locator("#list article").count() === 2; }, 120), "the items of the source that was added do not come");
    await page.goto(base + "/sources/walked-feed");
  }
  await picture(page, "source");
  const list = await page.request.get(base + "/sources.opml");
  expect((await list.text()).includes(process.env.WALK_FEED), "the list that is exported lacks the new source");
  faults.forEach(fault);
  await context.close();
}

// push sends an item as a partner's program does; it gives the answer's status.
async function push(secret, source, n, title) {
  const answer = await fetch(process.env.INTAKE_URL + "/v1/items", {
    method: "POST", headers: { authorization: "Bearer " + secret, "content-type": "application/json" },
    body: JSON.stringify([{ id: "walk-" + n, title, link: `https://${source}.example/walk-${n}`, published: new Date().toISOString(), language: "en" }]),
  });
  return answer.status;
}

// A push key is made, shown once and revoked. Where partners can push, what comes
// with it changes open pages by itself, the list of alerts among them.
export async function key({ b, expect, fault, picture }) {
  const admin = await window(b, "the-admin");
  const secrets = new Map();
  const sources = (process.env.WALK_SOURCES || "tasman-dialogue").split(" ");
  for (const source of sources) {
    await admin.page.goto(base + "/keys");
    await admin.page.fill("main [name=name]", "Walk " + source);
    await admin.page.selectOption("[name=source]", source);
    await admin.page.click("text=Make the key");
    secrets.set(source, await admin.page.locator(".say.done code").innerText());
  }
  await picture(admin.page, "key");
  if (process.env.INTAKE_URL) await news({ b, expect, fault, picture }, secrets, sources);
  await admin.page.goto(base + "/keys");
  expect(!(await admin.page.content()).includes(secrets.get(sources[0])), "a key is shown twice");
  await admin.page.locator("tr", { hasText: "Walk " + sources[0] }).locator("text=Revoke").click();
  await admin.page.waitForURL(/done=revoked/);
  if (process.env.INTAKE_URL) {
    expect(await until(async () => await push(secrets.get(sources[0]), sources[0], 99, "Too late") === 401), "a revoked key still opens");
  }
  admin.faults.forEach(fault);
  await admin.context.close();
}

// Two pages stand open and are told, without being loaded again: the situation
// of an item, the inbox of an alert.
async function news({ b, expect, fault, picture }, secrets, sources) {
  const desk = await window(b, "the-analyst");
  await desk.page.waitForSelector('#live[data-state="on"]');
  const inbox = await desk.context.newPage();
  await inbox.goto(base + "/alerts");
  await inbox.waitForSelector('#live[data-state="on"]');
  for (const page of [desk.page, inbox]) await page.evaluate(() => { globalThis.kept = true; });
  const before = await inbox.locator("[data-alert]").count();
  const row = desk.page.locator('.matrix tr:has(a[href="/flashpoints/papua"]) .cell .n').first();
  const told = async () => await row.count() === 0 ? 0 : parseInt(await row.innerText(), 10);
  const stories = await told();
  const reports = ["Gunmen fire at road workers in Papua, district head says", "Papua: two wounded as gunmen attack an airstrip, clinic says",
    "Villagers flee fighting between soldiers and rebels in Papua highlands", "Church council in Papua asks for a halt to shooting", "Soldiers search Papua valley after ambush on convoy",
    "Papua teachers leave posts after rebel threats, union says", "Helicopter hit by shots over Papua, pilot safe"];
  for (const [n, title] of reports.entries()) {
    const source = sources[n % sources.length];
    const status = await push(secrets.get(source), source, n, title);
    expect(status === 200 || status === 202, `a push with the new key is answered ${status}`);
  }
  await desk.page.bringToFront();
  expect(await until(async () => await told() > stories, 120), "an item that comes in does not change the open situation");
  await inbox.bringToFront();
  expect(await until(async () => await inbox.locator("[data-alert]").count() > before, 240), "an alert that fires does not come into the open inbox");
  for (const page of [desk.page, inbox]) expect(await page.evaluate(() => globalThis.kept === true), "the page was loaded again");
  await picture(inbox, "news");
  desk.faults.forEach(fault);
  await desk.context.close();
}

// A search is saved; a feed reader opens its feed with a token, until that is
// revoked.
export async function reader({ b, expect, fault, picture, words }) {
  const { context, page, faults } = await window(b, "the-eep");
  await page.goto(base + "/items?q=" + encodeURIComponent(words));
  await page.click("text=Save this search");
  await page.locator(".save [name=name]").fill("Walked search");
  await page.locator(".save button").click();
  await page.waitForURL(/done=saved/);
  await picture(page, "saved");
  const feeds = await page.locator(".saved", { hasText: "Walked search" }).locator('a[href^="/searches/"]').evaluateAll((all) => all.map((a) => a.getAttribute("href")));
  await page.goto(base + "/account");
  await page.locator("form[action='/account/tokens'] [name=name]").fill("walked reader");
  await page.click("text=Make a token");
  const token = await page.locator(".say.done code").first().innerText();
  await picture(page, "token");
  for (const feed of feeds) {
    const shut = await fetch(base + feed, { redirect: "manual" });
    expect(shut.status !== 200, `${feed} opens to anybody`);
    const open = await fetch(base + feed + "?key=" + token);
    const text = await open.text();
    expect(open.status === 200 && (/<entry>/.test(text) || JSON.parse(text).items.length > 0), `${feed} with a token: ${open.status}`);
  }
  expect(feeds.length === 2, `${feeds.length} feeds of a saved search`);
  await page.goto(base + "/account");
  await page.locator("li", { hasText: "walked reader" }).locator("text=Revoke").click();
  await page.waitForURL(/done=revoked/);
  expect((await fetch(base + feeds[0] + "?key=" + token, { redirect: "manual" })).status !== 200, "a revoked token still opens");
  await page.goto(base + "/items");
  await page.click('[aria-label="Remove the search Walked search"]');
  await page.waitForURL(/done=removed/);
  faults.forEach(fault);
  await context.close();
}

// One page is made public and read by a stranger, who sees nobody's name and
// nothing to press; then it is private again.
export async function stranger({ b, expect, fault, picture }) {
  const { context, page, faults } = await window(b, "the-coordinator");
  await page.goto(base + "/tuning/edit?file=people.yaml");
  const was = await page.inputValue("textarea[name=text]");
  const on = Number((await page.innerText(".head")).match(/on version (\d+)/)[1]);
  await page.fill("textarea[name=text]", was.trimEnd() + "\npublic: [situation]\n");
  await page.fill("[name=why]", "One page for everybody, says the walk.");
  await page.click("text=Save as a new version");
  await page.waitForURL(/versions/);
  const anybody = await window(b, "");
  expect(await until(async () => (await anybody.page.goto(base + "/")).status() === 200 && !anybody.page.url().includes("signin")), "a public page asks strangers to sign in");
  expect(await anybody.page.locator(".matrix tbody tr").count() > 10, "a stranger sees no matrix");
  expect(await anybody.page.locator("form[method=post]").count() === 0, "a stranger has something to press");
  await picture(anybody.page, "stranger");
  await anybody.page.goto(base + "/alerts");
  expect(anybody.page.url().includes("/signin"), "a page that is not public opens to strangers");
  await page.goto(base + "/tuning/versions/" + on);
  await page.fill("[name=why]", "Private again.");
  await page.click("text=Restore version");
  await page.waitForURL(/done=restored/);
  expect(await until(async () => { await anybody.page.goto(base + "/"); return anybody.page.url().includes("/signin"); }), "a page that was public stays open");
  faults.forEach(fault);
  await anybody.context.close();
  await context.close();
}
