/** The catalogue of rules: what each one says, why it matters, and the command that mends it. docs/rules.md shows it. */
import { TOKEN_RULES } from "./tokens/table.ts";

/** The id of a rule: one of RULES. */
export type RuleId = string;

/** error: a secret in plain sight or a broken seal. unscanned: nobody can say whether there is one. warning: told, and no failure. */
export type Rule = {
  readonly id: RuleId;
  readonly title: string;
  readonly explanation: string;
  readonly kind: "error" | "unscanned" | "warning";
  /** The next step. `path` is quoted for a shell. */
  readonly fix: (path: string, subject: string) => string;
};

const REPLACE = "then replace the secret where it is used: whoever could read the repository has it";

const moveToSecret = (path: string) =>
  `move the value into a Secret, refer to it from ${path}, and seal the Secret: lacre seal --in-place FILE; ${REPLACE}`;
const sealInPlace = (path: string) => `lacre seal --in-place ${path}; ${REPLACE}`;
const removeFile = (path: string) => `git rm --cached ${path}, keep the file outside of the repository, ${REPLACE}`;
const resealEntry = (path: string, subject: string) => `lacre set ${path} ${subject}`;

const STRUCTURAL: readonly Rule[] = [
  {
    id: "kubernetes-secret-plaintext",
    kind: "error",
    title: "Secret in the clear",
    explanation:
      "A value in data or stringData of a Kubernetes Secret. base64 is no encryption, and a weak value is a value all the same. Placeholders, references and sealed forms are not reported.",
    fix: sealInPlace,
  },
  {
    id: "sealed-token-in-secret",
    kind: "error",
    title: "token in a plain Secret",
    explanation:
      "A token opens only as an entry of a SealedSecret. A Secret, or a generator that makes one, hands the token itself to the workload, in the place of the value.",
    fix: (path) => `put the entry into a SealedSecret: lacre set SEALED ENTRY; and take it out of ${path}`,
  },
  {
    id: "secret-generator-literal",
    kind: "error",
    title: "literal in a secretGenerator",
    explanation: "kustomize puts this literal into a Secret, so the repository holds it in the clear.",
    fix: (path) =>
      `replace the literal in ${path} by a sealed Secret: kubectl create secret generic NAME --dry-run=client -o yaml | lacre seal - > sealed.yaml; ${REPLACE}`,
  },
  {
    id: "secret-generator-file",
    kind: "error",
    title: "file that becomes a Secret",
    explanation:
      "A kustomization or a compose file makes a Secret of this file, so everything in it counts as a secret, whatever it is called.",
    fix: (path) =>
      `lacre seal ${path} --name NAME --namespace NAMESPACE > sealed.yaml, then git rm --cached ${path}; ${REPLACE}`,
  },
  {
    id: "plaintext-credential",
    kind: "error",
    title: "literal behind a name that promises a secret",
    explanation:
      "The last words of the name say password, token, secret key or the like, and the value is neither a reference, nor a placeholder, nor a name of something.",
    fix: moveToSecret,
  },
  {
    id: "connection-string-password",
    kind: "error",
    title: "password in an address",
    explanation: "A URL or a connection string with its password in it.",
    fix: moveToSecret,
  },
  {
    id: "authorization-header",
    kind: "error",
    title: "credentials in a header",
    explanation:
      "An Authorization header with a literal token, or basic credentials, which are base64 of user:password.",
    fix: moveToSecret,
  },
  {
    id: "command-line-password",
    kind: "error",
    title: "password in a command",
    explanation: "A command that is given a password as an argument. Other users of the machine see it too.",
    fix: (path) =>
      `let the command in ${path} read the value from a file or the environment: lacre exec sealed.yaml -- COMMAND; ${REPLACE}`,
  },
  {
    id: "private-key",
    kind: "error",
    title: "private key",
    explanation:
      "A private key that is not encrypted, in PEM, DER, OpenSSH, OpenPGP, PuTTY or JWK form, or a key store.",
    fix: removeFile,
  },
  {
    id: "lacre-private-key",
    kind: "error",
    title: "private key of lacre",
    explanation: "With this key everything that was ever sealed for it can be opened.",
    fix: (path) =>
      `git rm --cached ${path}, move the file out of the repository, make a new key and seal again: it must count as known`,
  },
  {
    id: "sops-plaintext",
    kind: "error",
    title: "SOPS file with a value in the clear",
    explanation:
      "The file carries SOPS' metadata and its own rules say that this value is encrypted, but it is not: it was added by hand, or a rule forgets its key.",
    fix: (path) => `sops encrypt --in-place ${path}, or move it to lacre: lacre seal; ${REPLACE}`,
  },
  {
    id: "sops-not-encrypted",
    kind: "error",
    title: "file that should be encrypted by SOPS",
    explanation:
      "The name of the file or .sops.yaml says that SOPS encrypts it, but it carries no metadata: it was decrypted and committed.",
    fix: (path) => `sops encrypt --in-place ${path}; ${REPLACE}`,
  },
  {
    id: "sops-metadata-incomplete",
    kind: "error",
    title: "SOPS file without its MAC",
    explanation: "Without the MAC nobody notices when values are exchanged.",
    fix: (path) => `sops encrypt --in-place ${path} again from its plaintext`,
  },
  {
    id: "ejson-plaintext",
    kind: "error",
    title: "ejson file with a value in the clear",
    explanation: "Every string in an ejson file whose key does not begin with an underscore must be encrypted.",
    fix: (path) => `ejson encrypt ${path}; ${REPLACE}`,
  },
  {
    id: "sealedsecret-not-sealed",
    kind: "error",
    title: "SealedSecret with a value that is not sealed",
    explanation:
      "Under encryptedData stands something that kubeseal did not write: too short for ciphertext, or no base64.",
    fix: (path) => `seal the value again; to change to lacre: lacre seal --in-place ${path}; ${REPLACE}`,
  },
  {
    id: "git-crypt-plaintext",
    kind: "error",
    title: "file that git-crypt should have encrypted",
    explanation:
      ".gitattributes says that Git holds ciphertext for this file, but it holds plaintext: it was added before the attribute, or without git-crypt.",
    fix: (path) => `git-crypt status -f, then commit ${path}; ${REPLACE}`,
  },
  {
    id: "sealed-token-malformed",
    kind: "error",
    title: "entry that is no sound token",
    explanation: "The entry of a SealedSecret is not a canonical token of format 1: cut, changed, or never sealed.",
    fix: resealEntry,
  },
  {
    id: "sealed-token-moved",
    kind: "error",
    title: "token that was sealed for another place",
    explanation: "A token is bound to its namespace, name and entry. Here it would not open.",
    fix: resealEntry,
  },
  {
    id: "sealed-scope-not-allowed",
    kind: "error",
    title: "token with a scope that is not allowed",
    explanation: "verify.scopes in .lacre.yaml lists the scopes that this repository allows.",
    fix: resealEntry,
  },
  {
    id: "sealed-suite-not-allowed",
    kind: "error",
    title: "token with a suite that is not allowed",
    explanation: "verify.suites in .lacre.yaml lists the suites that this repository allows.",
    fix: resealEntry,
  },
  {
    id: "sealed-recipient-unknown",
    kind: "error",
    title: "token for a key that nobody here names",
    explanation:
      "One of the token's recipients is in none of the key lists that .lacre.yaml names: whoever holds that key can open the value.",
    fix: resealEntry,
  },
  {
    id: "sealed-recipient-missing",
    kind: "error",
    title: "token that its environment cannot open everywhere",
    explanation: "The recipients of the token are not all keys of one environment in .lacre.yaml.",
    fix: resealEntry,
  },
  {
    id: "sealed-key-compromised",
    kind: "error",
    title: "token for a key that counts as known to others",
    explanation:
      "A key list that .lacre.yaml names has this key as compromised or destroyed: whoever has the key reads the value in every commit that held it.",
    fix: (path, subject) => `change the secret itself first, then seal the new value: lacre set ${path} ${subject}`,
  },
  {
    id: "sealed-key-destroyed",
    kind: "error",
    title: "token for a key that was destroyed",
    explanation: "Nothing opens it any more, here or in the cluster.",
    fix: (path, subject) => `seal the value again: lacre set ${path} ${subject}`,
  },
  {
    id: "sealed-key-old",
    kind: "warning",
    title: "token for a key that only opens any more",
    explanation:
      "The cluster has a newer key. The token goes on opening until the old key is destroyed. This is told and fails nothing.",
    fix: (path) => `lacre reseal ${path}, for who holds the keys; or seal the value again`,
  },
  {
    id: "sealed-signature-missing",
    kind: "error",
    title: "token that nobody signed",
    explanation:
      "The policy of signatures enforces them in this namespace: the controller refuses the token, and so does this check.",
    fix: (path, subject) => `lacre set ${path} ${subject} --sign-with KEY, by one of its sealers`,
  },
  {
    id: "sealed-signature-untrusted",
    kind: "error",
    title: "token signed by somebody who is not a sealer here, or changed after it was signed",
    explanation:
      "The signature is of a key that the policy does not list for this namespace, or it does not fit the token.",
    fix: (path, subject) =>
      `lacre set ${path} ${subject} --sign-with KEY, by one of its sealers; or list the signer in the policy`,
  },
  {
    id: "sealed-signature-warned",
    kind: "warning",
    title: "token without a good signature, where the policy is warn",
    explanation: "The policy of signatures asks for them in this namespace and does not enforce them yet.",
    fix: (path, subject) => `lacre set ${path} ${subject} --sign-with KEY, by one of its sealers`,
  },
  {
    id: "sealed-secret-too-large",
    kind: "error",
    title: "SealedSecret for a Secret that is too large",
    explanation:
      "Whatever the padding hides, the values together are over 768 KiB, or there are more than 512 entries, 64 labels or 64 annotations, or longer ones than the CRD takes: no cluster takes such a Secret.",
    fix: (path) =>
      `split the SealedSecret in ${path}, or keep large files elsewhere and seal the key that protects them`,
  },
  {
    id: "sealed-manifest-invalid",
    kind: "error",
    title: "SealedSecret that would not be accepted",
    explanation:
      "The manifest breaks a rule of its format, so nothing would become of it: an unknown field or version, a bad name, a limit.",
    fix: (path) => `lacre inspect ${path} says more; mend the manifest`,
  },
  {
    id: "allowance-added",
    kind: "error",
    title: "allowance that this change brings with it",
    explanation:
      "Where --no-new-allowances is given, a change cannot excuse what it adds: neither inline, nor in .lacre.yaml, nor in the baseline, nor by a setting that looks at less. Without it, what is new is a note.",
    fix: (path) =>
      `replace the secret instead, and take the allowance out of ${path}; or let a code owner bring the allowance in a change of its own`,
  },
  {
    id: "environment-keys-missing",
    kind: "error",
    title: "environment without its keys",
    explanation:
      "A keys file that .lacre.yaml names is not there, so nobody can tell whom the tokens of that environment are sealed for.",
    fix: (_path, subject) =>
      `lacre keys fetch --env ${subject}, and commit it; or take the environment out of .lacre.yaml`,
  },
  {
    id: "environment-not-pinned",
    kind: "error",
    title: "environment sealed for somebody whom LACRE_PIN does not name",
    explanation:
      "LACRE_PIN holds the fingerprints that the people who run this repository trust. An environment with another one would give its values to somebody else.",
    fix: () =>
      "ask who runs the cluster for its fingerprint, by another way than this repository: add it to LACRE_PIN, or bring the keys file back",
  },
  {
    id: "environment-changed",
    kind: "error",
    title: "environment sealed for others than before this change",
    explanation:
      "The list of another identity, another bare key, a recipient more or less: whoever seals or reseals next gives the values to them. A rotation is not this: the identity stays. Where the change is meant, LACRE_PIN with the new fingerprint says so, from outside of the repository.",
    fix: () =>
      "ask who runs the cluster for the fingerprint, by another way than this repository: set it in LACRE_PIN; else bring the keys file back",
  },
  {
    id: "environment-moved",
    kind: "error",
    title: "environment for another branch, other paths or another namespace than before this change",
    explanation:
      "What an environment is for decides whose keys a value is sealed for. A change of it is looked at by a reader, and merged by who may pass over this check.",
    fix: () => "ask who changed .lacre.yaml; bring branch, paths and namespace back, or let a code owner merge it",
  },
  {
    id: "environments-equal",
    kind: "error",
    title: "two environments that cannot be told apart",
    explanation:
      "They have the same recipients and the same namespace, so a value that was sealed for one opens as the other's. Give each keys of its own, or a namespace.",
    fix: (_path, subject) => `give ${subject} other keys, or set environments.${subject}.namespace in .lacre.yaml`,
  },
  {
    id: "tracked-program",
    kind: "error",
    title: "program in the repository where lacre is looked for",
    explanation:
      "A package manager or a shell that is started in the work tree takes lacre from here, or the Node that runs it: node_modules, a folder of links to programs, Yarn's cache. Whoever writes to the repository could say that it is clean.",
    fix: (path) =>
      `git rm -r --cached ${path}, ignore node_modules, and install lacre outside of the work tree: lacre init --ci writes such a step`,
  },
  {
    id: "registry-moved",
    kind: "error",
    title: "setting that moves a registry",
    explanation:
      "npm, Yarn and Bun obey the file in the directory in which they run: whoever writes it chooses what is installed there. The registries of npm and Yarn themselves are not reported.",
    fix: (path) =>
      `keep the registry in the configuration of the user or of the CI system and remove it from ${path}; or excuse the line: lacre:allow registry-moved REASON`,
  },
  {
    id: "unreadable",
    kind: "unscanned",
    title: "file that could not be read",
    explanation: "What cannot be read cannot be called clean, so verify ends with 1.",
    fix: (path) => `make ${path} readable, or excuse it: verify.allow in .lacre.yaml, with a reason`,
  },
  {
    id: "encoding-unknown",
    kind: "unscanned",
    title: "text in an encoding that is not read",
    explanation:
      "UTF-8, UTF-16, UTF-32 and whatever has ASCII's letters are read. In EBCDIC, UTF-7 or bytes under the name of a text nothing would be found, so verify ends with 1.",
    fix: (path) => `write ${path} in UTF-8, or excuse it: verify.allow in .lacre.yaml, with a reason`,
  },
  {
    id: "packed-configuration",
    kind: "unscanned",
    title: "packed file where configuration is kept",
    explanation:
      "The name says configuration or secrets, and the bytes are those of gzip, zip or another packer, or base64 of them. Nothing is unpacked, so verify ends with 1.",
    fix: (path) => `commit ${path} unpacked, or excuse it: verify.allow in .lacre.yaml, with a reason`,
  },
  {
    id: "packed-file",
    kind: "warning",
    title: "packed file",
    explanation: "Archives are not unpacked. This is told and fails nothing.",
    fix: (path) => `look into ${path} yourself`,
  },
  {
    id: "too-large",
    kind: "unscanned",
    title: "file over the limit",
    explanation: "Files of more than 256 MiB are not read, so verify ends with 1.",
    fix: (path) => `keep ${path} out of Git, or excuse it: verify.allow in .lacre.yaml, with a reason`,
  },
  {
    id: "too-many",
    kind: "unscanned",
    title: "file with a thousand findings",
    explanation: "After a thousand findings in one file the rest of it is not judged, so verify ends with 1.",
    fix: (path) =>
      `mend what was found in ${path} and run it again, or excuse it: verify.allow in .lacre.yaml, with a reason`,
  },
  {
    id: "too-slow",
    kind: "unscanned",
    title: "file that took too long",
    explanation: "The time for one file ran out, so verify ends with 1. What was found until then is reported.",
    fix: (path) => `split ${path}, or excuse it: verify.allow in .lacre.yaml, with a reason`,
  },
];

const TOKENS: readonly Rule[] = TOKEN_RULES.map(({ id, name, source }) => ({
  id,
  kind: "error",
  title: name,
  explanation: `A ${name}, known by its shape. Documented at ${source}`,
  fix: (path: string) => `revoke it where it was issued, and ${moveToSecret(path)}`,
}));

/** Every rule, the structural ones first. */
export const RULES: readonly Rule[] = [...STRUCTURAL, ...TOKENS];

const BY_ID: ReadonlyMap<RuleId, Rule> = new Map(RULES.map((rule) => [rule.id, rule]));

/** The rule with an id, or undefined. */
export function ruleOf(id: RuleId): Rule | undefined {
  return BY_ID.get(id);
}
