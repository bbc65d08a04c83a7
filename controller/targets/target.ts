/** Where opened Secrets go. */
import type { PlainSecret } from "../../src/model/index.ts";
import type { Live } from "../decide/decide.ts";
import type { Occupant } from "./directory/consent.ts";

/** What is known of an object without reading a value: its fingerprint, or that nothing is there. */
export type Glance = string | undefined;

/** A target of opened Secrets. Every method is about one object, `namespace/name`. */
export interface Target {
  readonly name: string;
  /** A cheap look that changes whenever anything about the object changed. */
  glance(object: string): Glance;
  /** The values that are there; undefined when nothing is. The caller wipes them. */
  read(object: string): Live | undefined;
  /** What lies in its place, whoever put it there; undefined when nothing does. */
  occupant(object: string): Occupant | undefined;
  /** Makes the object equal to the Secret: a reader sees the old values or the new ones, never a mix. */
  write(object: string, secret: PlainSecret): void;
  /** Removes what write made. Files that others put there stay. */
  remove(object: string): void;
}
