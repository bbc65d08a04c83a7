/**
 * A directory of its own for each test, and the commands in it as a user runs them: `lacre` in this process, from the sources,
 * and `lacreProcess` as the built program, where a process is what a test is about.
 */
import { type SpawnSyncReturns, spawn, spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterEach } from "vitest";
import { run } from "../../cli/run.ts";
import { DIST, type Given, type TestContext, testContext } from "./test-context.ts";

const LACRE: string = path.join(DIST, "cli/main.cjs");
const CONTROLLER: string = path.join(DIST, "controller/main.js");

/** How a command ended. */
export type Ran = {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly bytes: Buffer;
  /** True when the command said what a bare public key gives up: most tests seal for one, and that is not their matter. */
  readonly isBareKeyTold: boolean;
  /** For whom the command said that it seals: every one that does says it, and most tests are about something else. */
  readonly whom: string | undefined;
};

const WHOM = /^sealing for ([^\n]*)\n/m;
const FINGERPRINTS = /^fingerprint: SHA256:[\w-]{43}\n/gm;
const BARE_KEY = /^note: a bare public key: [^\n]*\n/m;

/** What can be different about a run. Another user takes a process. */
export type RunOptions = Partial<Given> & { readonly uid?: never };

/** The status of a run, and its context afterwards. */
type Performed = { readonly status: number; readonly context: TestContext };

/** What can be different about a process. */
export type ProcessOptions = Pick<RunOptions, "input" | "env" | "cwd"> & { readonly uid?: number };

function ranFrom(status: number | null, bytes: Buffer, complaints: string): Ran {
  return {
    status,
    stdout: bytes.toString(),
    stderr: complaints.replace(BARE_KEY, "").replace(WHOM, "").replace(FINGERPRINTS, ""),
    whom: WHOM.exec(complaints)?.[1],
    isBareKeyTold: BARE_KEY.test(complaints),
    bytes,
  };
}

/** What the screen shows, and what is typed then. */
export type Answer = readonly [question: string, typed: string];

const open: Workspace[] = [];

afterEach(() => {
  for (const workspace of open.splice(0)) fs.rmSync(workspace.path, { recursive: true, force: true });
});

/** A temporary directory that goes away after the test. */
export class Workspace {
  readonly path: string;

