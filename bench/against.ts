/** `npm run bench -- against DIR`: this build against that of another checkout, both sides in one run, processor time and wall. */
import * as crypto from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { type Bench, cpuSeconds, end, onControlPlane } from "./kubernetes.ts";
import { type Timed, timeOnce, usageInTurns } from "./measure.ts";
import { ms, ratio, row } from "./table.ts";

const ROOT = path.join(import.meta.dirname, "..");
const SECRETS = 1_000;
const OBJECTS = 1_000;
const SETTLED_MS = 2_500;

/** The programs of a checkout that was built. */
type Build = { readonly lacre: readonly string[]; readonly controller: string };

function buildOf(checkout: string): Build {
  const lacre = path.join(checkout, "dist/cli/main.cjs");
  if (!fs.existsSync(lacre)) throw new Error(`${checkout} is not built: npm ci && npm run build there`);
  return { lacre: [process.execPath, lacre], controller: path.join(checkout, "dist/controller/main.js") };
}

const sleep = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

function secretYaml(index: number): string {
  const values = ["PASSWORD", "API_KEY", "TOKEN"].map(
    (key) => `  ${key}: ${crypto.randomBytes(18).toString("base64url")}x`,
  );
  return `apiVersion: v1\nkind: Secret\nmetadata:\n  name: secret-${index}\n  namespace: bench\nstringData:\n${values.join("\n")}\n`;
}

/** Runs one command of both builds in turns, each with files of its own. */
function compare(
  what: string,
  builds: readonly Build[],
  rounds: number,
  timed: (build: Build, side: string) => Timed,
): void {
  const commands = builds.map((build, index) => timed(build, String(index)));
  const [ours = { cpuMs: 0, wallMs: 0 }, theirs = ours] = usageInTurns(commands, rounds);
  row(`${what}: processor`, ms(ours.cpuMs), ms(theirs.cpuMs), ratio(ours.cpuMs / theirs.cpuMs), "no slower");
  row(`${what}: wall`, ms(ours.wallMs), ms(theirs.wallMs), ratio(ours.wallMs / theirs.wallMs), "no slower");
}

function compareCommands(directory: string, builds: readonly Build[]): void {
  const at = (name: string) => path.join(directory, name);
  const [{ lacre } = { lacre: [] }] = builds;
  timeOnce({ command: [...lacre, "keys", "generate", "--key-file", at("prod.key")], stdout: at("prod.pub") });
  const texts = Array.from({ length: SECRETS }, (_, index) => secretYaml(index));
  fs.writeFileSync(at("one.yaml"), texts[0] ?? "");
  fs.writeFileSync(at("many.yaml"), texts.join("---\n"));
  const recipient = ["-r", at("prod.pub")];
  // No cache, which the sides would share.
  const env = { XDG_CACHE_HOME: at("cache") };
  compare("`lacre --version`", builds, 31, (build) => ({ command: [...build.lacre, "--version"], env }));
  compare("`lacre seal --help`", builds, 31, (build) => ({ command: [...build.lacre, "seal", "--help"], env }));
  compare("seal one Secret", builds, 31, (build) => ({
    command: [...build.lacre, "seal", ...recipient, at("one.yaml")],
    env,
  }));
  compare(`seal ${SECRETS} Secrets`, builds, 7, (build, side) => ({
    command: [...build.lacre, "seal", "--no-cache", ...recipient],
    stdin: at("many.yaml"),
    stdout: at(`sealed-${side}.yaml`),
    env,
  }));
  for (const [index, text] of fs.readFileSync(at("sealed-0.yaml"), "utf8").split("---\n").entries()) {
    const file = at(`tree/${index % 50}/${index}.yaml`);
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, text);
  }
  compare(`verify ${SECRETS} sealed files`, builds, 7, (build) => ({
    command: [...build.lacre, "verify", at("tree")],
    env,
  }));
  compare("verify the files of this repository", builds, 5, (build) => ({
    command: [...build.lacre, "verify", ROOT],
    env,
  }));
  comparePasses(at, builds);
}

/** A pass with nothing to do is taken once the files are old enough to be trusted by their times. */
function comparePasses(at: (name: string) => string, builds: readonly Build[]): void {
  const pass = (build: Build, side: string): Timed => ({
    command: [
      ...[
        process.execPath,
        build.controller,
        "--source",
        `directory:${at("tree")}`,
        "--target",
        `directory:${at(`out-${side}`)}`,
      ],
      ...["--key-file", at("prod.key"), "--once", "--log-level", "silent"],
    ],
  });
  compare(`first pass over ${SECRETS} objects`, builds, 5, (build, side) => ({
    ...pass(build, side),
    prepare: () => fs.rmSync(at(`out-${side}`), { recursive: true, force: true }),
  }));
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, SETTLED_MS);
  for (const [index, build] of builds.entries()) timeOnce(pass(build, String(index)));
  compare(`a pass with nothing to do, ${SECRETS} objects`, builds, 15, pass);
}

type Cluster = {
  readonly syncMs: number;
  readonly syncCpu: number;
  readonly readyMs: number;
  readonly restartCpu: number;
};

/** Objects made, their Secrets there; then a restart with nothing to do. */
async function measureCluster(bench: Bench, build: Build, namespace: string): Promise<Cluster> {
  let controller = bench.startLacre(build.controller);
  try {
    await bench.lacreReady();
    const file = await bench.sealForLacre(OBJECTS, bench.namespace(namespace));
    const { totalMs, cpuSeconds: syncCpu } = await bench.measure(controller, file, namespace, OBJECTS);
    await end(controller);
    const started = performance.now();
    controller = bench.startLacre(build.controller);
    await bench.lacreReady();
    const readyMs = performance.now() - started;
    await sleep(3_000);
    return { syncMs: totalMs, syncCpu, readyMs, restartCpu: cpuSeconds(controller) };
  } finally {
    await end(controller);
  }
}

/** Each side on a control plane of its own, so that none finds the other's objects. */
async function compareClusters(directory: string, builds: readonly Build[]): Promise<void> {
  const measured: Cluster[] = [];
  for (const [index, build] of builds.entries()) {
    const own = path.join(directory, `cluster-${index}`);
    fs.mkdirSync(own);
    await onControlPlane(own, async (_plane, bench) => {
      measured.push(await measureCluster(bench, build, `bench-${index}`));
    });
  }
  const [ours, theirs] = measured as [Cluster, Cluster];
  const told = (what: string, of: keyof Cluster, unit: (value: number) => string) =>
    row(what, unit(ours[of]), unit(theirs[of]), ratio(ours[of] / theirs[of]), "no slower");
  const seconds = (value: number) => `${value.toFixed(2)} s`;
  told(`${OBJECTS} SealedSecrets in a cluster: to the last Secret`, "syncMs", ms);
  told(`${OBJECTS} SealedSecrets in a cluster: processor`, "syncCpu", seconds);
  told(`restart with ${OBJECTS} objects: ready`, "readyMs", ms);
  told(`restart with ${OBJECTS} objects: processor of three seconds`, "restartCpu", seconds);
}

/** Runs it. checkout: another one, built. */
export async function benchAgainst(directory: string, checkout: string): Promise<void> {
  const builds = [buildOf(ROOT), buildOf(path.resolve(checkout))];
  compareCommands(directory, builds);
  await compareClusters(directory, builds);
}
