/** The real age: on the PATH, or built once from its Go module. Debian's older one opens passphrase files only. */
import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";

const VERSION = "1.3.2";

/** What to do on a machine that can neither find nor build one. */
export const HOW_TO_GET_AGE = "no age: install age 1.3 or newer, or Go 1.24 or newer to build it";

/** True for an age that knows post-quantum recipients. */
function isNewEnough(command: string): boolean {
  const asked = spawnSync(command, ["--version"], { encoding: "utf8" });
  const [, major = "0", minor = "0"] = /v?(\d+)\.(\d+)/.exec(asked.stdout ?? "") ?? [];
  return Number(major) > 1 || (Number(major) === 1 && Number(minor) >= 3);
}

/** The directory of `age` and `age-keygen`, or undefined where there is none and none can be built. */
export function ageDirectory(): string | undefined {
  const found = (process.env["PATH"] ?? "")
    .split(path.delimiter)
    .find((directory) => fs.existsSync(path.join(directory, "age-keygen")));
  if (found !== undefined && isNewEnough(path.join(found, "age"))) return found;
  const cache = process.env["XDG_CACHE_HOME"] || path.join(os.homedir(), ".cache");
  const directory = path.join(cache, "lacre-tests", `age-${VERSION}`);
  if (fs.existsSync(path.join(directory, "age-keygen"))) return directory;
  if (spawnSync("go", ["version"], { stdio: "ignore" }).status !== 0) return undefined;
  console.error(`building age ${VERSION} from its Go module, once, about a minute`);
  fs.mkdirSync(directory, { recursive: true });
  const built = spawnSync("go", ["install", `filippo.io/age/cmd/...@v${VERSION}`], {
    cwd: os.tmpdir(),
    env: { ...process.env, GOBIN: directory, GOFLAGS: "-mod=mod" },
    stdio: ["ignore", "ignore", "inherit"],
  });
  return built.status === 0 ? directory : undefined;
}
