// Opens Chromium for the scripts beside it. The page's own policy is in force;
// what a page complains of is gathered in faults.
import { chromium } from "playwright-core";

export const base = process.env.CONSOLE_URL;
export const password = process.env.CONSOLE_PASSWORD;

export async function browser() {
  return chromium.launch({
    executablePath: process.env.CHROMIUM || "/usr/bin/chromium",
    args: ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"],
  });
}

// Opens a window signed in as a user of that name.
export async function window(b, name, options = {}) {
  const context = await b.newContext({ viewport: { width: 1440, height: 900 }, ...options });
  const page = await context.newPage();
  const faults = [];
  page.on("pageerror", (e) => faults.push("error: " + e));
  page.on("console", (m) => {
    if (m.type() === "error") faults.push("console: " + m.text());
  });
  page.on("request", (r) => {
    if (!r.url().startsWith(base) && !r.url().startsWith("data:")) faults.push("foreign request: " + r.url());
  });
  if (name) {
    await page.goto(base + "/signin");
    await page.fill("[name=name]", name);
    await page.fill("[name=password]", password);
    await page.click("button.primary");
    await page.waitForURL(base + "/");
  }
  return { context, page, faults };
}
