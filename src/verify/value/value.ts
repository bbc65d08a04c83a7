/** What a value is, before anybody asks whether it stands in the wrong place: precision comes from here, not from entropy. */

import { isForeignValue } from "../../format/foreign/formats.ts";
import { parseToken, TOKEN_PREFIX } from "../../model/token.ts";

/**
 * sealed: only a key opens it. reference: it names where the value is. placeholder: it stands for a value that is not
 * there. public: everybody may know it. hash: of a password, for who checks one. literal: everything else.
 */
export type ValueKind = "empty" | "sealed" | "reference" | "placeholder" | "public" | "hash" | "literal";

/** Forms of tools of which nothing else is known here: eyaml, PGP, S/MIME, Vault's transit, Spring, Jasypt, Maven, KMS, Pulumi. */
const SEALED: readonly RegExp[] = [
  /^ENC\[(?:PKCS7|GPG|KMS),[^\]]*\]$/,
  /^-----BEGIN (?:PGP MESSAGE|PKCS7|CMS)-----/,
  /^LS0tLS1CRUdJTiBQR1AgTUVTU0FHRS/,
  /^vault:v\d+:[\w+/=]+$/,
  /^\{(?:cipher|DESede|AES|aes)\}/,
  /^ENC\([\w+/=]+\)$/,
  /^\{[\w+/]{40,}={0,2}\}$/,
  /^AQICAH[\w+/=]{40,}$/,
  /^secure:[\w+/=]{40,}$/,
  /^(?:kms|aws-kms|gcp-kms|azure-kms|transit):\S+$/i,
];

