/**
 * The real readers of .env files that this machine has, each as a program that prints what it made of A in every file of a
 * directory. Those of the registries are fetched once, by exact version, into ~/.cache/lacre-tests/env-readers.
 */
import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import type { EnvDialect } from "../../src/model/env-dialect.ts";
import { presentAssets } from "./kubernetes-assets.ts";

const NPM = ["dotenv@18.0.10", "@dotenvx/dotenvx@1.75.1"];
const PYTHON = "python-dotenv==1.1.1";
const CACHE: string = path.join(process.env["XDG_CACHE_HOME"] || path.join(os.homedir(), ".cache"), "lacre-tests");
const ROOM: string = path.join(CACHE, "env-readers");

/** What a reader made of A in each file, in order: null where it has none. */
export type RealReader = (files: readonly string[]) => readonly (string | null)[];

function run(command: string, args: readonly string[], cwd: string): string | undefined {
  const env = { PATH: process.env["PATH"] ?? "", HOME: cwd, LC_ALL: "C.UTF-8" };
  const ran = spawnSync(command, [...args], { cwd, env, encoding: "utf8", maxBuffer: 1 << 26 });
  return ran.status === 0 ? ran.stdout : undefined;
}

/** A program that prints a JSON list of what it read. */
function printsJson(command: string, ...args: readonly string[]): RealReader {
  return (files) => {
    const cwd = path.dirname(files[0] ?? ROOM);
    const printed = run(command, [...args, ...files], cwd);
    if (printed === undefined) throw new Error(`${command} does not run`);
    return JSON.parse(printed) as (string | null)[];
  };
}

const OF_NODE = `const fs = require("node:fs"); const files = process.argv.slice(1);
const read = (parse) => files.map((file) => { try { return parse(fs.readFileSync(file, "utf8")).A ?? null; } catch { return null; } });
const print = (parse) => console.log(JSON.stringify(read(parse)));\n`;
// In a shell of its own for each file, in which nothing but the shell itself can be run.
const OF_BASH = `PATH=; for file; do value=$(. "$file" >/dev/null 2>&1; printf '%s.' "\${A-<none>}"); printf '%s\\0' "\${value%.}"; done`;
const OF_PYTHON = `import json, sys
from dotenv import dotenv_values
import logging; logging.disable()
print(json.dumps([dotenv_values(file).get("A") for file in sys.argv[1:]]))`;

function bash(files: readonly string[]): readonly (string | null)[] {
  const printed = run("bash", ["--norc", "-c", OF_BASH, "bash", ...files], path.dirname(files[0] ?? ROOM));
  return (printed ?? "")
    .split("\0")
    .slice(0, -1)
    .map((value) => (value === "<none>" ? null : value));
}

function kubectl(program: string): RealReader {
  return (files) =>
    files.map((file) => {
      const args = ["create", "secret", "generic", "a", `--from-env-file=${file}`, "--dry-run=client", "-o", "json"];
      const printed = run(program, args, path.dirname(file));
      const value = printed === undefined ? undefined : JSON.parse(printed).data?.A;
      return value === undefined ? null : Buffer.from(value, "base64").toString();
    });
}

function npmRoom(): string | undefined {
  if (NPM.every((one) => fs.existsSync(path.join(ROOM, "node_modules", one.replace(/@[^@]*$/, ""), "package.json"))))
    return ROOM;
  fs.mkdirSync(ROOM, { recursive: true });
  const args = ["install", "--prefix", ROOM, "--ignore-scripts", "--no-audit", "--no-fund", "--no-save", ...NPM];
  // With the settings of who runs the tests: where the registry is, and what it wants.
  return spawnSync("npm", args, { cwd: ROOM, stdio: "ignore" }).status === 0 ? ROOM : undefined;
}

function pythonWithDotenv(): string | undefined {
  const own = path.join(ROOM, "python/bin/python3");
  const has = (python: string) => run(python, ["-c", "import dotenv"], os.tmpdir()) !== undefined;
  if (has("python3")) return "python3";
  if (has(own)) return own;
  run("python3", ["-m", "venv", path.join(ROOM, "python")], os.tmpdir());
  run(own, ["-m", "pip", "install", "--quiet", PYTHON], os.tmpdir());
  return has(own) ? own : undefined;
}

/** Every reader that can be had here. Compose is none of them: it comes with Docker only. */
export function realReaders(): Partial<Record<EnvDialect, RealReader>> {
  const node = (script: string) => printsJson(process.execPath, "-e", OF_NODE + script, "--");
  const room = npmRoom();
  const python = pythonWithDotenv();
  const assets = presentAssets();
  const dotenvx = `${room}/node_modules/@dotenvx/dotenvx/src/lib/helpers/parse.js`;
  return {
    bash,
    node: node(`print(require("node:util").parseEnv);`),
    ...(room !== undefined && {
      dotenv: node(`print(require("${room}/node_modules/dotenv").parse);`),
      dotenvx: node(`const Parse = require("${dotenvx}"); print((text) => new Parse(text, null, {}).run().parsed);`),
    }),
    ...(python !== undefined && { python: printsJson(python, "-c", OF_PYTHON) }),
    ...(assets !== undefined && { kubectl: kubectl(path.join(assets, "kubectl")) }),
  };
}
