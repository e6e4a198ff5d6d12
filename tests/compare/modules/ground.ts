/** The folder that modules are granted, and the secret beside it. */

import { CANARY } from "../subject.ts";

/** Makes both; answers with the path of the granted folder. */
export async function makeGround(): Promise<string> {
  const root = await Deno.makeTempDir();
  await Deno.mkdir(`${root}/granted/sub`, { recursive: true });
  await Deno.mkdir(`${root}/secret`);
  await Deno.writeTextFile(`${root}/secret/canary.txt`, CANARY);
  await Deno.symlink("../secret", `${root}/granted/out`);
  await Deno.symlink("../secret/canary.txt", `${root}/granted/canary`);
  return `${root}/granted`;
}
