/** `npm run demo`: the whole of lacre in one story, every claim checked. Ends with status 1 when anything is not so. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";

const ROOT = path.join(import.meta.dirname, "..");
const LACRE = path.join(ROOT, "dist/cli/main.cjs");
const CONTROLLER = path.join(ROOT, "dist/controller/main.js");
const WAIT_MS = 20_000;

const directory = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), "lacre-demo-")));
const isTerminal = process.stdout.isTTY === true && !process.env["NO_COLOR"];
let controller: ChildProcess | undefined;

const ENVIRONMENT = {
  ...process.env,
  XDG_CACHE_HOME: path.join(directory, "cache"),
  GIT_CONFIG_GLOBAL: "/dev/null",
  GIT_CONFIG_NOSYSTEM: "1",
  GIT_AUTHOR_NAME: "Ada",
  GIT_AUTHOR_EMAIL: "ada@example.org",
  GIT_COMMITTER_NAME: "Ada",
  GIT_COMMITTER_EMAIL: "ada@example.org",
};

function tell(text: string): void {
  console.log(isTerminal ? `\n\x1b[1m${text}\x1b[0m` : `\n${text}`);
}

function showLines(text: string): void {
  for (const line of text.trimEnd().split("\n"))
    if (line !== "") console.log(`    ${line.length > 100 ? `${line.slice(0, 97)}...` : line}`);
}

/** The words of a command as a reader would type them. */
function typed(words: readonly string[]): string {
  return words.map((word) => (/[\s;|&$"']/.test(word) ? `'${word}'` : word)).join(" ");
}

/** Shows a command, runs it and shows what it says. Any status but 0 ends the demo. */
function run(
  words: readonly string[],
  options: { readonly cwd?: string; readonly input?: string; readonly into?: string } = {},
): string {
  const piped = options.input === undefined ? "" : `printf %s '${options.input}' | `;
  const into = options.into === undefined ? "" : ` > ${options.into}`;
  console.log(`  $ ${piped}${typed(words)}${into}`);
  const [program = "", ...rest] = words;
  const command = program === "lacre" ? [process.execPath, LACRE, ...rest] : [...words];
  const cwd = path.join(directory, options.cwd ?? ".");
  const result = spawnSync(command[0] ?? "", command.slice(1), {
    cwd,
    env: ENVIRONMENT,
    input: options.input ?? "",
    encoding: "utf8",
  });
  if (options.into === undefined) showLines(result.stdout ?? "");
  else fs.writeFileSync(path.join(cwd, options.into), result.stdout);
  showLines(result.stderr ?? "");
  if (result.status !== 0) throw new Error(`${program} ended with status ${result.status ?? result.error?.message}`);
  return result.stdout;
}

function check(claim: string, isSo: boolean): void {
  if (!isSo) throw new Error(`this should be so, and is not: ${claim}`);
  console.log(`  ✓ ${claim}`);
}

async function checkSoon(claim: string, isSo: () => boolean): Promise<void> {
  const deadline = Date.now() + WAIT_MS;
  while (!isSo() && Date.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 50));
  check(claim, isSo());
}

const opened = (name: string, key: string) => path.join(directory, "opened/shop", name, key);

function holds(name: string, key: string, value: string): boolean {
  const file = opened(name, key);
  return fs.existsSync(file) && fs.readFileSync(file, "utf8") === value;
}

function startController(): void {
  const args = [
    "--source",
    "git:origin.git#main",
    "--target",
    "directory:opened",
    "--key-file",
    "cluster.key",
    "--interval",
    "0.3",
    "--listen",
    "off",
  ];
  console.log(`  $ lacre-controller ${typed(args)} &`);
  const absolute = args.map((arg) => arg.replace("git:origin.git", `git:${path.join(directory, "origin.git")}`));
  const log = fs.openSync(path.join(directory, "controller.log"), "w");
  controller = spawn(process.execPath, [CONTROLLER, ...absolute], {
    cwd: directory,
    env: ENVIRONMENT,
    stdio: ["ignore", "ignore", log],
  });
}

function everything(below: string): string {
  const names = fs.readdirSync(path.join(directory, below), { recursive: true, encoding: "utf8" });
  const files = names.map((name) => path.join(directory, below, name)).filter((file) => fs.lstatSync(file).isFile());
  return files.map((file) => fs.readFileSync(file, "latin1")).join("\n");
}

async function story(): Promise<void> {
  tell("1. The cluster makes a key pair. The private key stays with it; the public one goes to the developers.");
  run(["lacre", "keys", "generate", "--key-file", "cluster.key"], { into: "cluster.pub" });

  tell("2. A developer sets up a repository and seals two Secrets with the public key.");
  run(["git", "init", "--quiet", "--bare", "--initial-branch=main", "origin.git"]);
  run(["git", "clone", "--quiet", "origin.git", "shop"]);
  run(["lacre", "init"], { cwd: "shop" });
  fs.copyFileSync(path.join(directory, "cluster.pub"), path.join(directory, "shop/keys/prod.pub"));
  fs.cpSync(path.join(ROOT, "examples/secrets"), path.join(directory, "shop/secrets"), { recursive: true });
  run(["lacre", "seal", "--in-place", "secrets/"], { cwd: "shop" });
  run(["lacre", "inspect", "secrets/db.yaml"], { cwd: "shop" });

  tell("3. The sealed files may be seen by anybody: they are committed and pushed. A hook has looked at them first.");
  run(["git", "add", "--all"], { cwd: "shop" });
  run(["git", "commit", "--quiet", "--message", "Add the shop's secrets, sealed"], { cwd: "shop" });
  run(["git", "push", "--quiet", "origin", "HEAD:main"], { cwd: "shop" });
  check(
    "no value is anywhere in the repository",
    !/correct horse|opens-nothing/.test(everything("origin.git") + everything("shop")),
  );

  tell("4. The controller, which alone holds the private key, opens them into files, as Kubernetes mounts a Secret.");
  startController();
  await checkSoon("opened/shop/db/PASSWORD holds the password", () =>
    holds("db", "PASSWORD", "correct horse battery staple"),
  );
  await checkSoon("opened/shop/payments/API_KEY holds the key", () =>
    holds("payments", "API_KEY", "example-key-that-opens-nothing"),
  );

  tell("5. A value changes by a commit. The developer needs no private key, and the diff shows one entry.");
  run(["lacre", "set", "secrets/db.yaml", "PASSWORD"], { cwd: "shop", input: "a new password" });
  run(["git", "diff", "--stat"], { cwd: "shop" });
  run(["git", "commit", "--quiet", "--all", "--message", "Change the database password"], { cwd: "shop" });
  run(["git", "push", "--quiet", "origin", "HEAD:main"], { cwd: "shop" });
  await checkSoon("the running system has the new password", () => holds("db", "PASSWORD", "a new password"));

  tell("6. Somebody damages a value by hand. Git says otherwise, so it is put right.");
  console.log("  $ rm opened/shop/db/PASSWORD && echo wrong > opened/shop/db/PASSWORD");
  fs.rmSync(opened("db", "PASSWORD"));
  fs.writeFileSync(opened("db", "PASSWORD"), "wrong\n");
  check("the value is wrong now", holds("db", "PASSWORD", "wrong\n"));
  await checkSoon("and is right again by itself", () => holds("db", "PASSWORD", "a new password"));

  tell(
    "7. A token cannot be moved: pasted into another Secret it opens nowhere, and anybody can see it without a key.",
  );
  const stolen = fs
    .readFileSync(path.join(directory, "shop/secrets/db.yaml"), "utf8")
    .replace("name: db", "name: stolen");
  fs.writeFileSync(path.join(directory, "shop/secrets/stolen.yaml"), stolen);
  const verdict = spawnSync(process.execPath, [LACRE, "verify", "secrets/"], {
    cwd: path.join(directory, "shop"),
    env: ENVIRONMENT,
    encoding: "utf8",
  });
  console.log("  $ lacre verify secrets/");
  showLines(verdict.stdout);
  check(
    "verify ends with status 3 and names it",
    verdict.status === 3 && verdict.stdout.includes("secrets/stolen.yaml"),
  );
}

async function cleanUp(): Promise<void> {
  if (controller !== undefined && controller.exitCode === null) {
    const ended = new Promise((resolve) => controller?.once("exit", resolve));
    controller.kill("SIGTERM");
    await ended;
  }
  fs.rmSync(directory, { recursive: true, force: true });
}

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => {
    void cleanUp().then(() => process.exit(1));
  });
}

try {
  await story();
  await cleanUp();
  tell("That is all of it. Everything the demo made has been removed; README.md goes on from here.");
} catch (error) {
  const log = path.join(directory, "controller.log");
  if (fs.existsSync(log)) showLines(fs.readFileSync(log, "utf8"));
  console.error(`\ndemo: ${error instanceof Error ? error.message : String(error)}`);
  await cleanUp();
  process.exitCode = 1;
}
