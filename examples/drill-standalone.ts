/** The drill without a cluster: lacre-controller follows a Git branch into a directory; its keys are in a key store. */
import { type ChildProcess, spawn } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import type { System } from "./drill-system.ts";
import { CONTROLLER, checkSoon, directory, ENVIRONMENT, end, run } from "./stage.ts";

const KEYS = "machine/prod.key";
const LIST = "machine/prod.keys";
const file = (name: string) => path.join(directory, name);
const read = (name: string) => (fs.existsSync(file(name)) ? fs.readFileSync(file(name), "utf8") : "");

/** The system of this drill. */
export function standaloneSystem(): System {
  let controller: ChildProcess | undefined;
  let recipients: readonly string[] = [];

  const launch = (more: readonly string[]) => {
    fs.mkdirSync(file("machine"), { recursive: true });
    const args = [
      ...["--source", "git:origin.git#main", "--target", "directory:machine/run", "--key-file", KEYS],
      ...["--key-list", LIST, "--require-backup", ...more],
    ];
    console.log(`  $ lacre-controller ${args.join(" ")} &`);
    const log = fs.openSync(file("controller.log"), "a");
    const rest = ["--interval", "0.2", "--listen", "off"];
    controller = spawn(process.execPath, [CONTROLLER, ...args, ...rest], {
      cwd: directory,
      env: ENVIRONMENT,
      stdio: ["ignore", log, log],
    });
  };
  const valuesOf = (object: string): Readonly<Record<string, string>> => {
    const folder = file(`machine/run/${object}`);
    if (!fs.existsSync(folder)) return {};
    const keys = fs.readdirSync(folder).filter((name) => !name.startsWith(".."));
    return Object.fromEntries(keys.map((key) => [key, fs.readFileSync(path.join(folder, key)).toString("base64")]));
  };
  const serialOf = (text: string) => /^serial: (\d+)$/m.exec(text)?.[1];
  const settled = () =>
    checkSoon("the controller has published them", () => serialOf(read(LIST)) === serialOf(read(KEYS)));

  return {
    title: "A controller on a machine of its own, which follows the branch main into a directory",
    start: async (given) => {
      recipients = given;
      launch(["--cluster", "prod"]);
      await checkSoon("it has made its key store", () => read(KEYS).includes("key: pending"));
      await checkSoon("and published its list", () => read(LIST) !== "");
    },
    startEmpty: async () => undefined,
    list: async () => read(LIST),
    backup: async (name) => {
      run(["lacre", "keys", "backup", "-k", KEYS, ...recipients.flatMap((one) => ["-r", one]), "-o", name]);
      await settled();
    },
    fetch: async (clone) => {
      fs.mkdirSync(file(`${clone}/keys`), { recursive: true });
      // Who runs the machine reads the fingerprint out, over the telephone.
      const told = /SHA256:[\w-]+/.exec(run(["lacre", "keys", "list", LIST]))?.[0] ?? "";
      const from = ["--from", `../${LIST}`, "--fingerprint", told];
      run(["lacre", "keys", "fetch", ...from, "-o", "keys/prod.keys"], { cwd: clone });
    },
    rotate: async () => {
      run(["lacre", "keys", "rotate", "-k", KEYS, "--require-backup"]);
    },
    sync: async (_clone, objects) => {
      const commit = run(["git", "rev-parse", "main"], { cwd: "origin.git" }).trim();
      await checkSoon("the controller has pulled the newest commit", () =>
        read("controller.log").includes(`"revision":"${commit}"`),
      );
      for (const object of objects)
        await checkSoon(`it has written ${object}`, () => Object.keys(valuesOf(object)).length > 0);
    },
    values: async (object) => valuesOf(object),
    lose: async () => {
      await end(controller);
      console.log("  $ rm -rf machine");
      fs.rmSync(file("machine"), { recursive: true });
      fs.rmSync(file("controller.log"));
      fs.mkdirSync(file("machine"));
    },
    restore: async (name, unlock, status) => {
      run(["lacre", "keys", "restore", name, ...unlock, "--key-file", KEYS], { status });
      if (status !== 0) return;
      launch(["--generate-first-key", "false"]);
      await settled();
    },
    compromised: async (keyId) => {
      run(["lacre", "keys", "compromised", keyId, "-k", KEYS]);
      await settled();
    },
    refuses: async (object) => {
      run(["rm", "-r", `machine/run/${object}`]);
      await checkSoon("the controller opens nothing with it: KeyRetired", () =>
        read("controller.log").includes("KeyRetired"),
      );
    },
    destroy: async (keyId, secrets, status) => {
      run(["lacre", "keys", "destroy", keyId, secrets, "-k", KEYS], { status });
      await settled();
    },
    reseal: async (clone, status = 0) => {
      run(["lacre", "reseal", "-k", `../${KEYS}`, "secrets"], { cwd: clone, status });
    },
    close: () => end(controller),
  };
}