const WHOLE_REFERENCES: readonly RegExp[] = [
  /^\$\{\{.*\}\}$/s,
  /^\{\{.*\}\}$/s,
  /^\{%.*%\}$/s,
  /^<%.*%>$/s,
  /^\[\[.*\]\]$/s,
  /^\(\(.*\)\)$/s,
  /^\$\(/,
  /^`.*`$/s,
  /^\$\$?[A-Za-z_][A-Za-z0-9_]*$/,
  /^\$[A-Za-z][\w-]*(?:[.:-][A-Za-z_][\w-]*)+$/,
  /^\$[\w.]+(?:->\w+|\[['"]?\w+['"]?\])+$/,
  /^%{1,2}[A-Za-z_][\w.]*%{1,2}$/,
  // A word in capitals between signs: the marks that somebody replaces by a script.
  /^[^\w\s]{1,3}[A-Z][A-Z0-9_ -]*[^\w\s]{1,3}$/,
  /^[A-Z]+(?:_[A-Z]+)*_(?:PASSWORD|SECRET|TOKEN|KEY|VALUE|USERNAME|USER)$/,
  /^%\([\w.]+\)[sd]?$/,
  /^%[{<].*[}>]$/s,
  /^#\{.*\}#?$/s,
  // kapitan
  /^\?\{.*\}$/s,
  /^@[\w.@-]+@$/,
  /^__[A-Za-z0-9_.-]+__$/,
  /^\{[A-Za-z_][\w.-]*\}$/,
  /^:[a-z_]\w*$/,
  /^(?:@|!)(?:Ref|GetAtt|Sub|ImportValue|vault|secret|reference|Microsoft\.KeyVault)\b/i,
  /^(?:ref\+|secretref\+|vault:|vault\+|op:\/\/|keyring:|keepass:|pass:\/\/|ssm:|sm:\/\/|sops:|(?:aws-?)?secrets?-?manager:|secret:\/\/|aws(?:sm|ps|-sm|-ssm|secretsmanager)?:|gcp(?:sm)?:|gcpsecret|akv[@:]|azurekeyvault|azkv|bws?:|doppler:|infisical:|berglas:|chamber:|conjur:|env:|env\.|file:|cmd:|exec:|consul:|k8s:|kubernetes:|projects\/[\w-]+\/secrets\/|arn:aws|arn:|urn:|\$__file\{|\$__env\{|\$aws|akeyless:|summon:|!var|lookup\()/i,
  /^(?:process\.env|os\.environ|os\.getenv|System\.getenv|ENV\[|std::env|env\(|getenv\(|import\.meta\.env|Deno\.env|builtins\.|config\.|settings\.|params\.|secrets\.|vars?\.|local\.|data\.|module\.|self\.|this\.|inputs?\.|each\.|Rails\.application|var\.|credentials\(|resolve:|\{\{resolve)/,
  /^\/\/\w[\w./-]*$/,
];

const PLACEHOLDER =
  /change[-_ ]?(?:me|it|this|in[-_ ]?prod)|replace[-_ ]?(?:me|with|this)|place[-_ ]?holder|\byour[-_ ]|^your[A-Z_-]|_your[-_]|\byour(?:password|token|secret|key|api)|^my-?(?:password|secret|token|api-?key)(?:-?here)?$|[-_ ]here$|<[^<>]*>|\bredacted\b|\[(?:redacted|masked|hidden|removed|filtered)\]|\bto-?do\b|\bfix-?me\b|\btbd\b|\bdummy|\bfake\b|fake[-_]|\bsample\b|\bexample\b|EXAMPLE|example[-_]|[-_]example|^examplekey|not-?a-?(?:real-?)?(?:secret|password|token|key)|not[-_ ]?real|insert[-_ ]|\bfill[-_ ]?(?:me|in)|put[-_ ]|\benter[-_ ]|\bspecify\b|\bset[-_ ]?me\b|set[-_ ]?(?:in|via|by|at)[-_ ]|^unset$|overrid(?:e|den)|supplied[-_ ]|provided[-_ ]|generated[-_ ]?(?:by|at)|injected|^(?:ignored?|unused|empty|masked|hidden|secret-?value|some-?(?:secret|password|token|key|value)|the-?(?:secret|password|token))$|mock[-_]|[-_]mock|stub[-_]|^foo(?:bar)?$|^bar$|^baz$|^lorem|to[-_ ]?be[-_ ]|will[-_ ]be[-_ ]|managed[-_ ]by|deadbeef|^n\/a$|^xyz$|^abc$/i;
const FILLER = /^(?:[xX*#?.•_-]{3,}|[xX*•.]{2,}.*[xX*•.]{4,}|.{0,12}(?:[xX*•.]{5,}|0{8,}|1{8,}).{0,6})$/s;

const DOCUMENTED: ReadonlySet<string> = new Set([
  "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
  "AKIAIOSFODNN7EXAMPLE",
  "AKIAI44QH8DHBEXAMPLE",
  "je7MtGbClwBF/2Zp9Utk/h3yCo8nvbEXAMPLEKEY",
  "sk_test_4eC39HqLyjWDarjtT1zdp7dc",
  "sk_test_BQokikJOvBiI2HlWgH4olfQ2",
  "sk_test_26PHem9AhJZvU623DfE1x4sd",
  "s3cr3t",
  "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==",
  "C2y6yDjf5/R+ob0N8A7Cgv30VRDJIWEHLM+4QDU5DE2nQ9nDuVTqobD4b8mGGyPMbIZnqyMsEcaGQy67XIw/Jw==",
  "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxMjM0NTY3ODkwIiwibmFtZSI6IkpvaG4gRG9lIiwiaWF0IjoxNTE2MjM5MDIyfQ.SflKxwRJSMeKKF2QT4fwpMeJf36POk6yJV_adQssw5c",
]);

const PUBLIC: readonly RegExp[] = [
  /^-----BEGIN (?:CERTIFICATE|PUBLIC KEY|RSA PUBLIC KEY|EC PUBLIC KEY|DSA PUBLIC KEY|PGP PUBLIC KEY BLOCK|X509 CRL|CERTIFICATE REQUEST|TRUSTED CERTIFICATE|PGP SIGNATURE|PGP SIGNED MESSAGE|DH PARAMETERS|EC PARAMETERS|SSH2 PUBLIC KEY|SSH SIGNATURE)-----/,
  /^(?:ssh-(?:rsa|ed25519|dss)|ecdsa-sha2-nistp\d+|sk-(?:ssh|ecdsa)-\S+) AAAA/,
  /^age1[a-z0-9]{30,}$/,
  /^lacre-public-1\./,
  /^data:image\//,
];

const HASHES: readonly RegExp[] = [
  /^\$(?:2[abxy]?|1|5|6|7|y|gy|apr1|md5|sha1|scrypt|argon2(?:id?|d)|pbkdf2[\w-]*|P|H|S|bcrypt-sha256)\$/,
  /^(?:\{(?:SSHA|SHA|SMD5|MD5|CRYPT|ARGON2|PBKDF2[\w-]*|SSHA\d+|SHA\d+)\})/i,
  /^(?:pbkdf2_sha\d+|pbkdf2:sha\d+[:\d]*|bcrypt_sha256|argon2|scrypt:\d+:\d+:\d+|sha1|sha256|sha512|bcrypt)\$/,
  /^SCRAM-SHA-(?:1|256|512)\$/,
  /^(?:md5|sha1|sha256|sha384|sha512)[-:=][\w+/=]{20,}$/i,
  /^md5[0-9a-f]{32}$/,
  /^[\w.@-]+:(?:\$(?:apr1|2[aby]?|1|5|6|y)\$|\{SHA\})\S+/,
];

/** True for a value that a provider's own pages show: everybody knows it. */
export function isDocumented(value: string): boolean {
  return DOCUMENTED.has(value);
}

/** True for a value that only a key opens, in one of the forms that peers write. */
export function isSealedForm(value: string): boolean {
  // A string that only begins like a token is judged as any other value.
  if (value.startsWith(TOKEN_PREFIX)) return parseToken(value) !== undefined;
  return isForeignValue(value) || SEALED.some((form) => form.test(value));
}

/** The default inside `${NAME:-default}`, the literal inside `{{ "literal" | filter }}`, or undefined when the value is not of that form. */
export function interpolationDefault(value: string): string | undefined {
  const piped = /^\{\{-?\s*(["'])([^"']+)\1\s*\|/.exec(value)?.[2];
  if (piped !== undefined) return piped;
  return /^\$\{\w+:?-([^}]*)\}$/.exec(value)?.[1] ?? /^\$\{[\w.-]+:(?![-?+=])([^}]*)\}$/.exec(value)?.[1];
}

/** What a reference is made of stands at its beginning. */
const MAX_REFERENCE_CHARACTERS = 2_000;

function isReference(text: string): boolean {
  const value = text.length > MAX_REFERENCE_CHARACTERS ? text.slice(0, MAX_REFERENCE_CHARACTERS) : text;
  if (WHOLE_REFERENCES.some((form) => form.test(value))) return true;
  // Interpolation anywhere makes the rest a frame around it.
  return /\$\{[^}]*\}|\{\{.*?\}\}|\$\([A-Za-z_][\w]*\)|<%=|%\{[\w.]+\}|#\{[^}]+\}/s.test(value);
}

/** True for text that runs up or down the keyboard or the alphabet, or says the same few characters over and over. */
export function isMonotonous(value: string): boolean {
  const distinct = new Set(value.toLowerCase()).size;
  if (value.length >= 8 && distinct <= 3) return true;
  if (value.length >= 20 && distinct <= 5) return true;
  let run = 1;
  for (let i = 1; i < value.length; i++) {
    const step = value.charCodeAt(i) - value.charCodeAt(i - 1);
    run = step === 1 ? run + 1 : 1;
    if (run >= 8) return true;
  }
  return /(.{4,16})\1\1/.test(value) || /12345678(?:90)?(?:ab|[^0-9]|$)|0123456789|abcdef012345|abcdefgh/i.test(value);
}

/** What a value is, by its form alone. Surrounding blanks do not count. */
export function classifyValue(text: string): ValueKind {
  const value = text.trim();
  if (value === "") return "empty";
  if (isSealedForm(value)) return "sealed";
  if (PUBLIC.some((form) => form.test(value))) return isOnlyPublic(value) ? "public" : "literal";
  if (DOCUMENTED.has(value)) return "placeholder";
  const fallback = interpolationDefault(value);
  if (fallback !== undefined) return isStrong(fallback) ? "literal" : "reference";
  if (isReference(value)) return "reference";
  if (value.length < 200 && (PLACEHOLDER.test(value) || FILLER.test(value))) return "placeholder";
  if (HASHES.some((form) => form.test(value))) return "hash";
  return "literal";
}

/** A default that was made to be guessed by nobody: `${PASSWORD:-postgres}` says nothing, a generated one does. */
function isStrong(value: string): boolean {
  return (
    classifyValue(value) === "literal" &&
    value.length >= 8 &&
    !isWeakDefault(value) &&
    !/^[a-z]+(?:[-_.][a-z]+)*$/i.test(value) &&
    !/^\S+:\/\//.test(value)
  );
}

/** A certificate followed by a key is not public. */
function isOnlyPublic(value: string): boolean {
  return !/PRIVATE KEY/.test(value);
}

const WEAK_DEFAULTS =
  /^(?:passw(?:or)?d|passwort|motdepasse|pass|pwd|passphrase|secrets?|tokens?|api[-_]?key|key|admin|administrator|root|user|username|guest|test|testing|tester|demo|default|postgres(?:ql)?|mysql|mariadb|mongo(?:db)?|redis|rabbitmq|minio(?:admin)?|elastic|kibana|grafana|keycloak|vagrant|docker|dev|development|local|localhost|public|private|none|null|nil|undefined|true|false|yes|no|on|off|string|str|text|number|int|integer|bool|boolean|object|array|any|required|optional|auto|automatic|random|generated?|disabled?|enabled?|env|prompt|basic|bearer|oauth2?|jwt|oidc|saml|ldap|plain|opaque|file|vault|kubernetes|memory|cookie|session|header|query|body|internal|external|value|data|name|id|-|~|\.\.\.)$/i;

/** Words that are a default of every image and every tutorial, or no value at all: not worth a finding outside a Secret. */
export function isWeakDefault(value: string): boolean {
  return WEAK_DEFAULTS.test(value.trim());
}
