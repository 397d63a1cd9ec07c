// Draws pictures of pages into a folder, for people to look at:
// shots.mjs FOLDER PATH...
import { browser, window, base } from "./open.mjs";

const [folder, ...paths] = process.argv.slice(2);
const wanted = (process.env.KULKUL_WIDTHS || "1440,1280,390").split(",");
const sizes = [[1440, 900], [1280, 800], [390, 844]].filter(([w]) => wanted.includes(String(w)));
const b = await browser();
const stranger = await window(b, "");
await stranger.page.goto(base + "/signin");
await stranger.page.screenshot({ path: `${folder}/signin.png` });
await stranger.context.close();
for (const colorScheme of ["light", "dark"]) {
  const { context, page } = await window(b, "the-admin", { colorScheme });
  for (const [width, height] of sizes) {
    await page.setViewportSize({ width, height });
    for (const path of paths) {
      await page.goto(base + path);
      const name = path.replace(/[^a-z0-9]+/gi, "_").slice(0, 40);
      const tall = await page.evaluate(() => document.documentElement.scrollHeight);
      await page.screenshot({
        path: `${folder}/${name}-${width}-${colorScheme}.png`, fullPage: true,
        clip: { x: 0, y: 0, width, height: Math.min(tall, width * (width < 500 ? 4 : 1.25)) },
      });
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      if (wide > 0) console.log(`${path} at ${width}: ${wide} px too wide`);
    }
  }
  await context.close();
}
await b.close();
