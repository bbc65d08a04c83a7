/** A directory as a target: what is laid out there, and whose it is. */
import { wipe } from "../../../src/bytes.ts";
import { objectName, type PlainSecret, type SyncPolicy } from "../../../src/model/index.ts";
import { describe, failureOf, type Objection } from "../../decide/problem.ts";
import { sameValues } from "../../decide/values.ts";
import type { Wanted } from "../../decide/wanted.ts";
import type { OperatorConsent } from "../consent.ts";
import type { Found, Glance, Holding, Performed, Sight, Target } from "../target.ts";
import { adoptionOf, objectionOf } from "./consent.ts";
import { openProjection, type Projection } from "./projection.ts";

/** Objects between two turns of the event loop, so that probes are answered meanwhile. */
const TURN = 512;

class DirectoryTarget implements Target {
  readonly name: string;
  readonly #projection: Projection;
  readonly #adopt: OperatorConsent;

  constructor(projection: Projection, adopt: OperatorConsent) {
    this.name = `directory:${projection.root}`;
    this.#projection = projection;
    this.#adopt = adopt;
  }

  judge(): undefined {
    return undefined;
  }

  async glance(objects: readonly string[]): Promise<Glance<string>> {
    const stamps = new Map<string, string>();
    try {
      for (const [count, object] of objects.entries()) {
        if (count % TURN === TURN - 1) await new Promise((resolve) => setImmediate(resolve));
        const stamp = this.#projection.stamp(object);
        if (stamp !== undefined) stamps.set(object, stamp);
      }
      return { ok: true, stamps };
    } catch (error) {
      return { ok: false, objection: cannotTell(error) };
    }
  }

  async observe(wanted: Wanted, holding: Holding | undefined): Promise<Sight<Found<string>>> {
    const object = objectName(wanted);
    try {
      const stamp = this.#projection.stamp(object);
      // Values are read last: nothing may be thrown beside them.
      const objection = objectionOf(wanted, this.#projection.occupant(object), holding, this.#adopt);
      const live = this.#projection.read(object);
      const found = {
        stamp,
        live,
        isOurs: holding !== undefined,
        // What is gone is made anew, and is ours then.
        adopted: live === undefined ? undefined : adoptionOf(wanted, holding),
        objection,
        frozen: undefined,
      };
      return { ok: true, found };
    } catch (error) {
      return { ok: false, objection: cannotTell(error) };
    }
  }

  async write(wanted: Wanted, secret: PlainSecret, over: Found<string>): Promise<Performed<string>> {
    const object = objectName(wanted);
    try {
      if (this.#projection.stamp(object) !== over.stamp) return { kind: "conflict" };
      this.#projection.write(object, secret);
      const stamp = this.#projection.stamp(object);
      const stored = this.#projection.read(object);
      // Believed only when the values were read back after the stamp was taken.
      const isSame = stored !== undefined && sameValues(stored.values, secret.values);
      wipe(...(stored?.values.values() ?? []));
      return isSame && stamp !== undefined ? { kind: "done", stamp, isChanged: true } : { kind: "conflict" };
    } catch (error) {
      return { kind: "failed", objection: failureOf(error, "it could not be written") };
    }
  }

  async confirm(_wanted: Wanted, { stamp }: Found<string>): Promise<Performed<string>> {
    return { kind: "done", stamp, isChanged: false };
  }

  async remove(object: string, deletion: SyncPolicy["deletion"] | undefined): Promise<Performed<string>> {
    // Whose it is stands in the inventory only: what is to stay is no longer ours when it is forgotten there.
    if (deletion === "Orphan") return { kind: "done", stamp: undefined, isChanged: false };
    try {
      if (this.#projection.stamp(object) === undefined) return { kind: "done", stamp: undefined, isChanged: false };
      this.#projection.remove(object);
      return { kind: "done", stamp: undefined, isChanged: true };
    } catch (error) {
      return { kind: "failed", objection: failureOf(error, "it could not be removed") };
    }
  }
}

function cannotTell(error: unknown): Objection {
  return { reason: "TargetFailed", message: describe(error, "the target cannot be read") };
}

/** A target below a directory, which is made when it is not there. adopt: where files that were there may be taken over. TARGET_FAILED. */
export function directoryTarget(root: string, fileMode: number, adopt: OperatorConsent): Target {
  return new DirectoryTarget(openProjection(root, fileMode), adopt);
}
