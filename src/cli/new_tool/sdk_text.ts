/** What tools in compiled languages include, by `deno task bless`. */

/** `cortex_tool.h`. */
export const SDK_C = `/*
 * cortex_tool.h: write a sandboxed tool in C, without imports.
 *
 *     #include "cortex_tool.h"
 *
 *     static void greet(const cx_value *arguments, cx_json *answer) {
 *       const cx_value *name = cx_get(arguments, "name");
 *       if (!cx_is(name, CX_STRING)) {
 *         cx_error(answer, "name must be a string");
 *         return;
 *       }
 *       cx_open(answer, '{');
 *       cx_key(answer, "hello");
 *       cx_put_text(answer, name->text);
 *       cx_close(answer, '}');
 *     }
 *
 *     CORTEX_TOOL("{\\"name\\":\\"greet\\",\\"description\\":\\"Greets.\\","
 *                 "\\"parameters\\":{\\"type\\":\\"object\\"}}", greet)
 *
 * Build:
 *
 *     clang --target=wasm32 -Oz -nostdlib -mbulk-memory -Wl,--no-entry \\
 *           -Wl,--strip-all -o greet.wasm greet.c
 *
 * Nothing here needs a libc; with wasi-libc and -mexec-model=reactor it works
 * too, where the sandbox provides WASI.
 *
 * A tool that fails answers \`{"error": "what was wrong"}\`. Every call gets a
 * fresh instance, so memory is only ever handed out, never given back.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CX_INLINE static inline __attribute__((unused))
#define CX_EXPORT(NAME) __attribute__((export_name(NAME), used))

/* ---- Memory ---- */

#ifdef __wasi__ /* with wasi-libc the memory is malloc's */
#include <stdlib.h>

CX_INLINE void *cx_alloc(size_t bytes) {
  void *memory = malloc(bytes ? bytes : 1);
  if (!memory) __builtin_trap();
  return memory;
}
#else
extern unsigned char __heap_base; /* set by the linker: the first free byte */
static uintptr_t cx_top;

/* Returns \`bytes\` bytes, aligned to 8; traps when the memory can't grow. */
CX_INLINE void *cx_alloc(size_t bytes) {
  if (cx_top == 0) cx_top = ((uintptr_t)&__heap_base + 7) & ~(uintptr_t)7;
  uintptr_t start = cx_top;
  if (bytes > UINT32_MAX - 7 - start) __builtin_trap();
  uintptr_t end = start + ((bytes + 7) & ~(size_t)7);
  size_t have = __builtin_wasm_memory_size(0) << 16;
  if (end > have &&
      __builtin_wasm_memory_grow(0, (end - have + 0xffff) >> 16) == (size_t)-1)
    __builtin_trap();
  cx_top = end;
  return (void *)start;
}
#endif

/* ---- Text: UTF-8 bytes with a length, not NUL-terminated ---- */

typedef struct {
  const char *at;
  size_t len;
} cx_text;

/* The text of a C string. */
CX_INLINE cx_text cx_str(const char *s) {
  size_t len = 0;
  while (s[len]) len++;
  return (cx_text){s, len};
}

CX_INLINE bool cx_same(cx_text a, cx_text b) {
  if (a.len != b.len) return false;
  for (size_t i = 0; i < a.len; i++)
    if (a.at[i] != b.at[i]) return false;
  return true;
}

/* Writes a code point as UTF-8, returns its length (1 to 4). */
CX_INLINE size_t cx_utf8(char *to, uint32_t c) {
  if (c < 0x80) return to[0] = (char)c, 1;
  if (c < 0x800) {
    to[0] = (char)(0xc0 | c >> 6);
    to[1] = (char)(0x80 | (c & 63));
    return 2;
  }
  if (c < 0x10000) {
    to[0] = (char)(0xe0 | c >> 12);
    to[1] = (char)(0x80 | (c >> 6 & 63));
    to[2] = (char)(0x80 | (c & 63));
    return 3;
  }
  to[0] = (char)(0xf0 | c >> 18);
  to[1] = (char)(0x80 | (c >> 12 & 63));
  to[2] = (char)(0x80 | (c >> 6 & 63));
  to[3] = (char)(0x80 | (c & 63));
  return 4;
}

/* Reads one code point and its length; UINT32_MAX where the bytes are no
 * UTF-8 (surrogates and overlong forms are none). */
CX_INLINE uint32_t cx_code_point(cx_text t, size_t *len) {
  const unsigned char *p = (const unsigned char *)t.at;
  *len = 1;
  if (t.len == 0) return UINT32_MAX;
  if (p[0] < 0x80) return p[0];
  size_t n = p[0] >= 0xf0 ? 4 : p[0] >= 0xe0 ? 3 : 2;
  if (p[0] < 0xc2 || p[0] > 0xf4 || t.len < n) return UINT32_MAX;
  uint32_t c = p[0] & (0x7f >> n);
  for (size_t i = 1; i < n; i++) {
    if ((p[i] & 0xc0) != 0x80) return UINT32_MAX;
    c = c << 6 | (p[i] & 63);
  }
  static const uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
  if (c < smallest[n] || c > 0x10ffff || (c >= 0xd800 && c < 0xe000))
    return UINT32_MAX;
  *len = n;
  return c;
}

/* ---- Reading JSON ---- */

typedef enum {
  CX_NULL,
  CX_FALSE,
  CX_TRUE,
  CX_NUMBER,
  CX_STRING,
  CX_ARRAY,
  CX_OBJECT
} cx_kind;

typedef struct cx_value {
  cx_kind kind;
  cx_text key;            /* inside an object: the member's name */
  cx_text text;           /* CX_STRING: decoded; CX_NUMBER: as written */
  double number;          /* CX_NUMBER */
  struct cx_value *first; /* CX_ARRAY, CX_OBJECT: the first child, or NULL */
  struct cx_value *next;  /* the next child of the same parent, or NULL */
} cx_value;

/* The parser recurses: this bounds the stack that it takes. */
#define CX_MAX_DEPTH 128

typedef struct {
  const char *at, *end;
} cx_reader;

CX_INLINE void cx_skip(cx_reader *r) {
  while (r->at < r->end && (*r->at == ' ' || *r->at == '\\n' ||
                            *r->at == '\\r' || *r->at == '\\t'))
    r->at++;
}

CX_INLINE bool cx_accept(cx_reader *r, char c) {
  if (r->at == r->end || *r->at != c) return false;
  r->at++;
  return true;
}

CX_INLINE bool cx_read_hex4(cx_reader *r, uint32_t *out) {
  if (r->end - r->at < 4) return false;
  *out = 0;
  for (int i = 0; i < 4; i++) {
    char c = *r->at++;
    char low = (char)(c | 32);
    if (c >= '0' && c <= '9')
      *out = *out << 4 | (uint32_t)(c - '0');
    else if (low >= 'a' && low <= 'f')
      *out = *out << 4 | (uint32_t)(low - 'a' + 10);
    else
      return false;
  }
  return true;
}

/* After \`\\u\`: pairs of surrogates become one code point, single ones U+FFFD. */
CX_INLINE bool cx_read_escape(cx_reader *r, uint32_t *out) {
  if (!cx_read_hex4(r, out)) return false;
  if (*out < 0xd800 || *out > 0xdfff) return true;
  uint32_t high = *out, low;
  *out = 0xfffd;
  if (high > 0xdbff || r->end - r->at < 2 || r->at[0] != '\\\\' ||
      r->at[1] != 'u')
    return true;
  cx_reader ahead = {r->at + 2, r->end};
  if (!cx_read_hex4(&ahead, &low)) return false;
  if (low < 0xdc00 || low > 0xdfff) return true;
  *r = ahead;
  *out = 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00);
  return true;
}

CX_INLINE bool cx_read_string(cx_reader *r, cx_text *out) {
  if (!cx_accept(r, '"')) return false;
  const char *close = r->at;
  while (close < r->end && *close != '"') close += *close == '\\\\' ? 2 : 1;
  if (close >= r->end) return false;
  char *to = cx_alloc((size_t)(close - r->at)); /* decoding never lengthens */
  size_t len = 0;
  while (r->at < close) {
    char c = *r->at++;
    if ((unsigned char)c < 0x20) return false;
    if (c == '\\\\') {
      uint32_t code;
      switch (c = *r->at++) {
        case 'b': c = '\\b'; break;
        case 'f': c = '\\f'; break;
        case 'n': c = '\\n'; break;
        case 'r': c = '\\r'; break;
        case 't': c = '\\t'; break;
        case '"': case '\\\\': case '/': break;
        case 'u':
          if (!cx_read_escape(r, &code)) return false;
          len += cx_utf8(to + len, code);
          continue;
        default: return false;
      }
    }
    to[len++] = c;
  }
  r->at = close + 1;
  *out = (cx_text){to, len};
  return true;
}

CX_INLINE bool cx_read_digits(cx_reader *r, double *number, int *count) {
  const char *start = r->at;
  while (r->at < r->end && *r->at >= '0' && *r->at <= '9')
    *number = *number * 10 + (*r->at++ - '0');
  *count = (int)(r->at - start);
  return *count > 0;
}

/* Exact for integers up to 2^53; fractions may be off by the last bit. */
CX_INLINE bool cx_read_number(cx_reader *r, cx_value *v) {
  const char *start = r->at;
  double mantissa = 0, exponent = 0;
  int count, fraction = 0;
  bool negative = cx_accept(r, '-');
  if (!cx_accept(r, '0') && !cx_read_digits(r, &mantissa, &count)) return false;
  if (cx_accept(r, '.') && !cx_read_digits(r, &mantissa, &fraction))
    return false;
  if (cx_accept(r, 'e') || cx_accept(r, 'E')) {
    bool below = cx_accept(r, '-');
    if (!below) cx_accept(r, '+');
    if (!cx_read_digits(r, &exponent, &count)) return false;
    if (below) exponent = -exponent;
  }
  exponent -= fraction;
  for (; exponent > 0 && mantissa < 1e308; exponent--) mantissa *= 10;
  double scale = 1;
  for (; exponent < 0 && scale < 1e300; exponent++) scale *= 10;
  v->kind = CX_NUMBER;
  v->number = (negative ? -mantissa : mantissa) / scale;
  v->text = (cx_text){start, (size_t)(r->at - start)};
  return true;
}

CX_INLINE bool cx_read_word(cx_reader *r, const char *word) {
  while (*word)
    if (!cx_accept(r, *word++)) return false;
  return true;
}

CX_INLINE bool cx_read_value(cx_reader *r, cx_value *v, int depth);

CX_INLINE bool cx_read_children(cx_reader *r, cx_value *v, char close,
                                int depth) {
  if (depth == CX_MAX_DEPTH) return false;
  cx_value **link = &v->first;
  r->at++;
  cx_skip(r);
  if (cx_accept(r, close)) return true;
  do {
    cx_value *child = cx_alloc(sizeof *child);
    *child = (cx_value){0};
    cx_skip(r);
    if (close == '}') {
      if (!cx_read_string(r, &child->key)) return false;
      cx_skip(r);
      if (!cx_accept(r, ':')) return false;
    }
    if (!cx_read_value(r, child, depth + 1)) return false;
    *link = child;
    link = &child->next;
  } while (cx_accept(r, ','));
  return cx_accept(r, close);
}

CX_INLINE bool cx_read_value(cx_reader *r, cx_value *v, int depth) {
  cx_skip(r);
  if (r->at == r->end) return false;
  bool ok;
  switch (*r->at) {
    case '"': v->kind = CX_STRING; ok = cx_read_string(r, &v->text); break;
    case '[': v->kind = CX_ARRAY; ok = cx_read_children(r, v, ']', depth); break;
    case '{': v->kind = CX_OBJECT; ok = cx_read_children(r, v, '}', depth); break;
    case 'n': v->kind = CX_NULL; ok = cx_read_word(r, "null"); break;
    case 't': v->kind = CX_TRUE; ok = cx_read_word(r, "true"); break;
    case 'f': v->kind = CX_FALSE; ok = cx_read_word(r, "false"); break;
    default: ok = cx_read_number(r, v);
  }
  cx_skip(r);
  return ok;
}

/* Parses a whole JSON text; false when it is none or nests too deeply. */
CX_INLINE bool cx_parse(cx_text json, cx_value *out) {
  cx_reader r = {json.at, json.at + json.len};
  *out = (cx_value){0};
  return cx_read_value(&r, out, 0) && r.at == r.end;
}

/* An object's member (the last one of that name), or NULL. */
CX_INLINE const cx_value *cx_get(const cx_value *object, const char *key) {
  const cx_value *found = NULL;
  if (!object || object->kind != CX_OBJECT) return NULL;
  for (const cx_value *v = object->first; v; v = v->next)
    if (cx_same(v->key, cx_str(key))) found = v;
  return found;
}

CX_INLINE bool cx_is(const cx_value *v, cx_kind kind) {
  return v && v->kind == kind;
}

/* Whether a value is the given string. */
CX_INLINE bool cx_equals(const cx_value *v, const char *text) {
  return cx_is(v, CX_STRING) && cx_same(v->text, cx_str(text));
}

/* ---- Writing JSON: commas come by themselves ---- */

typedef struct {
  char *at;
  size_t len, capacity;
  bool comma; /* the next value or key needs one before it */
} cx_json;

CX_INLINE void cx_raw(cx_json *w, cx_text t) {
  if (t.len > w->capacity - w->len) {
    size_t capacity = (w->capacity + t.len) * 2;
    char *larger = cx_alloc(capacity);
    __builtin_memcpy(larger, w->at, w->len);
    w->at = larger;
    w->capacity = capacity;
  }
  __builtin_memcpy(w->at + w->len, t.at, t.len);
  w->len += t.len;
}

/* A value that is JSON already, as it is. */
CX_INLINE void cx_put_raw(cx_json *w, cx_text json) {
  if (w->comma) cx_raw(w, cx_str(","));
  cx_raw(w, json);
  w->comma = true;
}

CX_INLINE void cx_open(cx_json *w, char bracket) {
  cx_put_raw(w, (cx_text){&bracket, 1});
  w->comma = false;
}

CX_INLINE void cx_close(cx_json *w, char bracket) {
  w->comma = false;
  cx_put_raw(w, (cx_text){&bracket, 1});
}

CX_INLINE void cx_put_text(cx_json *w, cx_text t) {
  static const char hex[] = "0123456789abcdef";
  cx_put_raw(w, cx_str("\\""));
  size_t done = 0;
  for (size_t i = 0; i < t.len; i++) {
    unsigned char c = (unsigned char)t.at[i];
    if (c >= 0x20 && c != '"' && c != '\\\\') continue;
    char escaped[] = {'\\\\', 'u', '0', '0', hex[c >> 4], hex[c & 15]};
    char quoted[] = {'\\\\', (char)c};
    cx_raw(w, (cx_text){t.at + done, i - done});
    cx_raw(w, c < 0x20 ? (cx_text){escaped, 6} : (cx_text){quoted, 2});
    done = i + 1;
  }
  cx_raw(w, (cx_text){t.at + done, t.len - done});
  cx_raw(w, cx_str("\\""));
}

CX_INLINE void cx_key(cx_json *w, const char *key) {
  cx_put_text(w, cx_str(key));
  cx_raw(w, cx_str(":"));
  w->comma = false;
}

CX_INLINE void cx_put_int(cx_json *w, int64_t n) {
  char digits[20];
  size_t at = sizeof digits;
  uint64_t left = n < 0 ? -(uint64_t)n : (uint64_t)n;
  do digits[--at] = (char)('0' + left % 10);
  while (left /= 10);
  if (n < 0) digits[--at] = '-';
  cx_put_raw(w, (cx_text){digits + at, sizeof digits - at});
}

CX_INLINE void cx_put_bool(cx_json *w, bool b) {
  cx_put_raw(w, cx_str(b ? "true" : "false"));
}

/* The answer \`{"error": message}\`, in place of anything written before. */
CX_INLINE void cx_error(cx_json *w, const char *message) {
  w->len = 0;
  w->comma = false;
  cx_open(w, '{');
  cx_key(w, "error");
  cx_put_text(w, cx_str(message));
  cx_close(w, '}');
}

/* ---- The tool's exports ---- */

/* What the host is told: where the answer's bytes are. Most compilers export
 * one i64 (pointer above length); with -DCORTEX_MULTI_VALUE -mmultivalue
 * -Xclang -target-abi -Xclang experimental-mv clang exports two i32. */
#ifdef CORTEX_MULTI_VALUE
typedef cx_text cx_slice;
#define CX_SLICE(AT, LEN) ((cx_text){(AT), (LEN)})
#else
typedef uint64_t cx_slice;
#define CX_SLICE(AT, LEN) ((uint64_t)(uintptr_t)(AT) << 32 | (uint32_t)(LEN))
#endif

/* Defines the exports of a tool from its schema (a string literal) and its
 * function \`void f(const cx_value *arguments, cx_json *answer)\`. */
#define CORTEX_TOOL(SCHEMA, FUNCTION)                                        \\
  CX_EXPORT("__tool_alloc") void *cx_tool_alloc(size_t bytes) {              \\
    return cx_alloc(bytes);                                                  \\
  }                                                                          \\
  CX_EXPORT("__tool_schema") cx_slice cx_tool_schema(void) {                 \\
    static const char schema[] = SCHEMA;                                     \\
    return CX_SLICE(schema, sizeof schema - 1);                              \\
  }                                                                          \\
  CX_EXPORT("__tool_execute")                                                \\
  cx_slice cx_tool_execute(const char *at, size_t len) {                     \\
    cx_value arguments;                                                      \\
    cx_json answer = {0};                                                    \\
    if (cx_parse((cx_text){at, len}, &arguments))                            \\
      FUNCTION(&arguments, &answer);                                         \\
    else                                                                     \\
      cx_error(&answer, "the arguments are no JSON, or nest too deeply");    \\
    return CX_SLICE(answer.at, answer.len);                                  \\
  }
`;

