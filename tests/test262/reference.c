/*
 * QuickJS-NG alone, as the reference: reads pairs of files, a harness and a
 * test, a line each with a space between, and `async` or `sync` before; prints
 * a line each, the error's name or nothing.
 */
#include <stdio.h>
#include <string.h>
#include <stdlib.h>
#include <time.h>
#include "quickjs.h"

#define SECONDS 10

static time_t deadline;

static int is_late(JSRuntime *runtime, void *opaque) {
  return time(NULL) > deadline;
}

static char *read_file(const char *path, size_t *size) {
  FILE *file = fopen(path, "rb");
  if (!file) exit(2);
  fseek(file, 0, SEEK_END);
  *size = ftell(file);
  rewind(file);
  char *text = malloc(*size + 1);
  if (fread(text, 1, *size, file) != *size) exit(2);
  text[*size] = 0;
  fclose(file);
  return text;
}

/* Writes the name of what was thrown, and frees it. */
static void print_error(JSContext *context, JSValue error) {
  JSValue name = JS_IsObject(error) ? JS_GetPropertyStr(context, error, "name")
                                    : JS_DupValue(context, error);
  const char *text = JS_ToCString(context, name);
  printf("%s", text && *text ? text : "Thrown");
  JS_FreeCString(context, text);
  JS_FreeValue(context, name);
  JS_FreeValue(context, error);
}

static int evaluates(JSContext *context, const char *path, int is_kept) {
  size_t size;
  char *text = read_file(path, &size);
  JSValue value = JS_Eval(context, text, size, path, JS_EVAL_TYPE_GLOBAL);
  free(text);
  int is_good = !JS_IsException(value);
  if (!is_good && is_kept) print_error(context, JS_GetException(context));
  JS_FreeValue(context, value);
  return is_good;
}

static void run(const char *kind, const char *harness, const char *test) {
  JSRuntime *runtime = JS_NewRuntime();
  JS_SetMaxStackSize(runtime, 480 * 1024);
  JS_SetMemoryLimit(runtime, 64 << 20);
  JS_SetInterruptHandler(runtime, is_late, NULL);
  deadline = time(NULL) + SECONDS;
  JSContext *context = JS_NewContext(runtime);
  JSContext *of_job;
  evaluates(context, harness, 0);
  int is_good = evaluates(context, test, 1);
  while (JS_ExecutePendingJob(runtime, &of_job) != 0)
    if (time(NULL) > deadline) break;
  if (is_good && !strcmp(kind, "async")) {
    JSValue global = JS_GetGlobalObject(context);
    JSValue promise = JS_GetPropertyStr(context, global, "__isDone");
    int state = JS_PromiseState(context, promise);
    if (state == JS_PROMISE_PENDING) printf("Pending");
    if (state == JS_PROMISE_REJECTED)
      print_error(context, JS_PromiseResult(context, promise));
    JS_FreeValue(context, promise);
    JS_FreeValue(context, global);
  }
  printf("\n");
  fflush(stdout);
  JS_FreeContext(context);
  JS_FreeRuntime(runtime);
}

int main(void) {
  char kind[16], harness[1024], test[1024];
  while (scanf("%15s %1023s %1023s", kind, harness, test) == 3)
    run(kind, harness, test);
  return 0;
}
