/** Whether a token is where it was sealed for. Public data only: whoever judges files may import this, and nothing that opens. */
import nacl from "tweetnacl";
import { type Context, isContext } from "../model/context.ts";
import { contextHash, type Token } from "../model/token.ts";

/** True when the token was sealed for this place, as far as its own scope binds it. Constant-time. */
export function isAtWith(sha256: (message: Uint8Array) => Uint8Array, token: Token, place: Context): boolean {
  return isContext(token.scope, place) && nacl.verify(contextHash(sha256, token.scope, place), token.contextHash);
}