/** `cortex_tool.rs`. */
export const SDK_RUST = `//! Write a sandboxed tool in Rust, without any crate and without imports.
//!
//! \`\`\`ignore
//! #[path = "../sdk/cortex_tool.rs"]
//! mod cortex_tool;
//! use cortex_tool::Json;
//!
//! fn greet(arguments: &Json) -> Result<Json, String> {
//!     let name = arguments.text("name")?;
//!     Ok(Json::object([("hello", name.into())]))
//! }
//!
//! cortex_tool!(r#"{"name":"greet","description":"Greets.","parameters":{"type":"object"}}"#, greet);
//! \`\`\`
//!
//! Build with \`rustc --target wasm32-unknown-unknown --crate-type cdylib
//! -C opt-level=z -C panic=abort -C lto greet.rs\`, or with cargo and the same
//! settings. An \`Err\` is answered as \`{"error": "what was wrong"}\`.
#![allow(dead_code)]

use std::fmt::Write;

/// A JSON value. Objects keep the order of their members.
#[derive(Clone, Debug, PartialEq)]
pub enum Json {
    Null,
    Bool(bool),
    /// Written as a whole number where it is one, up to 2^53.
    Number(f64),
    Text(String),
    Array(Vec<Json>),
    Object(Vec<(String, Json)>),
}

impl From<&str> for Json {
    fn from(text: &str) -> Json {
        Json::Text(text.to_string())
    }
}

impl From<usize> for Json {
    fn from(count: usize) -> Json {
        Json::Number(count as f64)
    }
}

impl From<f64> for Json {
    fn from(number: f64) -> Json {
        Json::Number(number)
    }
}

impl Json {
    /// An object of these members.
    pub fn object<const N: usize>(members: [(&str, Json); N]) -> Json {
        Json::Object(members.map(|(key, value)| (key.to_string(), value)).into())
    }

    /// An object's member: the last one of that name.
    pub fn get(&self, key: &str) -> Option<&Json> {
        match self {
            Json::Object(members) => members.iter().rev().find(|(k, _)| k == key).map(|(_, v)| v),
            _ => None,
        }
    }

    /// A member that has to be a string.
    pub fn text(&self, key: &str) -> Result<&str, String> {
        match self.get(key) {
            Some(Json::Text(text)) => Ok(text),
            _ => Err(format!("{key} must be a string")),
        }
    }

    /// A member that has to be a string where it is given.
    pub fn optional_text(&self, key: &str) -> Result<Option<&str>, String> {
        self.get(key).map_or(Ok(None), |_| self.text(key).map(Some))
    }

    /// Parses a whole JSON text.
    pub fn parse(text: &str) -> Result<Json, String> {
        let mut reader = Reader { text, at: 0 };
        let value = reader.value(0)?;
        reader.skip();
        if reader.at == text.len() {
            Ok(value)
        } else {
            Err(reader.wrong())
        }
    }

    /// The value as JSON.
    pub fn to_text(&self) -> String {
        let mut out = String::new();
        self.write(&mut out);
        out
    }

    fn write(&self, out: &mut String) {
        match self {
            Json::Null => out.push_str("null"),
            Json::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
            Json::Number(value) => write_number(*value, out),
            Json::Text(value) => write_text(value, out),
            Json::Array(values) => {
                write_list(values, ('[', ']'), out, |value, out| value.write(out))
            }
            Json::Object(members) => write_list(members, ('{', '}'), out, |(key, value), out| {
                write_text(key, out);
                out.push(':');
                value.write(out);
            }),
        }
    }
}

fn write_number(value: f64, out: &mut String) {
    // JSON has no infinity and no NaN.
    let _ = if !value.is_finite() {
        write!(out, "null")
    } else if value.abs() < 9e15 && value as i64 as f64 == value {
        write!(out, "{}", value as i64)
    } else if (1e-6..1e21).contains(&value.abs()) {
        write!(out, "{value}")
    } else {
        write!(out, "{value:e}")
    };
}

fn write_text(text: &str, out: &mut String) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\\\' => out.extend(['\\\\', c]),
            '\\n' => out.push_str("\\\\n"),
            c if c < ' ' => drop(write!(out, "\\\\u{:04x}", c as u32)),
            c => out.push(c),
        }
    }
    out.push('"');
}

fn write_list<T>(
    items: &[T],
    brackets: (char, char),
    out: &mut String,
    write: fn(&T, &mut String),
) {
    out.push(brackets.0);
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            out.push(',');
        }
        write(item, out);
    }
    out.push(brackets.1);
}

/// The parser recurses: this bounds the stack that it takes.
const MAX_DEPTH: usize = 128;

struct Reader<'a> {
    text: &'a str,
    at: usize,
}

impl Reader<'_> {
    fn wrong(&self) -> String {
        format!(
            "the arguments are no JSON at byte {}, or nest too deeply",
            self.at
        )
    }

    fn peek(&self) -> u8 {
        self.text.as_bytes().get(self.at).copied().unwrap_or(0)
    }

    fn skip(&mut self) {
        while matches!(self.peek(), b' ' | b'\\t' | b'\\r' | b'\\n') {
            self.at += 1;
        }
    }

    fn accept(&mut self, word: &str) -> bool {
        let found = self.text[self.at..].starts_with(word);
        if found {
            self.at += word.len();
        }
        found
    }

    fn expect(&mut self, word: &str) -> Result<(), String> {
        if self.accept(word) {
            Ok(())
        } else {
            Err(self.wrong())
        }
    }

    fn value(&mut self, depth: usize) -> Result<Json, String> {
        self.skip();
        match self.peek() {
            b'"' => self.string().map(Json::Text),
            b'[' | b'{' if depth == MAX_DEPTH => Err(self.wrong()),
            b'[' => self
                .list("]", |reader| reader.value(depth + 1))
                .map(Json::Array),
            b'{' => self
                .list("}", |reader| reader.member(depth + 1))
                .map(Json::Object),
            b'n' => self.expect("null").map(|()| Json::Null),
            b't' => self.expect("true").map(|()| Json::Bool(true)),
            b'f' => self.expect("false").map(|()| Json::Bool(false)),
            _ => self.number(),
        }
    }

    fn list<T>(
        &mut self,
        close: &str,
        mut item: impl FnMut(&mut Self) -> Result<T, String>,
    ) -> Result<Vec<T>, String> {
        let mut items = Vec::new();
        self.at += 1;
        self.skip();
        if self.accept(close) {
            return Ok(items);
        }
        loop {
            items.push(item(self)?);
            self.skip();
            if !self.accept(",") {
                return self.expect(close).map(|()| items);
            }
        }
    }

    fn member(&mut self, depth: usize) -> Result<(String, Json), String> {
        self.skip();
        let key = self.string()?;
        self.skip();
        self.expect(":")?;
        Ok((key, self.value(depth)?))
    }

    fn digits(&mut self) -> Result<(), String> {
        let start = self.at;
        while self.peek().is_ascii_digit() {
            self.at += 1;
        }
        if self.at > start {
            Ok(())
        } else {
            Err(self.wrong())
        }
    }

    fn number(&mut self) -> Result<Json, String> {
        let start = self.at;
        self.accept("-");
        if !self.accept("0") {
            self.digits()?;
        }
        if self.accept(".") {
            self.digits()?;
        }
        if self.accept("e") || self.accept("E") {
            let _ = self.accept("-") || self.accept("+");
            self.digits()?;
        }
        self.text[start..self.at]
            .parse()
            .map(Json::Number)
            .map_err(|_| self.wrong())
    }

    fn string(&mut self) -> Result<String, String> {
        self.expect("\\"")?;
        let mut out = String::new();
        loop {
            let rest = &self.text[self.at..];
            let plain = rest
                .find(|c| c < ' ' || c == '"' || c == '\\\\')
                .ok_or_else(|| self.wrong())?;
            out.push_str(&rest[..plain]);
            self.at += plain;
            if self.accept("\\"") {
                return Ok(out);
            }
            self.expect("\\\\")?;
            out.push(self.escape()?);
        }
    }

    fn escape(&mut self) -> Result<char, String> {
        let kind = self.peek();
        if !kind.is_ascii() {
            return Err(self.wrong());
        }
        self.at += 1;
        Ok(match kind {
            b'"' | b'\\\\' | b'/' => kind as char,
            b'b' => '\\u{8}',
            b'f' => '\\u{c}',
            b'n' => '\\n',
            b'r' => '\\r',
            b't' => '\\t',
            b'u' => self.unicode()?,
            _ => return Err(self.wrong()),
        })
    }

    fn hex4(&mut self) -> Result<u32, String> {
        let digits = self
            .text
            .get(self.at..self.at + 4)
            .ok_or_else(|| self.wrong())?;
        if !digits.bytes().all(|c| c.is_ascii_hexdigit()) {
            return Err(self.wrong());
        }
        self.at += 4;
        u32::from_str_radix(digits, 16).map_err(|_| self.wrong())
    }

    /// Pairs of surrogates become one character, single ones U+FFFD.
    fn unicode(&mut self) -> Result<char, String> {
        let first = self.hex4()?;
        let before = self.at;
        if (0xd800..0xdc00).contains(&first) && self.accept("\\\\u") {
            let second = self.hex4()?;
            if (0xdc00..0xe000).contains(&second) {
                let code = 0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00);
                return Ok(char::from_u32(code).unwrap_or('\\u{fffd}'));
            }
            self.at = before;
        }
        Ok(char::from_u32(first).unwrap_or('\\u{fffd}'))
    }
}

/// Pointer above length, in one result: what Rust can export.
pub fn slice(bytes: &[u8]) -> u64 {
    (bytes.as_ptr() as u64) << 32 | bytes.len() as u64
}

/// Room for the arguments. Every call gets a fresh instance: it is never freed.
pub fn alloc(bytes: usize) -> *mut u8 {
    Vec::leak(vec![0; bytes]).as_mut_ptr()
}

/// What \`__tool_execute\` does around the tool's own function.
pub fn answer(arguments: &[u8], tool: fn(&Json) -> Result<Json, String>) -> u64 {
    let answer = std::str::from_utf8(arguments)
        .map_err(|_| "the arguments are no UTF-8".to_string())
        .and_then(Json::parse)
        .and_then(|arguments| tool(&arguments))
        .unwrap_or_else(|message| Json::object([("error", Json::Text(message))]));
    slice(answer.to_text().leak().as_bytes())
}

/// Defines the exports of a tool from its schema and its function
/// \`fn(&Json) -> Result<Json, String>\`.
#[macro_export]
macro_rules! cortex_tool {
    ($schema:expr, $function:path) => {
        #[unsafe(no_mangle)]
        pub extern "C" fn __tool_alloc(bytes: usize) -> *mut u8 {
            cortex_tool::alloc(bytes)
        }

        #[unsafe(no_mangle)]
        pub extern "C" fn __tool_schema() -> u64 {
            cortex_tool::slice($schema.as_bytes())
        }

        /// # Safety
        /// The host passes what it wrote to the memory from \`__tool_alloc\`.
        #[unsafe(no_mangle)]
        pub unsafe extern "C" fn __tool_execute(at: *const u8, len: usize) -> u64 {
            let arguments = unsafe { std::slice::from_raw_parts(at, len) };
            cortex_tool::answer(arguments, $function)
        }
    };
}
`;

