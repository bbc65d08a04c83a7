/** Whose seals count, and where: the policy that a controller is started with, never taken from what it judges. docs/signatures.md. */

import { isSigningKey } from "../crypto/ed25519.ts";
import {
  judgeSignature,
  parseSigningKey,
  type SignatureMeans,
  type SignatureVerdict,
  type TrustedSealer,
} from "../crypto/signature.ts";
import { LacreError } from "../errors.ts";
import { parseNamespace } from "../model/names.ts";
import type { Token } from "../model/token.ts";

/** What a namespace does about tokens without a good signature. */
export type SignaturePolicy = "off" | "warn" | "enforce";

/** A sealer with the name that people call them by. */
type NamedSealer = TrustedSealer & { readonly name: string };

/** Sealers and policies. Plain data, so that it can be given to threads. */
export type SealerPolicy = {
  /** By namespace; `*` for all others. off, where nothing is said. */
  readonly policies: Readonly<Record<string, SignaturePolicy>>;
  readonly sealers: readonly NamedSealer[];
};

const POLICIES: readonly SignaturePolicy[] = ["off", "warn", "enforce"];

function wrong(line: number, message: string, hint: string): LacreError {
  return new LacreError("CONFIG_INVALID", `sealers, line ${line}: ${message}`, { hint });
}

function namespaceOf(line: number, text: string): string {
  if (text === "*") return text;
  try {
    return parseNamespace(text);
  } catch {
    throw wrong(line, `${JSON.stringify(text)} is no namespace`, "a name, or * for all");
  }
}

function readSealer(line: number, words: readonly string[]): NamedSealer {
  const [name = "", namespaces = "", keyText = "", ...rest] = words;
  if (keyText === "" || rest.length > 0) {
    throw wrong(
      line,
      "a sealer has a name, namespaces and a public key",
      "sealer anna shop,payments lacre-signing-1....",
    );
  }
  if (keyText.startsWith("lacre-signing-private-")) {
    throw wrong(
      line,
      "this is a private signing key",
      "treat it as known to others, and list the public line of another",
    );
  }
  const publicKey = parseSigningKey(keyText);
  if (publicKey === undefined) throw wrong(line, "the signing key is cut or mistyped", "copy the whole word again");
  if (!isSigningKey(publicKey)) {
    throw wrong(
      line,
      `the signing key of ${JSON.stringify(name)} is no canonical point of prime order, and programs differ about its signatures`,
      "have its owner make another: lacre keys generate --signing --key-file FILE",
    );
  }
  return {
    name,
    publicKey,
    namespaces: namespaces.split(",").map((one) => namespaceOf(line, one)),
  };
}

/** Reads `policy NAMESPACE off|warn|enforce` and `sealer NAME NAMESPACE,... KEY` lines, or CONFIG_INVALID. */
export function parseSealers(text: string): SealerPolicy {
  const policies: Record<string, SignaturePolicy> = Object.create(null);
  const sealers: NamedSealer[] = [];
  for (const [index, raw] of text.split(/\r?\n/).entries()) {
    const words = raw
      .replace(/(?:^|\s)#.*$/, "")
      .trim()
      .split(/\s+/);
    const [verb = "", ...rest] = words;
    if (verb === "") continue;
    const line = index + 1;
    if (verb === "sealer") sealers.push(readSealer(line, rest));
    else if (verb === "policy") {
      const [namespace = "", policyText, ...more] = rest;
      const policy = POLICIES.find((one) => one === policyText);
      if (policy === undefined || more.length > 0) {
        throw wrong(line, "a policy has a namespace and one of off, warn, enforce", "policy shop enforce");
      }
      if (policies[namespaceOf(line, namespace)] !== undefined)
        throw wrong(line, `${namespace} has a policy already`, "keep one");
      policies[namespace] = policy;
    } else throw wrong(line, `${JSON.stringify(verb)} is neither policy nor sealer`, "policy shop enforce");
  }
  return { policies, sealers };
}

/** The policy of a namespace. */
export function policyFor({ policies }: SealerPolicy, namespace: string): SignaturePolicy {
  return policies[namespace] ?? policies["*"] ?? "off";
}

/** What is wrong with a token's signature where it was found; undefined where nothing is, or nobody asks. */
export function signatureProblem(
  means: SignatureMeans,
  token: Token,
  namespace: string,
  sealers: SealerPolicy,
): { readonly policy: "warn" | "enforce"; readonly verdict: Exclude<SignatureVerdict, "valid"> } | undefined {
  const policy = policyFor(sealers, namespace);
  if (policy === "off") return undefined;
  const verdict = judgeSignature(means, token, namespace, sealers.sealers);
  return verdict === "valid" ? undefined : { policy, verdict };
}
