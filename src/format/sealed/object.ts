/** A SealedSecret as the API server sends it: JSON that was parsed already. The CRD's schema was checked there; nothing is taken on trust here. */
import { isWellFormed } from "../../bytes.ts";
import { LacreError } from "../../errors.ts";
import { API_VERSION, KIND } from "../../model/kubernetes.ts";
import type { SealedSecret } from "../../model/sealed-secret.ts";
import { type Field, FieldReader, type Mapping } from "../fields.ts";
import { readSealed } from "./read.ts";

type Json = Readonly<Record<string, unknown>>;

/** Its errors say which field, and have no position: nobody has the text. */
class JsonReader extends FieldReader<unknown, Json> {
  override error(
    _node: unknown,
    message: string,
    hint = "apply what lacre sealed: lacre seal, or lacre set",
  ): LacreError {
    return new LacreError("MANIFEST_INVALID", message, { hint });
  }

  override mapping(node: unknown, path: string): Mapping<unknown, Json> {
    if (typeof node !== "object" || node === null || Array.isArray(node))
      throw this.error(node, `${path} must be a mapping of keys to values`);
    const fields = new Map<string, Field<unknown>>();
    for (const [key, value] of Object.entries(node)) fields.set(key, { key, value });
    return { node: node as Json, fields };
  }

  override text(node: unknown, path: string): string {
    if (typeof node !== "string") throw this.error(node, `${path} must be text`);
    if (!isWellFormed(node)) throw this.error(node, `${path} holds half of a Unicode character`);
    return node;
  }

  override boolean(node: unknown, path: string): boolean {
    if (typeof node !== "boolean") throw this.error(node, `${path} must be true or false`);
    return node;
  }

  override isNothing(node: unknown): boolean {
    return node === null || node === undefined;
  }
}

const READER = new JsonReader();

/** An object that was asked for as a SealedSecret of the version that we know. */
type ServedObject = {
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly spec?: unknown;
};

/**
 * The SealedSecret that an object is, or MANIFEST_INVALID with the field that is wrong. Tokens are not looked into. Its own labels
 * and annotations are left out: they may hold a copy of the whole object, and say nothing about the Secret.
 */
export function readSealedObject({ metadata: { name, namespace = "" }, spec = null }: ServedObject): SealedSecret {
  return readSealed(READER, { apiVersion: API_VERSION, kind: KIND, metadata: { name, namespace }, spec }).sealed;
}
