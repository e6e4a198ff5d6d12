import { assert, assertEquals, assertThrows } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { GuestQuestions } from "../../src/channel/guest_questions.ts";
import { HostQuestions } from "../../src/channel/host_questions.ts";
import {
  PIECE_BYTES,
  type Question,
  QuestionBytes,
  type QuestionKind,
  QuestionWord,
  type Reply,
} from "../../src/channel/questions.ts";
import { ExecutionFailed } from "../../src/errors.ts";
import { GuestStopped, StopPage, StopReason } from "../../src/stop_page.ts";

const NOTHING = new Uint8Array();

/** Both ends in one thread: the host looks when the guest rings. */
class Ends {
  readonly page: StopPage = new StopPage();
  readonly host: HostQuestions = new HostQuestions(this.page);
  readonly taken: ReturnType<HostQuestions["take"]>[] = [];
  /** What the host does when it is rung. */
  onRing: () => void = () => this.attend();
  onQuestion: (question: Question) => Reply | undefined = () => undefined;
  readonly guest: GuestQuestions = new GuestQuestions(
    this.host.buffers,
    this.page,
    () => this.onRing(),
  );

  begin(call: number): void {
    this.host.begin(call);
    this.guest.begin(call, false);
  }

  attend(): void {
    const question = this.host.take();
    this.taken.push(question);
    if (typeof question === "string") return;
    const reply = this.onQuestion(question);
    if (reply) this.host.reply(question, reply);
  }

  get words(): Int32Array {
    return new Int32Array(this.host.buffers.words);
  }
}

function ramp(length: number): Uint8Array {
  return new Uint8Array(length).map((_, i) => i ^ (i >> 8));
}

describe("A question", () => {
  it("is copied out, replied to and read", () => {
    const ends = new Ends();
    ends.begin(1);
    const payload = new Uint8Array([1, 2]);
    const answer = new Uint8Array([7, 8, 9]);
    ends.onQuestion = (question) => {
      assertEquals({ ...question, number: 0 }, {
        number: 0,
        kind: "link",
        payload,
        room: 10,
      });
      return { value: -3, payload: answer };
    };
    const reply = ends.guest.ask("link", payload, 10);
    assertEquals(reply, { value: -3, payload: answer });
    assert(!ends.host.isAsked);
  });

  it("of every kind has a number of its own", () => {
    const ends = new Ends();
    ends.begin(1);
    const kinds = Object.keys(QuestionBytes) as QuestionKind[];
    const seen: string[] = [];
    ends.onQuestion = ({ kind }) => {
      seen.push(kind);
      return { value: 0 };
    };
    for (const kind of kinds) ends.guest.ask(kind, NOTHING);
    assertEquals(seen, kinds);
  });

  it("gets a reply of many pieces, up to its room", () => {
    const ends = new Ends();
    ends.begin(1);
    for (const extra of [-1, 0, 1]) {
      for (const pieces of [1, 2, 5]) {
        const long = ramp(pieces * PIECE_BYTES + extra);
        const kept = long.slice();
        ends.onQuestion = () => ({ value: 1, payload: long });
        const ring = ends.onRing;
        ends.onRing = () => {
          ring();
          // What is handed over first may be changed by its owner afterwards.
          long.subarray(PIECE_BYTES).fill(0);
        };
        const { value, payload } = ends.guest.ask("stdin", NOTHING, 2 ** 20);
        ends.onRing = ring;
        assertEquals(value, 1);
        assertEquals(payload, kept);
      }
    }
  });

  it("of many pieces is put together, and replied to once", () => {
    const ends = new Ends();
    ends.begin(1);
    for (const length of [PIECE_BYTES, PIECE_BYTES + 1, 5 * PIECE_BYTES]) {
      const asked: Question[] = [];
      ends.onQuestion = (question) => {
        asked.push(question);
        return { value: length };
      };
      const payload = ramp(length);
      assertEquals(ends.guest.ask("link", payload).value, length);
      assertEquals(asked.length, 1);
      assertEquals(asked[0]!.payload, payload);
    }
  });

  it("of which pieces are missing is forgotten with its call", () => {
    const ends = new Ends();
    ends.begin(1);
    const ring = ends.onRing;
    ends.onRing = () => {
      ring();
      ends.page.stop(StopReason.Abort);
    };
    const long = new Uint8Array(2 * PIECE_BYTES);
    assertThrows(() => ends.guest.ask("link", long), GuestStopped);
    assertEquals(ends.taken, ["part"]);
    ends.onRing = ring;
    ends.page.reset();
    ends.begin(2);
    ends.onQuestion = ({ payload }) => ({ value: payload[0]! });
    assertEquals(ends.guest.ask("link", new Uint8Array([9])).value, 9);
  });

  it("is not replied to with more than its room", () => {
    const ends = new Ends();
    ends.begin(1);
    ends.onQuestion = (question) => {
      assertThrows(
        () => ends.host.reply(question, { value: 0, payload: ramp(11) }),
        RangeError,
        "limit is 10",
      );
      return { value: 0 };
    };
    assertEquals(ends.guest.ask("stdin", NOTHING, 10).value, 0);
  });

  it("is no longer than its kind allows", () => {
    const ends = new Ends();
    ends.begin(1);
    assertThrows(
      () => ends.guest.ask("stdin", new Uint8Array(1)),
      ExecutionFailed,
      "limit is 0",
    );
    assert(!ends.host.isAsked);
  });

  it("of a stopped guest is not asked, also when that is caught", () => {
    const ends = new Ends();
    ends.begin(1);
    ends.page.stop(StopReason.Deadline);
    for (let i = 0; i < 2; i++) {
      assertThrows(() => ends.guest.ask("stdin", NOTHING, 1), GuestStopped);
    }
    assertEquals(ends.taken, []);
  });
});

