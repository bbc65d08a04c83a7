/** What there is to know about another tool's ciphertext without any key. */
import type { Tree } from "../yaml/tree.ts";

/** One value of a file that a tool encrypts value by value. Offsets are those of the text that was read. */
export type ForeignLeaf = {
  readonly path: readonly string[];
  readonly start: number;
  readonly end: number;
  /** As it is written, with its quotes where the format has some. */
  readonly text: string;
  /** What it says. */
  readonly value: string;
  /** It is ciphertext. */
  readonly isSealed: boolean;
  /** The tool's own rules want it to be. */
  readonly isMeant: boolean;
};

/** How to tell a file of the tool, and to find the values in it. */
export type LeafReader<File> = {
  readonly isOne: (file: File) => boolean;
  readonly leaves: (file: File) => readonly ForeignLeaf[];
};

/** One tool, by the forms that its ciphertext has. */
export type ForeignFormat = {
  /** The tool, as in "sealed by ...". */
  readonly tool: string;
  /** The command that gives what was sealed, as far as it can be said without knowing the file. */
  readonly opened: string;
  /** A value that is its ciphertext, wherever it stands. */
  readonly value?: RegExp;
  /** The beginning of a whole file that is ciphertext in bytes; one character a byte. */
  readonly bytes?: RegExp;
  /** True for a text in which something says that it went through the tool. */
  readonly traces?: (text: string) => boolean;
  /** Documents of YAML or JSON, encrypted value by value. */
  readonly tree?: LeafReader<Tree>;
  /** Files of lines, encrypted value by value. */
  readonly lines?: LeafReader<string>;
};
