/** Whether a name says that its value is a secret: decided by its last words, because `password_reset_ttl` is a time. */

/**
 * How far a name can be trusted: a password is never the name of something, a bare `secret` in a manifest often is, and
 * `auth` is a secret when it holds user:password in base64.
 */
export type Sensitivity = "password" | "key" | "reference-like" | "basic-auth";

function words(...lines: readonly string[]): ReadonlySet<string> {
  return new Set(lines.flatMap((line) => line.split(" ")));
}

const PASSWORDS = words(
  "password passwd passwort pwd pass passphrase passcode pw psk passwords rootpw bindpw userpw adminpw requirepass",
  "masterauth storepass keypass userpass dbpass mypass",
);

/** One word that is enough. */
const KEYS = words(
  "apikey apitoken authtoken accesstoken secretkey secretaccesskey privatekey authkey clientsecret appsecret",
  "encryptionkey signingkey masterkey sharedkey accountkey token dsn keybase bearer credentials jwtsecret presharedkey",
  "cookiesecret authpass",
);

/** What makes a `key` one that opens something: `api key`, but not `partition key`. */
const KEY_OWNERS = words(
  "api access secret private auth authentication authorization encryption decryption signing sign signature master",
  "account shared preshared storage session license licence deploy routing integration ingest ingestion admin app",
  "application consumer client hmac fernet jwt aes cookie crypt crypto unseal service server subscription function",
  "sas recovery backup push write bot seal encrypt secure security logged nonce transit hash salt vapid",
);

/** Other last two words. */
const PAIRS: ReadonlySet<string> = new Set([
  "key base",
  "pre shared",
  "connection string",
  "conn string",
  "conn str",
  "erlang cookie",
  "auth cookie",
  "key material",
  "app salt",
  "auth salt",
  "server salt",
  "seed phrase",
  "snmp community",
  "secret value",
  "secret env",
  "secret data",
  "basic auth",
  "registry auth",
  "auth header",
  "secure salt",
  "logged salt",
  "nonce salt",
]);

/** A bare `secret` often names a Secret; behind one of these words it is the value. */
const SECRET_OWNERS = words(
  "client app application jwt webhook session cookie shared auth api signing hmac consumer encryption token oauth oauth2",
  "csrf nextauth rails flask django cron refresh access callback hash totp mfa otp hook github gitlab slack stripe google",
  "azure aws s3 rpc service erlang sso saml oidc keycloak grafana harbor gossip hub proxy xsrf state turn admin",
);

/** Words behind a sensitive one that change nothing. */
const TAILS = words(
  "value literal plain plaintext cleartext unencrypted decrypted b64 base64 default prod production prd staging stage stg",
  "dev development qa uat test preprod sandbox live old new current previous primary secondary main legacy raw text",
  "eu us global",
);

/** Words in front that make the name a switch, a rule, a question or a pointer. */
const HEADS = words(
  "existing has is are use uses using enable enabled disable disabled require requires required allow allowed show hide",
  "forgot forget reset change confirm verify validate invalid missing wrong incorrect weak expired max min maximum minimum",
  "num number no with without generate create regenerate rotate if should can must automount ignore skip bypass expires",
  "count total ask next page pagination get fetch find lookup",
);

/** The words of a name, lower case: camelCase, snake_case, kebab-case and dotted names alike. */
function wordsOf(name: string): readonly string[] {
  return name
    .replace(/([a-z0-9])([A-Z])/g, "$1 $2")
    .replace(/([A-Z]+)([A-Z][a-z])/g, "$1 $2")
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== "");
}

/** Without the words that change nothing, and without a number at the end: `password_prod`, `token2`. */
function withoutTail(name: readonly string[]): readonly string[] {
  let end = name.length;
  while (end > 1 && (TAILS.has(name[end - 1] as string) || /^v?\d+$/.test(name[end - 1] as string))) end--;
  return [...name.slice(0, end - 1), (name[end - 1] ?? "").replace(/\d+$/, "")];
}

const ENDS_LIKE_PASSWORD =
  /(?:passw(?:or)?d|passphrase|^(?:pg|db|my|mysql|ftp|smtp|mail|ldap|root|admin|user|redis|sa|rcon)(?:pass|pwd|pw))$/;
const ENDS_LIKE_KEY =
  /(?:apikey|secretkey|accesskey|privatekey|authtoken|accesstoken|clientsecret|refreshtoken|bottoken|apisecret)$/;

function judge(name: readonly string[]): Sensitivity | undefined {
  const last = name.at(-1) ?? "";
  const before = name.at(-2) ?? "";
  if (last === "tokens" || last === "secrets") return "reference-like";
  if (last === "secret") return SECRET_OWNERS.has(before) ? "key" : "reference-like";
  if (isKey(before, last)) return "key";
  return PASSWORDS.has(last) || ENDS_LIKE_PASSWORD.test(last) ? "password" : undefined;
}

function isKey(before: string, last: string): boolean {
  if ((last === "key" || last === "keys") && KEY_OWNERS.has(before)) return true;
  return PAIRS.has(`${before} ${last}`) || KEYS.has(last) || ENDS_LIKE_KEY.test(last);
}

/** How sensitive the value behind a name is, or undefined when the name promises nothing. */
export function sensitivity(name: string): Sensitivity | undefined {
  const all = wordsOf(name);
  if ((all.length === 1 && all[0] === "auth") || all.slice(-2).join(" ") === "auth ident") return "basic-auth";
  if (all.length > 1 && HEADS.has(all[0] as string)) return undefined;
  return judge(all) ?? judge(withoutTail(all));
}

/** Every name that can be sensitive holds one of these: what the scanner looks for. */
export const SENSITIVE_STEMS: readonly string[] = [
  "pass",
  "pwd",
  "psk",
  "secret",
  "token",
  "key",
  "cred",
  "auth",
  "dsn",
  "conn",
  "cookie",
  "bearer",
  "salt",
  "community",
  "seed",
  "_pw",
  "rootpw",
  "bindpw",
  "pre_shared",
];
