/** What keys and pastes make of a hidden answer. */
import { describe, expect, it } from "vitest";
import { HiddenInput, type HiddenState } from "../../../cli/terminal/hidden-input.ts";

function fed(...pieces: readonly string[]): HiddenState {
  const input = new HiddenInput();
  let state: HiddenState = { kind: "open" };
  for (const piece of pieces) state = input.feed(Buffer.from(piece, "latin1"));
  return state;
}

const answer = (text: string, manner: "typed" | "pasted", isMoreWaiting = false): HiddenState => ({
  kind: "answered",
  answer: { text, manner },
  isMoreWaiting,
});

describe("a hidden answer", () => {
  it("of single keys is typed", () => {
    expect(fed("a", "b", "\r")).toEqual(answer("ab", "typed"));
    expect(fed("a", "\r")).toEqual(answer("a", "typed"));
    expect(fed("a", "x", "\x7f", "b", "\r")).toEqual(answer("ab", "typed"));
    expect(fed("a", "\x15", "b", "\x1b[D", "c", "\r")).toEqual(answer("bc", "typed"));
  });

  it("of one piece is pasted", () => {
    expect(fed("hunter2\r")).toEqual(answer("hunter2", "pasted"));
    expect(fed("hunter2", "\r")).toEqual(answer("hunter2", "pasted"));
  });

  it("of a paste and keys is typed", () => {
    expect(fed("hunter", "2", "\r")).toEqual(answer("hunter2", "typed"));
    expect(fed("\x1b[200~hunter\x1b[201~", "2", "\r")).toEqual(answer("hunter2", "typed"));
  });

  it("of several lines is whole where the terminal marks them, in however many pieces they come", () => {
    expect(fed("\x1b[200~one\rtwo\r\x1b[201~", "\r")).toEqual(answer("one\ntwo\n", "pasted"));
    expect(fed("\x1b[20", "0~one\r", "two", "\x1b[201~\r")).toEqual(answer("one\ntwo", "pasted"));
  });

  it("of several lines without marks says that more is waiting", () => {
    expect(fed("one\rtwo\r")).toEqual(answer("one", "pasted", true));
  });

  it("may be given up, put aside or ended", () => {
    expect(fed("a\x03").kind).toBe("interrupted");
    expect(fed("a", "\x1a").kind).toBe("suspended");
    expect(fed("\x04").kind).toBe("ended");
    expect(fed("a\x04\r")).toEqual(answer("a", "pasted"));
  });

  it("keeps characters that come in two pieces", () => {
    expect(fed("\xc3", "\xa9", "\r")).toMatchObject({ answer: { text: "é" } });
  });
});
