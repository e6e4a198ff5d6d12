/** New tools in compiled languages, each with its JSON support. */

import { commonFiles, type Files, SCHEMA } from "./common_files.ts";
import { SDK_C, SDK_GO, SDK_RUST } from "./sdk_text.ts";

function schemaText(name: string): string {
  return JSON.stringify({ name, ...SCHEMA });
}

/** A tool in C, without a C library. */
export function c(name: string): Files {
  const file = `${name}.wasm`;
  return {
    [`${name}.c`]: `#include "cortex_tool.h"

static void ${name}(const cx_value *arguments, cx_json *answer) {
  const cx_value *name = cx_get(arguments, "name");
  if (!cx_is(name, CX_STRING)) {
    cx_error(answer, "name must be a string");
    return;
  }
  cx_open(answer, '{');
  cx_key(answer, "hello");
  cx_put_text(answer, name->text);
  cx_close(answer, '}');
}

CORTEX_TOOL(${JSON.stringify(schemaText(name))},
            ${name})
`,
    "cortex_tool.h": SDK_C,
    ...commonFiles({
      name,
      file,
      build:
        `clang --target=wasm32 -Oz -mbulk-memory -c ${name}.c && clang --target=wasm32 -nostdlib -Wl,--no-entry -Wl,--strip-all -o ${file} ${name}.o`,
      needs: "It needs Deno, and clang with lld.",
    }),
  };
}

/** A tool in Rust, without a crate. */
export function rust(name: string): Files {
  const file = `${name}.wasm`;
  return {
    [`${name}.rs`]: `#[macro_use]
mod cortex_tool;
use cortex_tool::Json;

fn ${name}(arguments: &Json) -> Result<Json, String> {
    let name = arguments.text("name")?;
    Ok(Json::object([("hello", name.into())]))
}

cortex_tool!(
    r#"${schemaText(name)}"#,
    ${name}
);
`,
    "cortex_tool.rs": SDK_RUST,
    ...commonFiles({
      name,
      file,
      build:
        `rustc --edition=2024 --target=wasm32-unknown-unknown --crate-type=cdylib -Copt-level=z -Cpanic=abort -Clto ${name}.rs`,
      needs:
        "It needs Deno, and Rust with its target wasm32-unknown-unknown\n(`rustup target add wasm32-unknown-unknown`).",
    }),
  };
}

/** A tool in Go. */
export function go(name: string): Files {
  const file = `${name}.wasm`;
  return {
    "go.mod": `module ${name}\n\ngo 1.24\n`,
    "sdk/cortex_tool.go": SDK_GO,
    [`${name}.go`]: `package main

import cortex "${name}/sdk"

const schema = \`${schemaText(name)}\`

func run(arguments any) any {
	name, err := cortex.Text(arguments, "name")
	if err != nil {
		return cortex.Failure(err)
	}
	return cortex.Object{{Key: "hello", Value: name}}
}

//go:wasmexport __tool_alloc
func toolAlloc(size uint32) uint32 { return cortex.Alloc(size) }

//go:wasmexport __tool_schema
func toolSchema() uint64 { return cortex.Slice([]byte(schema)) }

//go:wasmexport __tool_execute
func toolExecute(at, length uint32) uint64 { return cortex.Answer(at, length, run) }

func main() {}
`,
    ...commonFiles({
      name,
      file,
      build:
        `GOOS=wasip1 GOARCH=wasm go build -buildmode=c-shared -ldflags='-s -w' -o ${file} .`,
      needs: "It needs Deno, and Go 1.24 or later.",
    }),
  };
}
