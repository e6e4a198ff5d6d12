import type {
  StandardJSONSchemaV1,
  StandardSchemaV1,
} from "@standard-schema/spec";
import { assertEquals, assertThrows } from "@std/assert";
import { inputSchema, outputSchema } from "../../mod.ts";

const PARAMETERS = {
  properties: { n: { type: "integer" } },
  required: ["n"],
};

Deno.test("inputSchema is a Standard Schema with JSON Schema", async () => {
  const schema: StandardSchemaV1 & StandardJSONSchemaV1 = inputSchema({
    parameters: PARAMETERS,
  });
  const { version, vendor, validate, jsonSchema } = schema["~standard"];
  assertEquals([version, vendor], [1, "cortexai-sandbox"]);
  assertEquals(await validate({ n: 1 }), { value: { n: 1 } });
  assertEquals(await validate({ n: "x" }), {
    issues: [{
      message: 'Argument "n": expected a whole number, got the string "x"',
      path: ["n"],
    }],
  });
  const written = jsonSchema.input({ target: "draft-07" });
  assertEquals(written, { ...PARAMETERS, type: "object" });
  // Some frameworks change what they are given.
  delete written["properties"];
  assertEquals(jsonSchema.output({ target: "draft-2020-12" }), {
    ...PARAMETERS,
    type: "object",
  });
  assertThrows(() => jsonSchema.input({ target: "openapi-3.0" }), TypeError);
});

Deno.test("outputSchema is there where the tool says one", async () => {
  assertEquals(outputSchema({}), undefined);
  const schema = outputSchema({ outputSchema: { type: "string" } })!;
  const found = await schema["~standard"].validate(1);
  assertEquals(found.issues?.length, 1);
});
