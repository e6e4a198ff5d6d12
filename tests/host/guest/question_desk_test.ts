import { assert, assertEquals } from "@std/assert";
import { GuestQuestions } from "../../../src/channel/guest_questions.ts";
import { HostQuestions } from "../../../src/channel/host_questions.ts";
import { QuestionWord } from "../../../src/channel/questions.ts";
import {
  QuestionDesk,
  type QuestionHandlers,
  REPLIED,
} from "../../../src/host/guest/question_desk.ts";
import { StopPage, StopReason } from "../../../src/stop_page.ts";

const NOTHING = new Uint8Array();

/** A desk in one thread with its guest, which rings it. */
class Desk {
  readonly page: StopPage = new StopPage();
  readonly questions: HostQuestions = new HostQuestions(this.page);
  readonly desk: QuestionDesk;
  attended: boolean | undefined;
  readonly guest: GuestQuestions = new GuestQuestions(
    this.questions.buffers,
    this.page,
    () => this.attended = this.desk.attend(),
  );

  constructor(own: QuestionHandlers = {}) {
    const stop = () => void this.page.stop(StopReason.Abort);
    this.desk = new QuestionDesk(this.questions, own, stop);
  }

  begin(call: number, handlers: QuestionHandlers): void {
    this.page.reset();
    this.questions.begin(call);
    this.guest.begin(call, false);
    this.desk.begin(handlers);
  }

  /** Asks without waiting: whoever answers late answers to this. */
  ask(): void {
    const words = new Int32Array(this.questions.buffers.words);
    words[QuestionWord.kind] = 1;
    words[QuestionWord.room] = 9;
    words[QuestionWord.call] = 1;
    Atomics.add(words, QuestionWord.asked, 1);
    this.attended = this.desk.attend();
  }
}

Deno.test("QuestionDesk lets the guest go on at once where no promise is made", () => {
  const desk = new Desk();
  desk.begin(1, { stdin: ({ room }) => ({ value: room }) });
  assertEquals(desk.guest.ask("stdin", NOTHING, 5).value, 5);
  assertEquals(desk.desk.end(), undefined);
});

Deno.test("QuestionDesk asks the worker's handlers before the call's", () => {
  const desk = new Desk({ link: () => ({ value: 1 }) });
  desk.begin(1, { link: () => ({ value: 2 }), stdin: () => ({ value: 3 }) });
  assertEquals(desk.guest.ask("link", NOTHING).value, 1);
  assertEquals(desk.guest.ask("stdin", NOTHING).value, 3);
});

Deno.test("QuestionDesk.attend tells a question that nobody answers", () => {
  const desk = new Desk();
  desk.begin(1, {});
  desk.ask();
  assertEquals(desk.attended, false);
});

Deno.test("QuestionDesk stops the guest when a handler throws, and says what", async () => {
  const failing: QuestionHandlers[] = [
    {
      stdin() {
        throw undefined;
      },
    },
    { stdin: () => Promise.reject(undefined) },
    { stdin: () => ({ value: 0, payload: new Uint8Array(10) }) },
    { stdin: () => Promise.resolve({ value: 0, payload: new Uint8Array(10) }) },
  ];
  for (const handlers of failing) {
    const desk = new Desk();
    desk.begin(1, handlers);
    desk.ask();
    await Promise.resolve();
    assert(desk.attended);
    assertEquals(desk.page.reason, StopReason.Abort);
    assert(desk.desk.end());
  }
});

Deno.test("QuestionDesk hears nobody who answers or fails after the call", async () => {
  for (const fails of [false, true]) {
    const desk = new Desk();
    const late = Promise.withResolvers<{ value: number }>();
    desk.begin(1, { stdin: () => late.promise });
    desk.ask();
    assertEquals(desk.desk.end(), undefined);
    desk.begin(2, {});
    if (fails) late.reject(new Error("late"));
    else late.resolve({ value: 7 });
    await late.promise.catch(() => {});
    await Promise.resolve();
    assertEquals(desk.page.reason, StopReason.Running);
    assertEquals(desk.desk.end(), undefined);
    const words = new Int32Array(desk.questions.buffers.words);
    assertEquals(words[QuestionWord.answered], 0);
  }
});

Deno.test("QuestionDesk.replied tells when a handler that took its time has replied", async () => {
  const desk = new Desk();
  const { promise, resolve } = Promise.withResolvers<{ value: number }>();
  desk.begin(1, { stdin: () => promise });
  assertEquals(desk.desk.replied, undefined);
  desk.ask();
  const { replied } = desk.desk;
  resolve({ value: 7 });
  assertEquals(await replied, REPLIED);
  assertEquals(desk.desk.replied, undefined);
});

Deno.test("QuestionDesk.replied tells nothing of a call that has ended", async () => {
  const desk = new Desk();
  const { promise, resolve } = Promise.withResolvers<{ value: number }>();
  desk.begin(1, { stdin: () => promise });
  desk.ask();
  const late = Promise.race([desk.desk.replied, promise.then(() => "late")]);
  desk.desk.end();
  resolve({ value: 7 });
  assertEquals(await late, "late");
});
