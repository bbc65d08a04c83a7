/** The catalogue of rules: what each one says, why it matters, and the command that mends it. docs/rules.md shows it. */
import type { TokenRuleId } from "./tokens/shape.ts";
import { TOKEN_RULES } from "./tokens/table.ts";

/** The rules that are not about the shape of a token. */
type StructuralRuleId =
  | "kubernetes-secret-plaintext"
  | "sealed-token-in-secret"
  | "secret-generator-literal"
  | "secret-generator-file"
  | "plaintext-credential"
  | "connection-string-password"
  | "authorization-header"
  | "command-line-password"
  | "private-key"
  | "lacre-private-key"
  | "sops-plaintext"
  | "sops-not-encrypted"
  | "sops-metadata-incomplete"
  | "ejson-plaintext"
  | "sealedsecret-not-sealed"
  | "git-crypt-plaintext"
  | "sealed-token-malformed"
  | "sealed-token-moved"
  | "sealed-scope-not-allowed"
  | "sealed-suite-not-allowed"
  | "sealed-recipient-unknown"
  | "sealed-recipient-missing"
  | "sealed-key-compromised"
  | "sealed-key-destroyed"
  | "sealed-key-old"
  | "sealed-signature-missing"
  | "sealed-signature-untrusted"
  | "sealed-signature-warned"
  | "sealed-secret-too-large"
  | "sealed-manifest-invalid"
  | "allowance-added"
  | "environment-keys-missing"
  | "environment-not-pinned"
  | "environment-changed"
  | "environment-list-old"
  | "environment-moved"
  | "environments-equal"
  | "tracked-program"
  | "registry-moved"
  | "unreadable"
  | "encoding-unknown"
  | "packed-configuration"
  | "packed-file"
  | "too-large"
  | "too-many"
  | "too-slow";

/** The id of a rule: one of RULES. A text that only may be one is looked up by {@link findRule}. */
export type RuleId = StructuralRuleId | TokenRuleId;

/** What a rule says. */
type RuleText = {
  readonly title: string;
  readonly explanation: string;
  /** The next step. `path` is quoted for a shell. */
  readonly fix: (path: string, subject: string) => string;
};

/** error: a secret in plain sight or a broken seal. unscanned: nobody can say whether there is one. */
type Failure = { readonly kind: "error" | "unscanned" };

/** Told in one note for all that it concerns, and no failure. counts: what the note counts. */
type Warning = {
  readonly kind: "warning";
  readonly told: { readonly what: string; readonly next: string; readonly counts: "files" | "entries" };
};

type RuleRow = RuleText & (Failure | Warning);

/** One rule. */
export type Rule = RuleRow & { readonly id: RuleId };

const REPLACE = "then replace the secret where it is used: whoever could read the repository has it";

const moveToSecret = (path: string) =>
  `move the value into a Secret, refer to it from ${path}, and seal the Secret: lacre seal --in-place FILE; ${REPLACE}`;
const sealInPlace = (path: string) => `lacre seal --in-place ${path}; ${REPLACE}`;
const removeFile = (path: string) => `git rm --cached ${path}, keep the file outside of the repository, ${REPLACE}`;
const resealEntry = (path: string, subject: string) => `lacre set ${path} ${subject}`;

