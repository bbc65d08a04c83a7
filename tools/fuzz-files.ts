/** One round of hostile file names through the built programs: verify in every form, other commands, a Git source, a target. */
import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { printableJson } from "../src/model/index.ts";
import { CANARY, hostileName } from "./fuzz-names.ts";
import type { Random } from "./fuzz-random.ts";
import { fixWords, objectionToJson, objectionToPrinted, objectionToWords } from "./fuzz-reports.ts";

const ROOT = path.join(import.meta.dirname, "..");
const LACRE = path.join(ROOT, "dist/cli/main.cjs");
const CONTROLLER = path.join(ROOT, "dist/controller/main.js");
const NAMES = 25;
/** As docs/errors.md has them. 70 is a bug. */
const STATUSES = [0, 1, 2, 3, 5, 6, 7, 8];

const SECRET =
  "apiVersion: v1\nkind: Secret\nmetadata: {name: db, namespace: shop}\nstringData: {A: Zq81xTe49vLKd7mW}\n";
const CONTENTS: readonly (readonly [string, string])[] = [
  [".yaml", SECRET],
  [".env", "DB_PASSWORD=Zq81xTe49vLKd7mW\n"],
  [".yml", "kind: SealedSecret\napiVersion: lacre.dev/v1alpha1\nspec: [\n"],
  [".json", '{"password": "Zq81xTe49vLKd7mW"}\n'],
  ["", "postgres://app:Zq81xTe49vLKd7mW@db/app\n"],
];

type Ran = { readonly status: number | null; readonly stdout: string; readonly stderr: string };
type Finding = { readonly rule: string; readonly path: string; readonly fix: string };

/** A directory for one round. Everything else in it must stay as it was. */
class Round {
  readonly root: string = fs.mkdtempSync(path.join(os.tmpdir(), "lacre-fuzz-"));
  readonly repository: string = path.join(this.root, "repository");
  readonly playground: string = path.join(this.root, "playground");
  readonly faults: string[] = [];
  readonly names: readonly Buffer[];
  /** Of .lacre.yaml, and as hostile as names of files. Its keys are missing. */
  readonly environment: string;
  readonly #random: Random;

  constructor(random: Random) {
    this.#random = random;
    for (const one of [this.repository, this.playground]) fs.mkdirSync(one);
    this.names = Array.from({ length: NAMES }, () => this.#plant());
    // Without a dash in front: it is no path, and stays as it is.
    this.environment = `e${hostileName(random, "")}`;
    const name = printableJson(JSON.stringify(this.environment));
    const configuration = `version: 1\ndefaultEnvironment: ${name}\nenvironments: {${name}: {keys: missing.pub}}\n`;
    fs.writeFileSync(path.join(this.repository, ".lacre.yaml"), configuration);
    this.git("init", "-q");
  }

  #plant(): Buffer {
    const [suffix, text] = this.#random.pick(CONTENTS);
    const name = hostileName(this.#random, suffix);
    const file = Buffer.concat([Buffer.from(`${this.repository}/`), name]);
    try {
      fs.mkdirSync(file.subarray(0, file.lastIndexOf("/")), { recursive: true });
      fs.writeFileSync(file, text);
    } catch {
      // Two names that cannot both be there.
    }
    return name;
  }

  run(program: string, args: readonly string[], cwd: string = this.repository): Ran {
    const env = { PATH: process.env["PATH"] ?? "", HOME: this.root, GIT_CONFIG_NOSYSTEM: "1" };
    const ran = spawnSync(program, args, { cwd, env, input: "", encoding: "utf8", maxBuffer: 1 << 28 });
    return { status: ran.status, stdout: ran.stdout, stderr: ran.stderr };
  }

  git(...args: readonly string[]): Ran {
    return this.run("git", ["-c", "user.name=a", "-c", "user.email=a@example.org", ...args]);
  }

  /** Runs the built `lacre` and looks at everything that it prints. */
  lacre(args: readonly string[], isJson = false): Ran {
    const ran = this.run(process.execPath, [LACRE, ...args]);
    const told = isJson ? objectionToJson(ran.stdout) : objectionToPrinted(ran.stdout);
    this.#judge(`lacre ${args.map((one) => JSON.stringify(one)).join(" ")}`, ran, told);
    return ran;
  }

  controller(...args: readonly string[]): Ran {
    const all = [
      CONTROLLER,
      ...args,
      "--target",
      "directory:out",
      "--key-file",
      "prod.key",
      "--once",
      "--listen",
      "off",
    ];
    const ran = this.run(process.execPath, all, this.root);
    this.#judge(`lacre-controller ${args.join(" ")}`, ran, objectionToJson(ran.stdout));
    return ran;
  }

  #judge(what: string, { status, stderr }: Ran, told: string | undefined): void {
    if (!STATUSES.includes(status as number)) this.fault(what, `ends with ${status}: ${stderr.slice(0, 300)}`);
    for (const objection of [told, objectionToPrinted(stderr)]) if (objection) this.fault(what, objection);
    const names = fs.readdirSync(this.root).filter((name) => !EXPECTED.has(name));
    if (names.length > 0 || fs.existsSync(path.join(this.repository, CANARY)))
      this.fault(what, `made ${names.join(" ")}`);
  }

