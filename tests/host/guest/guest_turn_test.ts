import { assert, assertEquals } from "@std/assert";
import { HostEnd } from "../../../src/channel/host_end.ts";
import { QuestionWord } from "../../../src/channel/questions.ts";
import { GuestTurn } from "../../../src/host/guest/guest_turn.ts";
import { QuestionDesk } from "../../../src/host/guest/question_desk.ts";
import { Wakefulness } from "../../../src/host/guest/wakefulness.ts";
import { StopPage } from "../../../src/stop_page.ts";
import { Op, Turn, Word } from "../../../src/channel/layout.ts";

/**
 * How many of two questions are answered in one look, where a guest asks the
 * second once it has its reply, and rings for neither.
 */
function answeredInOneLook(isAskedAgain: boolean): number {
  const channel = new HostEnd(
    { maxRequestBytes: 64, maxAnswerBytes: 64 },
    new StopPage(),
  );
  const words = new Int32Array(channel.buffers.questions.words);
  const desk = new QuestionDesk(channel.questions, {}, () => {});
  let answered = 0;
  const ask = () => {
    words[QuestionWord.call] = 1;
    words[QuestionWord.kind] = 1;
    words[QuestionWord.room] = 9;
    Atomics.add(words, QuestionWord.asked, 1);
  };
  const payload = new Uint8Array();
  channel.call({ op: Op.Tool, module: 0, meta: "", payload }, false);
  desk.begin({
    stdin: () => {
      // It is there when the host looks next, as if another thread asked.
      if (++answered === 1) queued = true;
      return { value: 0 };
    },
  });
  let queued = false;
  const wakefulness = new Wakefulness({ isAnsweredSoon: false, isAskedAgain });
  const attend = desk.attend.bind(desk);
  desk.attend = () => {
    const isSound = attend();
    if (queued) ask();
    queued = false;
    return isSound;
  };
  ask();
  assertEquals(new GuestTurn(channel, desk).isBack(wakefulness), false);
  return answered;
}

Deno.test("GuestTurn waits awake for the question after a reply", () => {
  assertEquals(answeredInOneLook(true), 2);
});

Deno.test("GuestTurn goes to sleep after a reply where it may not spin", () => {
  assert(answeredInOneLook(false) < 2);
});

Deno.test("GuestTurn leaves others their turns where the next question is there with each reply", async () => {
  const channel = new HostEnd(
    { maxRequestBytes: 64, maxAnswerBytes: 64 },
    new StopPage(),
  );
  const header = new Int32Array(channel.buffers.header);
  const words = new Int32Array(channel.buffers.questions.words);
  const desk = new QuestionDesk(channel.questions, {}, () => {});
  const ask = () => {
    words[QuestionWord.call] = 1;
    words[QuestionWord.kind] = 1;
    words[QuestionWord.room] = 9;
    Atomics.add(words, QuestionWord.asked, 1);
    channel.ring();
  };
  let hasTurned = false;
  const timer = setTimeout(() => hasTurned = true, 1);
  const giveUpAt = performance.now() + 200;
  const goOn = () => {
    if (!hasTurned && performance.now() < giveUpAt) return ask();
    Atomics.store(header, Word.turn, Turn.Host);
    channel.ring();
  };
  const payload = new Uint8Array();
  channel.call({ op: Op.Tool, module: 0, meta: "", payload }, false);
  desk.begin({
    stdin: () => {
      const reply = Promise.resolve({ value: 0 });
      // The desk replies before, and the host looks again after.
      reply.then(() => {}).then(goOn);
      return reply;
    },
  });
  ask();
  const wakefulness = new Wakefulness({
    isAnsweredSoon: false,
    isAskedAgain: true,
  });
  const turn = new GuestTurn(channel, desk);
  assertEquals(await turn.untilBack(wakefulness, () => 1000), undefined);
  const turned = hasTurned;
  turn.end();
  clearTimeout(timer);
  assert(turned, "the event loop was held up for 200 ms");
});
