/** `npm run demo`: the whole of lacre in one story, every claim checked. Ends with status 1 when anything is not so. */
import { type ChildProcess, spawn } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { CONTROLLER, check, checkSoon, directory, ENVIRONMENT, end, play, ROOT, run, tell, typed } from "./stage.ts";

let controller: ChildProcess | undefined;

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
  tell(
    "1. The cluster makes a key store. The private key stays with it; the signed list of public keys goes to the developers.",
  );
  run(["lacre", "keys", "generate", "--cluster", "prod", "--key-file", "cluster.key"], { into: "cluster.keys" });

  tell("2. A developer sets up a repository, compares the fingerprint once, and seals two Secrets.");
  run(["git", "init", "--quiet", "--bare", "--initial-branch=main", "origin.git"]);
  run(["git", "clone", "--quiet", "origin.git", "shop"]);
  run(["lacre", "init"], { cwd: "shop" });
  const told = /SHA256:[\w-]+/.exec(run(["lacre", "keys", "list", "cluster.keys"]))?.[0] ?? "";
  fs.copyFileSync(path.join(directory, "cluster.keys"), path.join(directory, "shop/keys/prod.keys"));
  fs.cpSync(path.join(ROOT, "examples/secrets"), path.join(directory, "shop/secrets"), { recursive: true });
  run(["lacre", "seal", "--in-place", "secrets/"], { cwd: "shop", status: 6 });
  run(["lacre", "keys", "pin", "keys/prod.keys", "--fingerprint", told], { cwd: "shop" });
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
  const verdict = run(["lacre", "verify", "secrets/"], { cwd: "shop", status: 3 });
  check("verify ends with status 3 and names it", verdict.includes("secrets/stolen.yaml"));
}

if (process.argv.includes("--kubernetes")) await (await import("./demo-kubernetes.ts")).playOnKubernetes();
else await play(story, () => end(controller));
