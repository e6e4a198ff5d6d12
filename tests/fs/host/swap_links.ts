/**
 * Swaps a directory and a link, again and again, until its input ends:
 *
 *     deno run -A swap_links.ts FOLDER DIRECTORY LINK
 *
 * Prints a line when it begins, and the number of swaps at the end.
 */
const [folder = ".", directory = "", link = ""] = Deno.args;
const spare = `${folder}/spare`;

let running = true;
let swaps = 0;
Deno.stdin.read(new Uint8Array(1)).then(() => running = false);
await Deno.stdout.write(new TextEncoder().encode("begin\n"));
while (running) {
  for (let i = 0; i < 50; i++) {
    Deno.renameSync(`${folder}/${directory}`, spare);
    Deno.renameSync(`${folder}/${link}`, `${folder}/${directory}`);
    Deno.renameSync(`${folder}/${directory}`, `${folder}/${link}`);
    Deno.renameSync(spare, `${folder}/${directory}`);
    swaps++;
  }
  await new Promise((resolve) => setTimeout(resolve, 0));
}
await Deno.stdout.write(new TextEncoder().encode(`${swaps}\n`));