  fault(what: string, says: string): void {
    this.faults.push(`${what}: ${says}`);
  }

  end(): void {
    fs.rmSync(this.root, { recursive: true, force: true });
  }
}

const EXPECTED = new Set([
  "repository",
  "playground",
  "out",
  "prod.key",
  "prod.pub",
  ".cache",
  ".config",
  ".gnupg",
  ".local",
]);

/** Every form of the report, and every command in it as two shells read it. */
function reports(round: Round): void {
  const findings: Finding[] = JSON.parse(round.lacre(["verify", "--format", "json"], true).stdout).findings;
  for (const form of ["sarif", "github", "junit"]) {
    const { stdout } = round.lacre(["verify", "--format", form], form === "sarif");
    const annotations = stdout.match(/^::(?:error|warning) file=/gm) ?? [];
    if (form === "github" && annotations.length !== findings.length)
      round.fault("verify --format github", `has ${annotations.length} annotations for ${findings.length} findings`);
  }
  const words = fixWords(round.lacre(["verify"]).stdout);
  const meant = new Map(
    findings.map(({ rule, path: file, fix }) => [
      `${file}\0${fix}`,
      rule === "environment-keys-missing" ? round.environment : file,
    ]),
  );
  if (words.length !== meant.size) round.fault("verify", `has ${words.length} next steps for ${meant.size} findings`);
  else
    for (const shell of ["sh", "bash"]) {
      const objection = objectionToWords(shell, words, [...meant.values()], round.playground);
      if (objection !== undefined) round.fault("verify", objection);
    }
}

/** Errors of commands that are given such a name. */
function errors(round: Round, random: Random): void {
  const readable = round.names.map((name) => name.toString()).filter((name) => !name.includes("\ufffd"));
  round.lacre(["seal", "sealed.yaml"]);
  for (const command of [["inspect"], ["seal", "-r", "../prod.pub"], ["open", "-k", "../prod.key"], ["verify"]]) {
    round.lacre([...command, `./${random.pick(readable)}`]);
    round.lacre([...command, `./${random.pick(readable)}-missing`]);
  }
  round.lacre(["seal", "--in-place", "-r", random.pick(readable), "--", random.pick(readable)]);
}

/** A tree that Git itself would not make: names that lead out of it. */
function wildCommit(round: Round): void {
  const blob = round.git("hash-object", "-w", "--", "sealed.yaml").stdout.trim();
  const entries = ["..", "../../x.yaml", ".git", "a/b.yaml", "/tmp/x.yaml", "-x.yaml", "\u202e.yaml"].sort();
  const tree = Buffer.concat(entries.flatMap((name) => [Buffer.from(`100644 ${name}\0`), Buffer.from(blob, "hex")]));
  const file = path.join(round.root, "out.tree");
  fs.writeFileSync(file, tree);
  const written = round.git("hash-object", "-t", "tree", "-w", "--literally", file).stdout.trim();
  fs.rmSync(file);
  const commit = round.git("commit-tree", "-m", "x", written).stdout.trim();
  round.git("update-ref", "refs/heads/wild", commit);
}

/** A SealedSecret whose places are hostile, under names that are. */
function sources(round: Round, random: Random): void {
  const { stdout: sealed } = round.run(process.execPath, [LACRE, "seal", "-r", "../prod.pub", "-"]);
  fs.writeFileSync(path.join(round.repository, "sealed.yaml"), sealed);
  for (let count = 0; count < 5; count++) {
    const name = JSON.stringify(
      random.pick([...round.names, Buffer.from("../../x"), Buffer.from("..lacre")]).toString(),
    );
    const place = random.pick(["name: db", "namespace: shop", "    A:"]);
    const hostile = sealed.replace(place, place.replace(/\w+:?$/, place.includes("A:") ? `${name}:` : name));
    fs.writeFileSync(path.join(round.repository, `place-${count}.yaml`), hostile);
  }
  round.controller("--source", "directory:repository");
  round.git("add", "-A");
  round.git("commit", "-q", "-m", "x", "--no-verify");
  round.git("branch", "-f", "watched");
  round.controller("--source", "git:repository#watched");
  wildCommit(round);
  round.controller("--source", "git:repository#wild");
  const strange = fs
    .readdirSync(path.join(round.root, "out"))
    .filter((name) => !/^(?:\.\.lacre|[a-z0-9-]+)$/.test(name));
  if (strange.length > 0) round.fault("the target", `has ${JSON.stringify(strange)}`);
}

/** Faults of one round, and how many names it had. */
export function fuzzFiles(random: Random): { readonly names: number; readonly faults: readonly string[] } {
  const round = new Round(random);
  try {
    const key = round.run(process.execPath, [LACRE, "keys", "generate", "--key-file", "prod.key"], round.root);
    if (key.status !== 0) throw new Error(key.stderr);
    fs.writeFileSync(path.join(round.root, "prod.pub"), key.stdout);
    reports(round);
    errors(round, random);
    sources(round, random);
    return { names: round.names.length, faults: round.faults };
  } finally {
    round.end();
  }
}