  constructor() {
    this.path = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), "lacre-test-")));
    fs.mkdirSync(path.join(this.path, ".home"));
    open.push(this);
  }

  file(name: string): string {
    return path.join(this.path, name);
  }

  write(name: string, content: string | Uint8Array, mode?: number): string {
    fs.mkdirSync(path.dirname(this.file(name)), { recursive: true });
    fs.writeFileSync(this.file(name), content, mode === undefined ? {} : { mode });
    return this.file(name);
  }

  read(name: string): string {
    return fs.readFileSync(this.file(name), "utf8");
  }

  get env(): Record<string, string> {
    return {
      PATH: process.env["PATH"] ?? "",
      HOME: this.file(".home"),
      GIT_CONFIG_NOSYSTEM: "1",
      GIT_AUTHOR_NAME: "Ada",
      GIT_AUTHOR_EMAIL: "ada@example.org",
      GIT_COMMITTER_NAME: "Ada",
      GIT_COMMITTER_EMAIL: "ada@example.org",
    };
  }

  #run(command: string, args: readonly string[], options: ProcessOptions): Ran {
    const result: SpawnSyncReturns<Buffer> = spawnSync(command, [...args], {
      cwd: options.cwd ?? this.path,
      env: { ...this.env, ...options.env },
      input: options.input ?? "",
      ...(options.uid !== undefined && { uid: options.uid, gid: options.uid }),
      maxBuffer: 1 << 28,
    });
    if (result.error) throw result.error;
    return ranFrom(result.status, result.stdout, result.stderr.toString());
  }

  /** Runs `lacre` in this process, and gives all that came out of it. */
  async perform(args: readonly string[], { env: own, ...options }: RunOptions): Promise<Performed> {
    const context = testContext({ cwd: this.path, env: { ...this.env, ...own }, ...options });
    const status = await run(args, context.context);
    context.end();
    return { status, context };
  }

  /** Runs `lacre` in this process. */
  async lacre(args: readonly string[], options: RunOptions = {}): Promise<Ran> {
    const { status, context } = await this.perform(args, options);
    return ranFrom(status, context.stdout(), context.stderr());
  }

  /** Runs the built `lacre`. */
  lacreProcess(args: readonly string[], options: ProcessOptions = {}): Ran {
    return this.#run(process.execPath, [LACRE, ...args], options);
  }

  /** Runs the built `lacre-controller`. */
  controller(args: readonly string[], options: ProcessOptions = {}): Ran {
    return this.#run(process.execPath, [CONTROLLER, ...args], options);
  }

  /** Starts the built `lacre` and leaves it running. */
  start(args: readonly string[]): ReturnType<typeof spawn> {
    return spawn(process.execPath, [LACRE, ...args], { cwd: this.path, env: this.env, stdio: "ignore" });
  }

  /** Starts the built `lacre-controller` and leaves it running. */
  startController(args: readonly string[]): ReturnType<typeof spawn> {
    return spawn(process.execPath, [CONTROLLER, ...args], {
      cwd: this.path,
      env: this.env,
      stdio: ["ignore", "pipe", "pipe"],
    });
  }

  git(...args: readonly string[]): Ran {
    return this.#run("git", ["-c", "init.defaultBranch=main", ...args], {});
  }

  sh(script: string, options: ProcessOptions = {}): Ran {
    return this.#run("/bin/bash", ["-c", script], {
      ...options,
      env: { LACRE: `${process.execPath} ${LACRE}`, ...options.env },
    });
  }

  /** Pins whom a file names, as a user does who has compared all of its fingerprints. */
  async pin(file: string, env?: string): Promise<this> {
    const named = env === undefined ? [] : ["--env", env, "--default"];
    const wrong = (await this.lacre(["keys", "pin", file, "--fingerprint", "SHA256:none"])).stderr;
    for (const [fingerprint] of wrong.matchAll(/SHA256:[\w-]{43}/g)) {
      const ran = await this.lacre(["keys", "pin", file, ...named, "--fingerprint", fingerprint]);
      if (ran.status !== 0) throw new Error(ran.stderr);
    }
    return this;
  }

  /** Runs a line of shell on a terminal of its own, types each answer when its question is there, and gives all that it showed. */
  onTerminal(line: string, ...dialogue: readonly Answer[]): Promise<string> {
    const env = { ...this.env, LACRE: `${process.execPath} ${LACRE}` };
    const child = spawn("script", ["-qec", line, "/dev/null"], { cwd: this.path, env });
    const left = [...dialogue];
    let screen = "";
    let answeredTo = 0;
    child.stdout.on("data", (bytes: Buffer) => {
      screen += bytes.toString();
      const [question, typed] = left[0] ?? [];
      const at = question === undefined ? -1 : screen.indexOf(question, answeredTo);
      if (at === -1) return;
      left.shift();
      answeredTo = screen.length;
      child.stdin.write(typed ?? "");
    });
    return new Promise((resolve, reject) => {
      child.once("error", reject);
      child.once("close", () => resolve(screen));
    });
  }

  /** A key pair in this workspace: prod.key and prod.pub. */
  async withKey(name = "prod", suite = "mlkem768x25519"): Promise<this> {
    const ran = await this.lacre(["keys", "generate", "--key-file", `${name}.key`, "--suite", suite]);
    if (ran.status !== 0) throw new Error(ran.stderr);
    this.write(`${name}.pub`, ran.stdout);
    return this;
  }

  /** The public key as the repository's environment has it; the private key lies outside the work tree's commits. */
  async withKeyIn(directory: string): Promise<this> {
    const keyFile = `${this.path}.key`;
    const ran = await this.lacre(["keys", "generate", "--key-file", keyFile]);
    fs.rmSync(keyFile);
    this.write(`${directory}/prod.keys`, ran.stdout);
    return this;
  }
}

/** A Secret as YAML. */
export function secretYaml(name: string, values: Readonly<Record<string, string>>, namespace = "shop"): string {
  const lines = Object.entries(values).map(([key, value]) => `  ${key}: ${JSON.stringify(value)}`);
  return `apiVersion: v1\nkind: Secret\nmetadata:\n  name: ${name}\n  namespace: ${namespace}\ntype: Opaque\nstringData:\n${lines.join("\n")}\n`;
}
