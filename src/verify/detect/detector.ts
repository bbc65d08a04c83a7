/** What finds. A detector is one value; all of them stand in detectors.ts, and scan.ts knows nothing else of them. */
import type { SignatureMeans } from "../../crypto/signature.ts";
import type { Passage, Report } from "../hit.ts";
import type { Role } from "../roles.ts";
import type { RuleId } from "../rules.ts";
import type { FileKind } from "../text/file-kind.ts";
import type { Keyword } from "../text/keywords.ts";
import type { SealedPolicy } from "./sealed-policy.ts";

/** A text with all that is known about it: a whole file at depth 0, below it what stands inside of one. */
export type Examined = Passage & {
  readonly kind: FileKind;
  /** The file begins with zero bytes and is no text that is known: `text` has one character a byte. */
  readonly isBinary: boolean;
  /** What another file says about this one. */
  readonly role: Role | undefined;
  /** What the repository asks of its tokens, and how signatures are verified. */
  readonly means: SignatureMeans;
  readonly policy: SealedPolicy;
  /** Puts a text that stands inside through all detectors. Its `locate` gives offsets of this text. */
  readonly inspect: (nested: Passage) => void;
};

/** Where a word was found that announces something. anchor: its index in `anchors.words`. */
export type Announced = { readonly anchor: number; readonly offset: number };

/** One detector. */
export type Detector = {
  /** All that it may report. */
  readonly rules: readonly RuleId[];
  /** Words that announce something: `detect` is then called at each, or once for each word behind all of them. Else once for the text. */
  readonly anchors?: { readonly words: readonly Keyword[]; readonly calls: "at each" | "once" };
  readonly applies: (text: Examined) => boolean;
  /** Reports offsets of this text. */
  readonly detect: (text: Examined, report: Report, at: Announced) => void;
};
