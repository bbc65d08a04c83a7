/** The table of places for passwords: what each of them takes for one, and what only looks like it. */
import { describe, expect, it } from "vitest";
import { PLACES, type Place } from "../../../../src/verify/detect/places.ts";

const MADE = "Zq81xTe49vLKd7mW";

/** The values that places find in a text, as connections.ts would look for them. */
function foundAt(places: readonly Place[], text: string): readonly string[] {
  return places.flatMap(({ anchor, lead, pattern, accept }) => {
    const at = text.toLowerCase().indexOf(anchor);
    for (let start = Math.max(0, at - lead); start <= at; start++) {
      pattern.lastIndex = start;
      const match = pattern.exec(text);
      const value = match?.groups?.["value"] ?? "";
      if (match !== null && accept(value, match)) return [value];
    }
    return [];
  });
}

const EXAMPLES: readonly (readonly [subject: string, text: string, value: string])[] = [
  ["a URL with a password", "postgres://app:hunter2@db/app", "hunter2"],
  ["a URL with a token", `https://${MADE}${MADE}@git.corp.org/a`, `${MADE}${MADE}`],
  ["a data source name with a password", "app:hunter22@tcp(db:3306)/app", "hunter22"],
  ["a bearer token", `Bearer ${MADE}`, MADE],
  ["basic credentials", `Basic ${btoa("me:hunter2")}`, btoa("me:hunter2")],
  ["an Authorization header", `Authorization: token ${MADE}`, MADE],
  ["ConvertTo-SecureString", 'ConvertTo-SecureString -AsPlainText "hunter2"', "hunter2"],
  ["curl with a password", "curl -s -u me:hunter2 https://x", "hunter2"],
  ["wget with a password", "wget --password=hunter2 https://x", "hunter2"],
  ["sshpass", "sshpass -p hunter2 ssh a", "hunter2"],
  ["a database client with a password", "mysqldump -u root -phunter2 db", "hunter2"],
  ["a database client with a password", "mongosh --password hunter2", "hunter2"],
  ["a login command with a password", "docker login -u me -p hunter2", "hunter2"],
  ["redis-cli with a password", "redis-cli -a hunter2 ping", "hunter2"],
  ["an LDAP client with a password", "ldapsearch -x -w hunter2", "hunter2"],
  ["htpasswd with a password", "htpasswd -b file me hunter2", "hunter2"],
  ["a database user's password", "CREATE USER a IDENTIFIED BY 'hunter2'", "hunter2"],
  ["chpasswd", "echo me:hunter2 | sudo chpasswd", "hunter2"],
  ["a password given by echo", "echo hunter2 | docker login --password-stdin", "hunter2"],
  ["kubectl create secret with a literal", "kubectl create secret generic a --from-literal=k=hunter2", "hunter2"],
  ["random_password.result", '"random_password", "result": "hunter2"', "hunter2"],
  ["net user", "net user me hunter2 /add", "hunter2"],
  ["openssl with a password", "openssl rsa -passin pass:hunter2", "hunter2"],
  ["haproxy", "user-password hunter2", "hunter2"],
  ["an insecure-password", "insecure-password hunter2", "hunter2"],
];

describe("a place for a password", () => {
  it.each(EXAMPLES)("is %s: %s", (subject, text, value) => {
    // Two kinds of database clients have the same subject, each its own word.
    const of = PLACES.filter((place) => place.subject === subject && text.toLowerCase().includes(place.anchor));
    expect(of).toHaveLength(1);
    expect(foundAt(of, text)).toEqual([value]);
  });

  it.each(EXAMPLES)("is none where a variable stands: %s", (subject, text, value) => {
    const places = PLACES.filter((place) => place.subject === subject && text.toLowerCase().includes(place.anchor));
    const hole = text.replace(value, value === btoa("me:hunter2") ? btoa("me:$" + "{PASSWORD}") : "$" + "{PASSWORD}");
    expect(foundAt(places, hole)).toEqual([]);
  });

  it("has an example here, each of them", () => {
    const known = new Set(EXAMPLES.map(([subject]) => subject));
    expect(PLACES.map(({ subject }) => subject).filter((subject) => !known.has(subject))).toEqual([]);
  });
});
