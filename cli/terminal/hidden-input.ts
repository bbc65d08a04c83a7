/** What keys and pastes make of a hidden answer. It knows no terminal: bytes go in, and what they came to comes out. */
import type { HiddenAnswer } from "../context.ts";

/** What the input has come to: more is awaited, an answer, or one of the ways to leave. */
export type HiddenState =
  | { readonly kind: "open" }
  | { readonly kind: "answered"; readonly answer: HiddenAnswer; readonly isMoreWaiting: boolean }
  | { readonly kind: "interrupted" }
  | { readonly kind: "suspended" }
  | { readonly kind: "ended" };

/** Asks a terminal to put marks around what is pasted, and to stop doing so. */
export const MARKED_PASTES = { on: "\x1b[?2004h", off: "\x1b[?2004l" } as const;

const ESCAPE = "\x1b";
const PASTE_BEGIN = "\x1b[200~";
const PASTE_END = "\x1b[201~";

/** What a key other than those that write does at once. */
const LEAVING: Readonly<Record<string, "interrupted" | "suspended">> = { "\x03": "interrupted", "\x1a": "suspended" };

/** What a key makes of the text before it. */
const EDITING: Readonly<Record<string, (text: string) => string>> = {
  "\x7f": withoutLast,
  "\b": withoutLast,
  "\x15": () => "",
  "\x17": (text) => text.replace(/\S*\s*$/, ""),
};

function withoutLast(text: string): string {
  return [...text].slice(0, -1).join("");
}

/** The characters of a key without a meaning here, such as an arrow, or undefined where its end has not come yet. */
function sequenceLength(text: string): number | undefined {
  if (text[1] !== "[") return text[1] === "O" ? 3 : 1;
  const end = text.slice(2).search(/[@-~]/);
  return end === -1 ? undefined : end + 3;
}

/** One hidden answer as it grows. Feed it every piece of input as it comes. */
export class HiddenInput {
  readonly #decoder = new TextDecoder();
  #text = "";
  /** A paste or a key whose end has not come yet. */
  #rest = "";
  /** How often something was added, counting what one key added for two: an answer of one piece was pasted. */
  #pieces = 0;

  /** One piece of input, as the terminal gave it. */
  feed(bytes: Uint8Array): HiddenState {
    let left = this.#rest + this.#decoder.decode(bytes, { stream: true });
    this.#rest = "";
    let typed = 0;
    while (left !== "") {
      const key = left[0] as string;
      if (key === "\r" || key === "\n") return this.#answered(left.slice(1).replace(/^\n/, "") !== "", typed);
      const leaving = LEAVING[key];
      if (leaving !== undefined) return { kind: leaving };
      if (key === "\x04" && this.#text === "") return { kind: "ended" };
      const taken = key === ESCAPE ? this.#takeSequence(left) : this.#takeKey(key);
      if (taken === undefined) {
        this.#rest = left;
        break;
      }
      if (key !== ESCAPE) typed++;
      left = left.slice(taken);
    }
    this.#count(typed);
    return { kind: "open" };
  }

  #count(typed: number): void {
    this.#pieces += Math.min(typed, 1) + (typed === 1 ? 1 : 0);
  }

  #takeKey(key: string): number {
    const edit = EDITING[key];
    if (edit !== undefined) this.#text = edit(this.#text);
    else if (key === "\t" || key >= " ") this.#text += key;
    return 1;
  }

  #takeSequence(left: string): number | undefined {
    if (!left.startsWith(PASTE_BEGIN)) return sequenceLength(left);
    const end = left.indexOf(PASTE_END);
    if (end === -1) return undefined;
    // A terminal sends a carriage return for each line break of what is pasted.
    this.#text += left.slice(PASTE_BEGIN.length, end).replace(/\r\n?/g, "\n");
    this.#pieces++;
    return end + PASTE_END.length;
  }

  #answered(isMoreWaiting: boolean, typed: number): HiddenState {
    this.#count(typed);
    const manner = this.#pieces === 1 ? "pasted" : "typed";
    return { kind: "answered", answer: { text: this.#text, manner }, isMoreWaiting };
  }
}