/** `cortex_tool.go`. */
export const SDK_GO = `// Package sdk writes a sandboxed tool in Go.
//
//	package main
//
//	import cortex "cortexai/fixtures/sdk"
//
//	func greet(arguments any) any {
//		name, err := cortex.Text(arguments, "name")
//		if err != nil {
//			return cortex.Failure(err)
//		}
//		return cortex.Object{{"hello", name}}
//	}
//
//	//go:wasmexport __tool_alloc
//	func toolAlloc(size uint32) uint32 { return cortex.Alloc(size) }
//
//	//go:wasmexport __tool_schema
//	func toolSchema() uint64 { return cortex.Slice([]byte(schema)) }
//
//	//go:wasmexport __tool_execute
//	func toolExecute(at, length uint32) uint64 { return cortex.Answer(at, length, greet) }
//
//	func main() {}
//
// Build with
//
//	GOOS=wasip1 GOARCH=wasm go build -buildmode=c-shared -ldflags="-s -w" -o greet.wasm greet.go
//
// Go's runtime imports WASI preview 1 (clock, randomness, standard streams):
// such a tool runs only where the sandbox provides that. encoding/json works as
// well as the JSON here, and makes the module a megabyte larger.
package sdk

import (
	"errors"
	"strconv"
	"strings"
	"unicode/utf16"
	"unsafe"
)

// Member is one name and value of an Object.
type Member struct {
	Key   string
	Value any
}

// Object is a JSON object that keeps the order of its members. The other JSON
// values are nil, bool, float64 (also int, to write), string and []any.
type Object []Member

// Get is an object's member (the last one of that name), or nil.
func Get(value any, key string) any {
	object, _ := value.(Object)
	for i := len(object) - 1; i >= 0; i-- {
		if object[i].Key == key {
			return object[i].Value
		}
	}
	return nil
}

// Text is a member that has to be a string.
func Text(value any, key string) (string, error) {
	if text, ok := Get(value, key).(string); ok {
		return text, nil
	}
	return "", errors.New(key + " must be a string")
}

// Failure is the answer of a tool that fails.
func Failure(err error) any {
	return Object{{"error", err.Error()}}
}

// What the host holds an address of must stay where the collector sees it.
var kept [][]byte

// Alloc makes room for the arguments, which the host writes.
func Alloc(size uint32) uint32 {
	buffer := make([]byte, max(size, 1))
	kept = append(kept, buffer)
	return uint32(uintptr(unsafe.Pointer(&buffer[0])))
}

// Slice gives bytes to the host: pointer above length, in one result.
func Slice(bytes []byte) uint64 {
	kept = append(kept, bytes)
	return uint64(uintptr(unsafe.Pointer(unsafe.SliceData(bytes))))<<32 | uint64(len(bytes))
}

// Answer does around the tool's own function what __tool_execute has to.
func Answer(at, length uint32, tool func(arguments any) any) uint64 {
	json := unsafe.String((*byte)(unsafe.Pointer(uintptr(at))), length)
	arguments, err := Parse(json)
	if err != nil {
		return Slice(appendJSON(nil, Failure(err)))
	}
	return Slice(appendJSON(nil, tool(arguments)))
}

func appendJSON(out []byte, value any) []byte {
	switch value := value.(type) {
	case bool:
		return strconv.AppendBool(out, value)
	case int:
		return strconv.AppendInt(out, int64(value), 10)
	case float64:
		return strconv.AppendFloat(out, value, 'g', -1, 64)
	case string:
		return appendText(out, value)
	case []any:
		out = append(out, '[')
		for i, child := range value {
			if i > 0 {
				out = append(out, ',')
			}
			out = appendJSON(out, child)
		}
		return append(out, ']')
	case Object:
		out = append(out, '{')
		for i, member := range value {
			if i > 0 {
				out = append(out, ',')
			}
			out = append(appendText(out, member.Key), ':')
			out = appendJSON(out, member.Value)
		}
		return append(out, '}')
	}
	return append(out, "null"...)
}

func appendText(out []byte, text string) []byte {
	out = append(out, '"')
	for _, c := range text {
		switch {
		case c == '"' || c == '\\\\':
			out = append(out, '\\\\', byte(c))
		case c < ' ':
			out = append(out, '\\\\', 'u', '0', '0', '0'+byte(c>>4), "0123456789abcdef"[c&15])
		default:
			out = append(out, string(c)...)
		}
	}
	return append(out, '"')
}

// The parser recurses: this bounds the stack that it takes.
const maxDepth = 128

type reader struct {
	text string
	at   int
	err  error
}

// Parse reads a whole JSON text.
func Parse(text string) (any, error) {
	r := reader{text: text}
	value := r.value(0)
	if r.at < len(text) {
		r.fail()
	}
	return value, r.err
}

// The first failure is kept; behind it there is nothing more to read.
func (r *reader) fail() {
	if r.err == nil {
		r.err = errors.New("the arguments are no JSON at byte " + strconv.Itoa(r.at) + ", or nest too deeply")
	}
	r.at = len(r.text)
}

func (r *reader) peek() byte {
	if r.at < len(r.text) {
		return r.text[r.at]
	}
	return 0
}

func (r *reader) skip() {
	for r.at < len(r.text) && strings.IndexByte(" \\t\\r\\n", r.text[r.at]) >= 0 {
		r.at++
	}
}

func (r *reader) accept(word string) bool {
	found := strings.HasPrefix(r.text[r.at:], word)
	if found {
		r.at += len(word)
	}
	return found
}

func (r *reader) expect(word string) {
	if !r.accept(word) {
		r.fail()
	}
}

func (r *reader) value(depth int) (value any) {
	r.skip()
	switch {
	case depth > maxDepth:
		r.fail()
	case r.peek() == '"':
		value = r.string()
	case r.accept("["):
		list := []any{}
		r.list("]", func() { list = append(list, r.value(depth+1)) })
		value = list
	case r.accept("{"):
		object := Object{}
		r.list("}", func() {
			r.skip()
			key := r.string()
			r.skip()
			r.expect(":")
			object = append(object, Member{key, r.value(depth + 1)})
		})
		value = object
	case r.accept("null"):
	case r.accept("true"):
		value = true
	case r.accept("false"):
		value = false
	default:
		value = r.number()
	}
	r.skip()
	return value
}

func (r *reader) list(closing string, item func()) {
	r.skip()
	if r.accept(closing) {
		return
	}
	item()
	for r.accept(",") {
		item()
	}
	r.expect(closing)
}

func (r *reader) digits() {
	start := r.at
	for r.peek() >= '0' && r.peek() <= '9' {
		r.at++
	}
	if r.at == start {
		r.fail()
	}
}

func (r *reader) number() float64 {
	start := r.at
	r.accept("-")
	if !r.accept("0") {
		r.digits()
	}
	if r.accept(".") {
		r.digits()
	}
	if r.accept("e") || r.accept("E") {
		_ = r.accept("-") || r.accept("+")
		r.digits()
	}
	number, err := strconv.ParseFloat(r.text[start:r.at], 64)
	if err != nil {
		r.fail()
	}
	return number
}

func (r *reader) string() string {
	r.expect(\`"\`)
	var out strings.Builder
	for r.err == nil {
		c := r.peek()
		switch {
		case c < ' ':
			r.fail()
		case r.accept(\`"\`):
			return out.String()
		case r.accept(\`\\u\`):
			out.WriteRune(r.unicode())
		case r.accept(\`\\\`):
			place := strings.IndexByte(\`"\\/bfnrt\`, r.peek())
			if place < 0 {
				r.fail()
				break
			}
			out.WriteByte("\\"\\\\/\\b\\f\\n\\r\\t"[place])
			r.at++
		default:
			out.WriteByte(c)
			r.at++
		}
	}
	return ""
}

func (r *reader) hex4() rune {
	end := min(r.at+4, len(r.text))
	code, err := strconv.ParseUint(r.text[r.at:end], 16, 16)
	if err != nil || end < r.at+4 {
		r.fail()
	}
	r.at = end
	return rune(code)
}

// Pairs of surrogates become one character, single ones U+FFFD.
func (r *reader) unicode() rune {
	first, before := r.hex4(), r.at
	if !utf16.IsSurrogate(first) || !r.accept(\`\\u\`) {
		return first // a single surrogate is written as U+FFFD
	}
	code := utf16.DecodeRune(first, r.hex4())
	if code == '\\ufffd' && r.err == nil {
		r.at = before
	}
	return code
}
`;
