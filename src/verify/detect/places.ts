/** Places of their own for a password: addresses, headers, commands. A table; connections.ts looks for them. */
import { decodeBase64 } from "../../format/base64.ts";
import { hasRandomPart } from "../value/judgement.ts";
import { isOwnLiteral } from "../value/own-literal.ts";

/** One pattern with a group `value`, and the word that must be there, in lower case. */
export type Place = {
  readonly anchor: string;
  readonly pattern: RegExp;
  readonly rule:
    | "plaintext-credential"
    | "connection-string-password"
    | "authorization-header"
    | "command-line-password";
  readonly subject: string;
  /** How many characters in front of the anchor the pattern may begin. */
  readonly lead: number;
  readonly accept: (value: string, match: RegExpExecArray) => boolean;
};

const RESERVED_HOST =
  /^(?:[^/\s@]*@)?(?:example\.(?:com|org|net)|.*\.example(?:\.(?:com|org|net))?|host|hostname|server|HOST|your[\w.-]*|.*\.(?:invalid|test))(?::|\/|$|["'\s?,;)])/i;
function isUserinfo(value: string, match: RegExpExecArray): boolean {
  const after = match.input.slice(match.index + match[0].length, match.index + match[0].length + 60);
  const user = match.groups?.["user"] ?? "";
  if (RESERVED_HOST.test(after) && !hasRandomPart(value)) return false;
  return (
    isOwnLiteral(decode(value)) &&
    !/^(?:\$|%24|\{|<|\[)/.test(value) &&
    value !== user &&
    !/^[A-Z_]{3,}$/.test(value) &&
    !/^:?\d{2,5}$/.test(value)
  );
}

function decode(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}

/** `Basic` carries user:password in base64 (RFC 7617). */
function isBasic(value: string): boolean {
  const text = decodeBase64(value);
  if (text === undefined || !/^[\x20-\x7e]*:[\x20-\x7e]+$/.test(text)) return false;
  return isOwnLiteral(text.slice(text.indexOf(":") + 1));
}

const generated = (value: string) => isOwnLiteral(value) && hasRandomPart(value);

/** Every place. A further one is a row here. */
export const PLACES: readonly Place[] = [
  {
    anchor: "://",
    lead: 24,
    rule: "connection-string-password",
    subject: "a URL with a password",
    pattern:
      /[A-Za-z][A-Za-z0-9+.-]{1,23}:\/\/(?<user>[^\s:/@"'`<>|\\{}]{0,80}|\$\{\w+\}|\{\{[^{}]{1,60}\}\}):(?<value>[^\s@"'`<>\\]{3,200}|[^\s@"'`<>\\/]{1,2})@(?=[\w$[{%.(-])/y,
    accept: isUserinfo,
  },
  {
    anchor: "://",
    lead: 8,
    rule: "connection-string-password",
    subject: "a URL with a token",
    pattern: /https?:\/\/(?<value>[\w-]{20,255})@(?=[\w.-]+\.\w)/y,
    // The DSN of Sentry is public: it only lets one report.
    accept: (value, match) =>
      generated(value) &&
      !/^[\w.-]*(?:sentry|ingest)/.test(
        match.input.slice(match.index + match[0].length, match.index + match[0].length + 60),
      ),
  },
  {
    anchor: "@tcp(",
    lead: 90,
    rule: "connection-string-password",
    subject: "a data source name with a password",
    pattern: /[\w.-]{1,40}:(?<value>[^\s@:"'`<>/(){}$]{6,80})@(?:tcp|unix)\((?=[\w.[/-])/y,
    accept: isOwnLiteral,
  },
  {
    anchor: "bearer",
    lead: 0,
    rule: "authorization-header",
    subject: "a bearer token",
    pattern: /[Bb]earer[ \t]+(?<value>[\w.~+/=-]{16,4000})/y,
    accept: generated,
  },
  {
    anchor: "basic",
    lead: 0,
    rule: "authorization-header",
    subject: "basic credentials",
    pattern: /[Bb]asic[ \t]+(?<value>[\w+/=-]{8,400})(?![\w+/=-])/y,
    accept: isBasic,
  },
  {
    anchor: "authorization",
    lead: 0,
    rule: "authorization-header",
    subject: "an Authorization header",
    pattern:
      /[Aa]uthorization["']?[ \t]*[:=][ \t]*["']?(?:token|Token|ApiKey|apikey|Splunk|GenieKey|SSWS|key=|Klaviyo-API-Key|Api-Token|Bot|GoogleLogin auth=)[ \t]*(?:token=["']?)?(?<value>[\w.~+/=-]{16,500})/y,
    accept: generated,
  },
  {
    anchor: "convertto-securestring",
    lead: 0,
    rule: "command-line-password",
    subject: "ConvertTo-SecureString",
    pattern:
      /ConvertTo-SecureString[ \t]+(?:-String[ \t]+)?(?:-AsPlainText[ \t]+)?(?:-Force[ \t]+)?(?:-String[ \t]+)?(?<q>["'])(?<value>[^"'\n]{3,200})\k<q>/iy,
    accept: isOwnLiteral,
  },
  {
    anchor: "curl",
    lead: 0,
    rule: "command-line-password",
    subject: "curl with a password",
    pattern:
      /curl\b[^\n|;]{0,300}?[ \t](?:-u|--user|--proxy-user|-U)[ \t=]*["']?[^\s:"'$]{1,80}:(?<value>[^\s"'@$]{3,200})/y,
    accept: isOwnLiteral,
  },
  {
    anchor: "wget",
    lead: 0,
    rule: "command-line-password",
    subject: "wget with a password",
    pattern: /wget\b[^\n|;]{0,300}?--(?:http-|ftp-)?password[= ]["']?(?<value>[^\s"'$]{3,200})/y,
    accept: isOwnLiteral,
  },
  {
    anchor: "sshpass",
    lead: 0,
    rule: "command-line-password",
    subject: "sshpass",
    pattern: /sshpass[ \t]+-p[ \t]*["']?(?<value>[^\s"'$]{3,200})/y,
    accept: isOwnLiteral,
  },
  {
    anchor: "mysql",
    lead: 0,
    rule: "command-line-password",
    subject: "a database client with a password",
    pattern: /(?:mysql|mysqldump|mysqladmin|mariadb)\b[^\n|;]{0,200}?[ \t]-p(?<value>[^\s"'$-][^\s"'$]{3,200})/y,
    accept: isOwnLiteral,
  },
  {
    anchor: "login",
    lead: 0,
    rule: "command-line-password",
    subject: "a login command with a password",
    pattern: /login\b[^\n|;]{0,300}?[ \t](?:-p|--password|--token)[ \t=]+["']?(?<value>[^\s"'$-][^\s"'$]{3,300})/y,
    accept: isOwnLiteral,
  },
  {
    anchor: "redis-cli",
    lead: 0,
    rule: "command-line-password",
    subject: "redis-cli with a password",
    pattern: /redis-cli\b[^\n|;]{0,200}?[ \t](?:-a|--pass)[ \t]+["']?(?<value>[^\s"'$-][^\s"'$]{3,200})/y,
    accept: isOwnLiteral,
  },
  {
    anchor: "mongo",
    lead: 0,
    rule: "command-line-password",
    subject: "a database client with a password",
    pattern:
      /mongo(?:sh|dump|restore|export)?\b[^\n|;]{0,200}?[ \t](?:-p|--password)[ \t=]+["']?(?<value>[^\s"'$-][^\s"'$]{3,200})/y,
    accept: isOwnLiteral,
  },
  {
    anchor: "ldap",
    lead: 0,
    rule: "command-line-password",
    subject: "an LDAP client with a password",
    pattern:
      /ldap(?:search|add|modify|delete|passwd|whoami)\b[^\n|;]{0,300}?[ \t]-w[ \t]*["']?(?<value>[^\s"'$-][^\s"'$]{2,200})/y,
    accept: isOwnLiteral,
  },
  {
    anchor: "htpasswd",
    lead: 0,
    rule: "command-line-password",
    subject: "htpasswd with a password",
    pattern: /htpasswd[ \t]+-\w*b\w*[ \t]+\S+[ \t]+(?:\S+[ \t]+)?["']?(?<value>[^\s"'$]{3,200})/y,
    accept: isOwnLiteral,
  },
  {
    anchor: "identified by",
    lead: 0,
    rule: "command-line-password",
    subject: "a database user's password",
    pattern: /identified[ \t]+(?:with[ \t]+\w+[ \t]+)?by[ \t]+(?:password[ \t]+)?['"](?<value>[^'"\n]{3,200})['"]/iy,
    accept: isOwnLiteral,
  },
  {
    anchor: "chpasswd",
    lead: 200,
    rule: "command-line-password",
    subject: "chpasswd",
    pattern: /echo[ \t]+["']?[\w.-]+:(?<value>[^\s"'$|]{3,100})["']?[ \t]*\|[ \t]*(?:sudo[ \t]+)?chpasswd/y,
    accept: isOwnLiteral,
  },
  {
    anchor: "password-stdin",
    lead: 300,
    rule: "command-line-password",
    subject: "a password given by echo",
    pattern:
      /(?:echo|printf)[ \t]+(?:-n[ \t]+)?["']?(?<value>[^\s"'$`|]{6,200})["']?[ \t]*\|[^\n|]{0,160}--password-stdin/y,
    accept: isOwnLiteral,
  },
  {
    anchor: "from-literal",
    lead: 0,
    rule: "command-line-password",
    subject: "kubectl create secret with a literal",
    pattern: /from-literal[= \t]["']?[\w.-]+=["']?(?<value>[^\s"']{1,400})/y,
    accept: (value, { input, index }) =>
      /create\s+secret\b/.test(input.slice(Math.max(0, index - 400), index)) && isOwnLiteral(value),
  },
  {
    anchor: "random_password",
    lead: 0,
    rule: "plaintext-credential",
    subject: "random_password.result",
    pattern: /random_password"[\s\S]{0,3000}?"result"\s*:\s*"(?<value>[^"]{4,400})"/y,
    accept: isOwnLiteral,
  },
  {
    anchor: "net user",
    lead: 0,
    rule: "command-line-password",
    subject: "net user",
    pattern: /net[ \t]+user[ \t]+\S+[ \t]+(?<value>[^\s/"'%$*]{4,100})[ \t]+\/add/iy,
    accept: isOwnLiteral,
  },
  {
    anchor: "pass:",
    lead: 0,
    rule: "command-line-password",
    subject: "openssl with a password",
    pattern: /pass:(?<value>[^\s"'$/]{4,100})/y,
    accept: (value, match) =>
      /-(?:passin|passout|pass|k)[ \t]+["']?$/.test(match.input.slice(Math.max(0, match.index - 20), match.index)) &&
      isOwnLiteral(value),
  },
  {
    anchor: "user-password",
    lead: 0,
    rule: "command-line-password",
    subject: "haproxy",
    pattern: /user-password[ \t]+(?<value>\S{4,100})/y,
    accept: isOwnLiteral,
  },
  {
    anchor: "insecure-password",
    lead: 0,
    rule: "command-line-password",
    subject: "an insecure-password",
    pattern: /insecure-password[ \t]+(?<value>\S{4,100})/y,
    accept: isOwnLiteral,
  },
];
