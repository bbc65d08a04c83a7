/** Passwords that have a place of their own. */
import { expect, it } from "vitest";
import { CONNECTIONS } from "../../../../src/verify/detect/connections.ts";
import { found } from "../../../support/detect.ts";

const URL = "connection-string-password";
const COMMAND = "command-line-password";
const HEADER = "authorization-header";
const basic = (text: string) => Buffer.from(text).toString("base64");

it.each([
  ["an address", "a.yaml", "postgres://app:hunter2@db/app", [`${URL}: hunter2`]],
  ["an address with a default password", "a.yaml", "postgres://app:postgres@db/app", []],
  ["the user's name again", "a.yaml", "amqp://worker:worker@mq", []],
  ["a reserved host", "a.yaml", "https://me:hunter2@example.com/", []],
  [
    "a reserved host, and a generated password",
    "a.yaml",
    "https://me:Zq81xTe49vLKd7mW@example.com/",
    [`${URL}: Zq81xTe49vLKd7mW`],
  ],
  ["a hole", "a.yaml", "postgres://app:$DB_PASSWORD@db/app", []],
  ["a port", "a.yaml", "http://host:8080@x", []],
  ["a weak password in a program", "a.ts", '"postgres://app:hunters@db/app"', []],
  ["a generated one in a program", "a.ts", '"postgres://app:Zq81xTe49vLKd7mW@db/app"', [`${URL}: Zq81xTe49vLKd7mW`]],
  [
    "a token in front of a host",
    "a.yaml",
    "https://Zq81xTe49vLKd7mWZq81x@git.corp.org/a",
    [`${URL}: Zq81xTe49vLKd7mWZq81x`],
  ],
  ["Sentry's public key", "a.yaml", "https://Zq81xTe49vLKd7mWZq81x@o1.ingest.sentry.io/2", []],
  ["Go's data source name", "a.yaml", "app:hunter22@tcp(db:3306)/app", [`${URL}: hunter22`]],
  ["a bearer token", "a.yaml", "Authorization: Bearer Zq81xTe49vLKd7mW", [`${HEADER}: Zq81xTe49vLKd7mW`]],
  ["the word bearer", "a.yaml", "Bearer authentication-scheme-here", []],
  ["basic credentials", "a.yaml", `Basic ${basic("me:hunter2")}`, [`${HEADER}: ${basic("me:hunter2")}`]],
  ["base64 of something else", "a.yaml", `Basic ${basic("hello there")}`, []],
  ["curl", "a.sh", "curl -s -u me:hunter2 https://x", [`${COMMAND}: hunter2`]],
  ["mysql", "a.sh", "mysql -uroot -phunter2 db", [`${COMMAND}: hunter2`]],
  ["a pipe into a login", "a.sh", "echo hunter2 | docker login --password-stdin", [`${COMMAND}: hunter2`]],
  [
    "a literal of kubectl create secret",
    "a.sh",
    "kubectl create secret generic a --from-literal=k=hunter2",
    [`${COMMAND}: hunter2`],
  ],
  ["a literal of a ConfigMap", "a.sh", "kubectl create configmap a --from-literal=k=hunter2", []],
  ["openssl", "a.sh", "openssl enc -k pass:hunter2", [`${COMMAND}: hunter2`]],
  ["the word pass elsewhere", "a.sh", "first pass:hunter2", []],
])("a password is found or not in %s", (_, path, text, hits) => {
  expect(found(CONNECTIONS, path, text)).toEqual(hits);
});
