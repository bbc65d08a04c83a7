/** The API server's SealedSecrets as a source. No value is in here, and tokens only until they were applied. */
import { createHash } from "node:crypto";
import { LacreError } from "../../src/errors.ts";
import { readSealedObject } from "../../src/format/index.ts";
import { type SealedSecret, type SecretShape, slotsOf } from "../../src/model/index.ts";
import { LOOK_REQUESTS } from "../../src/model/kubernetes.ts";
import type { Objection } from "../decide/problem.ts";
import { type Wanted, wantedOf } from "../decide/wanted.ts";
import { keyOf, type ObjectStatus, type SealedSecretObject } from "../kube/object.ts";
import type { Reading, Source } from "./source.ts";

/** What an object asks for, or what is wrong with it. dropped: labels and annotations that are not allowed on the Secret. */
export type Spec =
  | { readonly kind: "desired"; readonly wanted: Wanted; readonly dropped: readonly string[] }
  | { readonly kind: "invalid"; readonly objection: Objection };

/** A SealedSecret as it was seen last. */
export type Tracked = {
  readonly uid: string;
  readonly resourceVersion: string;
  readonly generation: number;
  readonly isDeleting: boolean;
  /** The annotation that asks for a look. */
  readonly request: string | undefined;
  readonly status: ObjectStatus | undefined;
  readonly spec: Spec;
};

/** What reaches the Secret of what a SealedSecret says of its looks. */
type Permit = (shape: SecretShape) => { readonly shape: SecretShape; readonly dropped: readonly string[] };

/** Tokens of this length together wait in memory; more are read again when their turn comes: a few hundred of a megabyte would end the controller. */
const MAX_HELD_CHARACTERS = 16_384;

const sha256 = (message: Uint8Array) => createHash("sha256").update(message).digest();

type Parsed = { readonly tracked: Tracked; readonly sealed: SealedSecret | undefined };

function parseSpec(object: SealedSecretObject, permit: Permit): { spec: Spec; sealed: SealedSecret | undefined } {
  try {
    const read = readSealedObject(object);
    const { shape, dropped } = permit(read.shape);
    const sealed = { ...read, shape };
    return { spec: { kind: "desired", wanted: wantedOf(sha256, sealed, object.metadata.uid ?? ""), dropped }, sealed };
  } catch (error) {
    if (!(error instanceof LacreError)) throw error;
    return {
      spec: { kind: "invalid", objection: { reason: "InvalidSpec", message: error.message } },
      sealed: undefined,
    };
  }
}

function parse(object: SealedSecretObject, permit: Permit): Parsed {
  const { metadata, status } = object;
  const { spec, sealed } = parseSpec(object, permit);
  const tracked = {
    uid: metadata.uid ?? "",
    resourceVersion: metadata.resourceVersion ?? "",
    generation: metadata.generation ?? 0,
    isDeleting: metadata.deletionTimestamp !== undefined,
    request: LOOK_REQUESTS.map((name) => metadata.annotations?.[name]).find((value) => value !== undefined),
    status,
    spec,
  };
  return { tracked, sealed };
}

function isHeavy(sealed: SealedSecret): boolean {
  return slotsOf(sealed.entries).reduce((sum, { slot }) => sum + slot.text.length, 0) > MAX_HELD_CHARACTERS;
}

/** What an object source works with. */
export type ObjectSourceOptions = {
  readonly permit: Permit;
  /** Asks the API server for one object. */
  readonly get: (object: string) => Promise<SealedSecretObject | undefined>;
};

/** SealedSecrets by `namespace/name`, as a watch shows them. */
export class ObjectSource implements Source {
  readonly name = "kubernetes";
  readonly tracked: Map<string, Tracked> = new Map();
  readonly #held = new Map<string, SealedSecret>();
  readonly #options: ObjectSourceOptions;

  constructor(options: ObjectSourceOptions) {
    this.#options = options;
  }

  /** Takes an object in; undefined for the echo of what is known already. */
  saw(object: SealedSecretObject): Tracked | undefined {
    const key = keyOf(object);
    if (this.tracked.get(key)?.resourceVersion === object.metadata.resourceVersion) return undefined;
    return this.#take(key, parse(object, this.#options.permit));
  }

  #take(key: string, { tracked, sealed }: Parsed): Tracked {
    this.tracked.set(key, tracked);
    if (sealed === undefined || isHeavy(sealed)) this.#held.delete(key);
    else this.#held.set(key, sealed);
    return tracked;
  }

  /** The tokens have done their work: they are read again from the API server when they are needed. */
  letGo(key: string): void {
    this.#held.delete(key);
  }

  /** Its status was written. What the watch brought meanwhile is newer than what was told. */
  told(key: string, about: Tracked, { status, resourceVersion }: Pick<Tracked, "status" | "resourceVersion">): void {
    const latest = this.tracked.get(key);
    if (latest?.uid !== about.uid) return;
    this.tracked.set(key, { ...latest, status, ...(latest === about && { resourceVersion }) });
  }

  remove(key: string): void {
    this.tracked.delete(key);
    this.#held.delete(key);
  }

  async read(key: string): Promise<Reading> {
    const known = this.tracked.get(key);
    if (known === undefined) return { kind: "gone" };
    if (known.spec.kind === "invalid") return known.spec;
    const held = this.#held.get(key);
    if (held !== undefined) return { kind: "desired", wanted: known.spec.wanted, sealed: held };
    const object = await this.#options.get(key);
    if (object === undefined) return { kind: "gone" };
    const parsed = parse(object, this.#options.permit);
    const { spec } = this.#take(key, parsed);
    if (spec.kind === "invalid") return spec;
    return { kind: "desired", wanted: spec.wanted, sealed: parsed.sealed as SealedSecret };
  }
}