describe("A late reply", () => {
  /** Asks in a call that is stopped before the host has replied. */
  function stoppedWhileAsking(ends: Ends): Question {
    ends.begin(1);
    let asked: Question | undefined;
    ends.onQuestion = (question) => {
      asked = question;
      ends.page.stop(StopReason.Abort);
      return undefined;
    };
    assertThrows(() => ends.guest.ask("stdin", NOTHING, 9), GuestStopped);
    ends.page.reset();
    return asked!;
  }

  it("is not written once its call has ended", () => {
    const ends = new Ends();
    const question = stoppedWhileAsking(ends);
    ends.host.end();
    ends.host.reply(question, { value: 1, payload: ramp(9) });
    assertEquals(ends.words[QuestionWord.answered], 0);
    assert(new Uint8Array(ends.host.buffers.reply).every((byte) => byte === 0));
    assert(!ends.host.isOpen(question));
  });

  it("does not reach the next call's question", () => {
    const ends = new Ends();
    const late = stoppedWhileAsking(ends);
    ends.begin(2);
    const own = new Uint8Array([1, 2, 3]);
    ends.onQuestion = () => {
      ends.host.reply(late, { value: 1, payload: ramp(9) });
      return { value: 3, payload: own };
    };
    const reply = ends.guest.ask("stdin", NOTHING, 9);
    assertEquals(reply, { value: 3, payload: own });
  });

  it("does not come twice", () => {
    const ends = new Ends();
    ends.begin(1);
    ends.onQuestion = (question) => {
      ends.host.reply(question, { value: 1 });
      ends.host.reply(question, { value: 2 });
      return undefined;
    };
    assertEquals(ends.guest.ask("stdin", NOTHING, 9).value, 1);
  });
});

describe("HostQuestions.take", () => {
  function asked(change: (words: Int32Array) => void) {
    const ends = new Ends();
    ends.begin(1);
    ends.words[QuestionWord.call] = 1;
    ends.words[QuestionWord.kind] = 2;
    ends.words[QuestionWord.asked] = 1;
    change(ends.words);
    return ends.host.take();
  }

  it("takes what is sound", () => {
    const question = asked(() => {});
    assertEquals(question, {
      number: 1,
      kind: "stdout",
      payload: NOTHING,
      room: 0,
    });
  });

  it("refuses unknown kinds, impossible lengths, and a rest that is not there", () => {
    const cases: Partial<Record<keyof typeof QuestionWord, number>>[] = [
      { kind: 0 },
      { kind: 99 },
      { kind: -1 },
      { room: -1 },
      { totalBytes: -1 },
      { pieceBytes: -1 },
      { pieceBytes: 1 },
      { totalBytes: 5, pieceBytes: 4 },
      { totalBytes: 2 ** 31 - 1, pieceBytes: PIECE_BYTES },
      { totalBytes: PIECE_BYTES + 1, pieceBytes: PIECE_BYTES + 1 },
      { kind: 1, totalBytes: 1, pieceBytes: 1 },
    ];
    for (const one of cases) {
      const change = (words: Int32Array) => {
        for (const [name, value] of Object.entries(one)) {
          words[QuestionWord[name as keyof typeof QuestionWord]] = value;
        }
      };
      assertEquals(asked(change), "malformed", JSON.stringify(one));
    }
  });

  it("drops a question of another call", () => {
    assertEquals(asked((words) => words[QuestionWord.call] = 2), "part");
  });

  it("drops what was written over while it was copied", () => {
    const ends = new Ends();
    ends.begin(1);
    ends.words[QuestionWord.call] = 1;
    ends.words[QuestionWord.kind] = 2;
    ends.words[QuestionWord.totalBytes] = 4;
    ends.words[QuestionWord.pieceBytes] = 4;
    ends.words[QuestionWord.asked] = 1;
    const set = Uint8Array.prototype.set;
    try {
      Uint8Array.prototype.set = function (...args) {
        Uint8Array.prototype.set = set;
        set.apply(this, args);
        ends.words[QuestionWord.asked] = 2;
      };
      assertEquals(ends.host.take(), "part");
    } finally {
      Uint8Array.prototype.set = set;
    }
    assert(ends.host.isAsked);
  });

  it("does not look at what was asked before the call", () => {
    const ends = new Ends();
    ends.words[QuestionWord.asked] = 7;
    ends.begin(1);
    assert(!ends.host.isAsked);
  });
});
