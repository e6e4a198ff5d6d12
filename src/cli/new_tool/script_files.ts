/** New tools in JavaScript and TypeScript, which need only Deno. */

import { commonFiles, type Files, SCHEMA } from "./common_files.ts";

const NEEDS = "It needs nothing but Deno.";
const SCHEMA_TEXT = JSON.stringify(SCHEMA, null, 2)
  .replace(/^(\s*)"(\w+)":/gm, "$1$2:");

/** A tool in JavaScript. */
export function javaScript(name: string): Files {
  const file = `${name}.js`;
  return {
    [file]: `export const schema = ${SCHEMA_TEXT};

export function execute({ name }) {
  return { hello: name };
}
`,
    ...commonFiles({ name, file, needs: NEEDS }),
  };
}

/** A tool in TypeScript. */
export function typeScript(name: string): Files {
  const file = `${name}.ts`;
  return {
    [file]: `export const schema = ${SCHEMA_TEXT};

interface Arguments {
  name: string;
}

export function execute({ name }: Arguments): { hello: string } {
  return { hello: name };
}
`,
    ...commonFiles({ name, file, needs: NEEDS }),
  };
}
