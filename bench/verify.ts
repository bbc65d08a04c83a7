/** `npm run bench -- verify`: a generated GitOps repository and a history, judged by lacre and by gitleaks in turns. */
import { spawnSync } from "node:child_process";
import * as crypto from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { peakMemory, type Timed, timeOnce } from "./measure.ts";
import { gitleaks } from "./peers.ts";
import { ms, ratio, row } from "./table.ts";

const LACRE = path.join(import.meta.dirname, "../dist/cli/main.cjs");
const FILES = 20_000;
const COMMITS = 5_000;
const ROUNDS = 3;
const WORDS =
  "app server config log level cache timeout replicas image port metrics health ready probe queue topic region zone bucket cluster role worker batch limit retry".split(
    " ",
  );

/** Numbers that are the same in every run, so that all rounds judge the same bytes. */
let state = 20_261_124;
function random(below: number): number {
  state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
  return (state >>> 8) % below;
}
const word = () => WORDS[random(WORDS.length)] as string;
const value = () =>
  [`${random(9999)}`, "info", `${word()}-${word()}`, `https://${word()}.svc:8080/${word()}`, `"${word()} ${word()}"`][
    random(5)
  ] as string;
const times = (count: number, line: (index: number) => string) =>
  Array.from({ length: count }, (_, index) => line(index)).join("");

function configMap(index: number): string {
  const file = (name: number) =>
    `  file${name}.properties: |\n${times(52, () => `    ${word()}.${word()}.${random(1000)}=${value()}\n`)}`;
  return `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: cm-${index}\n  namespace: shop\ndata:\n${times(4, file)}`;
}

function deployment(index: number): string {
  const env = (number: number) =>
    random(2) === 0
      ? `            - name: ${word().toUpperCase()}_${number}\n              value: ${word()}-${word()}\n`
      : `            - name: DB_PASSWORD_${number}\n              valueFrom: {secretKeyRef: {name: db-credentials, key: password}}\n`;
  const container = (number: number) =>
    `        - name: c${number}\n          image: registry/${word()}@sha256:${crypto.createHash("sha256").update(`${index}${number}`).digest("hex")}\n          env:\n${times(28, env)}          args:\n${times(40, () => `            - --${word()}-${word()}=${word()}\n`)}`;
  return `apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: d-${index}\nspec:\n  template:\n    spec:\n      containers:\n${times(3, container)}`;
}

function sealed(index: number): string {
  const entry = (number: number) =>
    `    key${number}: ${Buffer.concat([Buffer.of(2, 0), crypto.randomBytes(700)]).toString("base64")}\n`;
  return `apiVersion: bitnami.com/v1alpha1\nkind: SealedSecret\nmetadata:\n  name: s-${index}\n  namespace: shop\nspec:\n  encryptedData:\n${times(6, entry)}`;
}

function manifest(index: number): string {
  if (index % 10 === 9) return sealed(index);
  return index % 10 > 6 ? deployment(index) : configMap(index);
}

function writeTree(root: string): number {
  let bytes = 0;
  for (let index = 0; index < FILES; index++) {
    const file = path.join(root, `clusters/c${index % 20}/ns${index % 400}/${index}.yaml`);
    const text = manifest(index);
    bytes += text.length;
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, text);
  }
  return bytes;
}

function git(root: string, args: readonly string[], input?: string): void {
  const ran = spawnSync("git", args, { cwd: root, input: input ?? "", maxBuffer: 1 << 28 });
  if (ran.status !== 0) throw new Error(`git ${args[0]}: ${ran.stderr}`);
}

/** Each commit changes two manifests of two hundred. */
function writeHistory(root: string): void {
  fs.mkdirSync(root);
  git(root, ["init", "-q", "-b", "main"]);
  const stream: string[] = [];
  for (let commit = 0; commit < COMMITS; commit++) {
    stream.push(`commit refs/heads/main\ncommitter Ada <ada@example.org> ${1_700_000_000 + commit} +0000\ndata 2\nc\n`);
    for (let file = 0; file < 2; file++) {
      const text = manifest(random(9_000));
      stream.push(`M 100644 inline apps/${random(200)}.yaml\ndata ${Buffer.byteLength(text)}\n${text}\n`);
    }
  }
  git(root, ["fast-import", "--quiet"], stream.join(""));
  git(root, ["checkout", "-q", "main"]);
}

function compare(what: string, ours: Timed, theirs: Timed | undefined, goal: number): void {
  const mine: number[] = [];
  const other: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    mine.push(timeOnce(ours));
    if (theirs !== undefined) other.push(timeOnce(theirs));
  }
  const middle = (list: readonly number[]) => [...list].sort((a, b) => a - b)[1] ?? 0;
  const result = theirs === undefined ? "not measured" : ratio(middle(mine) / middle(other));
  row(
    what,
    ms(middle(mine)),
    theirs === undefined ? "gitleaks needs Go" : `gitleaks v8.30.1: ${ms(middle(other))}`,
    result,
    `at most ${goal}`,
  );
}

/** Generates both repositories below a directory and measures. */
export function benchVerify(directory: string): void {
  const peer = gitleaks();
  const tree = path.join(directory, "tree");
  const megabytes = Math.round(writeTree(tree) / 1e6);
  const verifyTree: Timed = { command: [process.execPath, LACRE, "verify", tree] };
  const quiet = ["--no-banner", "--log-level", "error", "--exit-code", "0"];
  compare(
    `verify a tree of ${FILES.toLocaleString("en")} files, ${megabytes} MB`,
    verifyTree,
    peer === undefined ? undefined : { command: [peer, "dir", tree, ...quiet] },
    0.25,
  );
  row("peak memory of that", `${peakMemory(verifyTree).toFixed(0)} MiB`, "", "", "under 500 MB");
  fs.rmSync(tree, { recursive: true });
  const history = path.join(directory, "history");
  writeHistory(history);
  const verifyHistory: Timed = {
    command: ["/bin/sh", "-c", `cd "$REPO" && exec "$NODE" "$LACRE" verify --history`],
    env: { REPO: history, NODE: process.execPath, LACRE },
  };
  compare(
    `verify the history of ${COMMITS.toLocaleString("en")} commits`,
    verifyHistory,
    peer === undefined ? undefined : { command: [peer, "git", history, ...quiet] },
    0.5,
  );
}