const STRUCTURAL: Readonly<Record<StructuralRuleId, RuleRow>> = {
  "kubernetes-secret-plaintext": {
    kind: "error",
    title: "Secret in the clear",
    explanation:
      "A value in data or stringData of a Kubernetes Secret. base64 is no encryption, and a weak value is a value all the same. Placeholders, references and sealed forms are not reported.",
    fix: sealInPlace,
  },
  "sealed-token-in-secret": {
    kind: "error",
    title: "token in a plain Secret",
    explanation:
      "A token opens only as an entry of a SealedSecret. A Secret, or a generator that makes one, hands the token itself to the workload, in the place of the value.",
    fix: (path) => `put the entry into a SealedSecret: lacre set SEALED ENTRY; and take it out of ${path}`,
  },
  "secret-generator-literal": {
    kind: "error",
    title: "literal in a secretGenerator",
    explanation: "kustomize puts this literal into a Secret, so the repository holds it in the clear.",
    fix: (path) =>
      `replace the literal in ${path} by a sealed Secret: kubectl create secret generic NAME --dry-run=client -o yaml | lacre seal - > sealed.yaml; ${REPLACE}`,
  },
  "secret-generator-file": {
    kind: "error",
    title: "file that becomes a Secret",
    explanation:
      "A kustomization or a compose file makes a Secret of this file, so everything in it counts as a secret, whatever it is called.",
    fix: (path) =>
      `lacre seal ${path} --name NAME --namespace NAMESPACE > sealed.yaml, then git rm --cached ${path}; ${REPLACE}`,
  },
  "plaintext-credential": {
    kind: "error",
    title: "literal behind a name that promises a secret",
    explanation:
      "The last words of the name say password, token, secret key or the like, and the value is neither a reference, nor a placeholder, nor a name of something.",
    fix: moveToSecret,
  },
  "connection-string-password": {
    kind: "error",
    title: "password in an address",
    explanation: "A URL or a connection string with its password in it.",
    fix: moveToSecret,
  },
  "authorization-header": {
    kind: "error",
    title: "credentials in a header",
    explanation:
      "An Authorization header with a literal token, or basic credentials, which are base64 of user:password.",
    fix: moveToSecret,
  },
  "command-line-password": {
    kind: "error",
    title: "password in a command",
    explanation: "A command that is given a password as an argument. Other users of the machine see it too.",
    fix: (path) =>
      `let the command in ${path} read the value from a file or the environment: lacre exec sealed.yaml -- COMMAND; ${REPLACE}`,
  },
  "private-key": {
    kind: "error",
    title: "private key",
    explanation:
      "A private key that is not encrypted, in PEM, DER, OpenSSH, OpenPGP, PuTTY or JWK form, or a key store.",
    fix: removeFile,
  },
  "lacre-private-key": {
    kind: "error",
    title: "private key of lacre",
    explanation: "With this key everything that was ever sealed for it can be opened.",
    fix: (path) =>
      `git rm --cached ${path}, move the file out of the repository, make a new key and seal again: it must count as known`,
  },
  "sops-plaintext": {
    kind: "error",
    title: "SOPS file with a value in the clear",
    explanation:
      "The file carries SOPS' metadata and its own rules say that this value is encrypted, but it is not: it was added by hand, or a rule forgets its key.",
    fix: (path) => `sops encrypt --in-place ${path}, or move it to lacre: lacre seal; ${REPLACE}`,
  },
  "sops-not-encrypted": {
    kind: "error",
    title: "file that should be encrypted by SOPS",
    explanation:
      "The name of the file or .sops.yaml says that SOPS encrypts it, but it carries no metadata: it was decrypted and committed.",
    fix: (path) => `sops encrypt --in-place ${path}; ${REPLACE}`,
  },
  "sops-metadata-incomplete": {
    kind: "error",
    title: "SOPS file without its MAC",
    explanation: "Without the MAC nobody notices when values are exchanged.",
    fix: (path) => `sops encrypt --in-place ${path} again from its plaintext`,
  },
  "ejson-plaintext": {
    kind: "error",
    title: "ejson file with a value in the clear",
    explanation: "Every string in an ejson file whose key does not begin with an underscore must be encrypted.",
    fix: (path) => `ejson encrypt ${path}; ${REPLACE}`,
  },
  "sealedsecret-not-sealed": {
    kind: "error",
    title: "SealedSecret with a value that is not sealed",
    explanation:
      "Under encryptedData stands something that kubeseal did not write: too short for ciphertext, or no base64.",
    fix: (path) => `seal the value again; to change to lacre: lacre seal --in-place ${path}; ${REPLACE}`,
  },
  "git-crypt-plaintext": {
    kind: "error",
    title: "file that git-crypt should have encrypted",
    explanation:
      ".gitattributes says that Git holds ciphertext for this file, but it holds plaintext: it was added before the attribute, or without git-crypt.",
    fix: (path) => `git-crypt status -f, then commit ${path}; ${REPLACE}`,
  },
  "sealed-token-malformed": {
    kind: "error",
    title: "entry that is no sound token",
    explanation: "The entry of a SealedSecret is not a canonical token of format 1: cut, changed, or never sealed.",
    fix: resealEntry,
  },
  "sealed-token-moved": {
    kind: "error",
    title: "token that was sealed for another place",
    explanation: "A token is bound to its namespace, name and entry. Here it would not open.",
    fix: resealEntry,
  },
  "sealed-scope-not-allowed": {
    kind: "error",
    title: "token with a scope that is not allowed",
    explanation: "verify.scopes in .lacre.yaml lists the scopes that this repository allows.",
    fix: resealEntry,
  },
  "sealed-suite-not-allowed": {
    kind: "error",
    title: "token with a suite that is not allowed",
    explanation: "verify.suites in .lacre.yaml lists the suites that this repository allows.",
    fix: resealEntry,
  },
  "sealed-recipient-unknown": {
    kind: "error",
    title: "token for a key that nobody here names",
    explanation:
      "One of the token's recipients is in none of the key lists that .lacre.yaml names: whoever holds that key can open the value.",
    fix: resealEntry,
  },
  "sealed-recipient-missing": {
    kind: "error",
    title: "token that its environment cannot open everywhere",
    explanation: "The recipients of the token are not all keys of one environment in .lacre.yaml.",
    fix: resealEntry,
  },
  "sealed-key-compromised": {
    kind: "error",
    title: "token for a key that counts as known to others",
    explanation:
      "A key list that .lacre.yaml names has this key as compromised or destroyed: whoever has the key reads the value in every commit that held it.",
    fix: (path, subject) => `change the secret itself first, then seal the new value: lacre set ${path} ${subject}`,
  },
  "sealed-key-destroyed": {
    kind: "error",
    title: "token for a key that was destroyed",
    explanation: "Nothing opens it any more, here or in the cluster.",
    fix: (path, subject) => `seal the value again: lacre set ${path} ${subject}`,
  },
  "sealed-key-old": {
    kind: "warning",
    told: {
      what: "sealed for keys that only open any more",
      next: "lacre keys list, lacre reseal",
      counts: "entries",
    },
    title: "token for a key that only opens any more",
    explanation:
      "The cluster has a newer key. The token goes on opening until the old key is destroyed. This is told and fails nothing.",
    fix: (path) => `lacre reseal ${path}, for who holds the keys; or seal the value again`,
  },
  "sealed-signature-missing": {
    kind: "error",
    title: "token that nobody signed",
    explanation:
      "The policy of signatures enforces them in this namespace: the controller refuses the token, and so does this check.",
    fix: (path, subject) => `lacre set ${path} ${subject} --sign-with KEY, by one of its sealers`,
  },
  "sealed-signature-untrusted": {
    kind: "error",
    title: "token signed by somebody who is not a sealer here, or changed after it was signed",
    explanation:
      "The signature is of a key that the policy does not list for this namespace, or it does not fit the token.",
    fix: (path, subject) =>
      `lacre set ${path} ${subject} --sign-with KEY, by one of its sealers; or list the signer in the policy`,
  },
  "sealed-signature-warned": {
    kind: "warning",
    told: {
      what: "without a good signature, where the policy is warn",
      next: "seal with --sign-with",
      counts: "entries",
    },
    title: "token without a good signature, where the policy is warn",
    explanation: "The policy of signatures asks for them in this namespace and does not enforce them yet.",
    fix: (path, subject) => `lacre set ${path} ${subject} --sign-with KEY, by one of its sealers`,
  },
  "sealed-secret-too-large": {
    kind: "error",
    title: "SealedSecret for a Secret that is too large",
    explanation:
      "Whatever the padding hides, the values together are over 768 KiB, or there are more than 512 entries, 64 labels or 64 annotations, or longer ones than the CRD takes: no cluster takes such a Secret.",
    fix: (path) =>
      `split the SealedSecret in ${path}, or keep large files elsewhere and seal the key that protects them`,
  },
  "sealed-manifest-invalid": {
    kind: "error",
    title: "SealedSecret that would not be accepted",
    explanation:
      "The manifest breaks a rule of its format, so nothing would become of it: an unknown field or version, a bad name, a limit.",
    fix: (path) => `lacre inspect ${path} says more; mend the manifest`,
  },
  "allowance-added": {
    kind: "error",
    title: "allowance that this change brings with it",
    explanation:
      "Where --no-new-allowances is given, a change cannot excuse what it adds: neither inline, nor in .lacre.yaml, nor in the baseline, nor by a setting that looks at less. Without it, what is new is a note.",
    fix: (path) =>
      `replace the secret instead, and take the allowance out of ${path}; or let a code owner bring the allowance in a change of its own`,
  },
  "environment-keys-missing": {
    kind: "error",
    title: "environment without its keys",
    explanation:
      "A keys file that .lacre.yaml names is not there, so nobody can tell whom the tokens of that environment are sealed for.",
    fix: (_path, subject) =>
      `lacre keys fetch --env ${subject}, and commit it; or take the environment out of .lacre.yaml`,
  },
  "environment-not-pinned": {
    kind: "error",
    title: "environment sealed for somebody whom LACRE_PIN does not name",
    explanation:
      "LACRE_PIN holds the fingerprints that the people who run this repository trust. An environment with another one would give its values to somebody else.",
    fix: () =>
      "ask who runs the cluster for its fingerprint, by another way than this repository: add it to LACRE_PIN, or bring the keys file back",
  },
  "environment-changed": {
    kind: "error",
    title: "environment sealed for others than before this change",
    explanation:
      "The list of another identity, another bare key, a recipient more or less: whoever seals or reseals next gives the values to them. A rotation is not this: the identity stays. Where the change is meant, LACRE_PIN with the new fingerprint (NAME=SHA256:... where it is another environment's already), and without the old one, says so from outside of the repository.",
    fix: () =>
      "ask who runs the cluster for the fingerprint, by another way than this repository: set it in LACRE_PIN; else bring the keys file back",
  },
  "environment-list-old": {
    kind: "error",
    title: "key list that is older than the one before this change",
    explanation:
      "A list with a lower serial, validly signed, brings keys back that were retired, perhaps because they are known to others.",
    fix: (_path, subject) => `lacre keys fetch --env ${subject}, and commit the newest list`,
  },
  "environment-moved": {
    kind: "error",
    title:
      "environment for another branch, other paths or another namespace than before this change, or the default now",
    explanation:
      "What an environment is for decides whose keys a value is sealed for. A change of it is looked at by a reader, and merged by who may pass over this check.",
    fix: () => "ask who changed .lacre.yaml; bring branch, paths and namespace back, or let a code owner merge it",
  },
  "environments-equal": {
    kind: "error",
    title: "two environments that cannot be told apart",
    explanation:
      "They have the same recipients and the same namespace, so a value that was sealed for one opens as the other's. Give each keys of its own, or a namespace.",
    fix: (_path, subject) => `give ${subject} other keys, or set environments.${subject}.namespace in .lacre.yaml`,
  },
  "tracked-program": {
    kind: "error",
    title: "program in the repository where lacre is looked for",
    explanation:
      "A package manager or a shell that is started in the work tree takes lacre from here, or the Node that runs it: node_modules, a folder of links to programs, Yarn's cache. Whoever writes to the repository could say that it is clean.",
    fix: (path) =>
      `git rm -r --cached ${path}, ignore node_modules, and install lacre outside of the work tree: lacre init --ci writes such a step`,
  },
  "registry-moved": {
    kind: "error",
    title: "setting that moves a registry",
    explanation:
      "npm, Yarn and Bun obey the file in the directory in which they run: whoever writes it chooses what is installed there. The registries of npm and Yarn themselves are not reported.",
    fix: (path) =>
      `keep the registry in the configuration of the user or of the CI system and remove it from ${path}; or excuse the line: lacre:allow registry-moved REASON`,
  },
  unreadable: {
    kind: "unscanned",
    title: "file that could not be read",
    explanation: "What cannot be read cannot be called clean, so verify ends with 1.",
    fix: (path) => `make ${path} readable, or excuse it: verify.allow in .lacre.yaml, with a reason`,
  },
  "encoding-unknown": {
    kind: "unscanned",
    title: "text in an encoding that is not read",
    explanation:
      "UTF-8, UTF-16, UTF-32 and whatever has ASCII's letters are read. In EBCDIC, UTF-7 or bytes under the name of a text nothing would be found, so verify ends with 1.",
    fix: (path) => `write ${path} in UTF-8, or excuse it: verify.allow in .lacre.yaml, with a reason`,
  },
  "packed-configuration": {
    kind: "unscanned",
    title: "packed file where configuration is kept",
    explanation:
      "The name says configuration or secrets, and the bytes are those of gzip, zip or another packer, or base64 of them. Nothing is unpacked, so verify ends with 1.",
    fix: (path) => `commit ${path} unpacked, or excuse it: verify.allow in .lacre.yaml, with a reason`,
  },
  "packed-file": {
    kind: "warning",
    told: { what: "packed and not judged", next: "nothing is unpacked here", counts: "files" },
    title: "packed file",
    explanation: "Archives are not unpacked. This is told and fails nothing.",
    fix: (path) => `look into ${path} yourself`,
  },
  "too-large": {
    kind: "unscanned",
    title: "file over the limit",
    explanation: "Files of more than 256 MiB are not read, so verify ends with 1.",
    fix: (path) => `keep ${path} out of Git, or excuse it: verify.allow in .lacre.yaml, with a reason`,
  },
  "too-many": {
    kind: "unscanned",
    title: "file with a thousand findings",
    explanation: "After a thousand findings in one file the rest of it is not judged, so verify ends with 1.",
    fix: (path) =>
      `mend what was found in ${path} and run it again, or excuse it: verify.allow in .lacre.yaml, with a reason`,
  },
  "too-slow": {
    kind: "unscanned",
    title: "file that took too long",
    explanation: "The time for one file ran out, so verify ends with 1. What was found until then is reported.",
    fix: (path) => `split ${path}, or excuse it: verify.allow in .lacre.yaml, with a reason`,
  },
};

const TOKENS: ReadonlyMap<RuleId, Rule> = new Map(
  TOKEN_RULES.map(({ id, name, source }) => [
    id,
    {
      id,
      kind: "error",
      title: name,
      explanation: `A ${name}, known by its shape. Documented at ${source}`,
      fix: (path: string) => `revoke it where it was issued, and ${moveToSecret(path)}`,
    },
  ]),
);

const BY_ID: ReadonlyMap<string, Rule> = new Map([
  ...Object.entries(STRUCTURAL).map(([id, row]) => [id, { id: id as StructuralRuleId, ...row }] as const),
  ...TOKENS,
]);

/** Every rule, the structural ones first. */
export const RULES: readonly Rule[] = [...BY_ID.values()];

/** The rule with an id. */
export function ruleOf(id: RuleId): Rule {
  return BY_ID.get(id) as Rule;
}

/** The rule that a user's text names, or undefined. */
export function findRule(text: string): Rule | undefined {
  return BY_ID.get(text);
}
