/**
 * `npm run nightly`: proofs that take too long for every change. All of them, or those that are named: kubernetes, fuzz.
 * Ends with 1 where one failed; the others are run all the same.
 */
import { spawnSync } from "node:child_process";
import * as path from "node:path";

/** The oldest version that docs/kubernetes.md promises. */
const OLDEST_KUBERNETES = "1.30.14";
const FUZZ_SECONDS = 600;

type Proof = {
  readonly name: string;
  readonly says: string;
  readonly command: readonly string[];
  readonly env: Readonly<Record<string, string>>;
};

const oldest = { LACRE_KUBERNETES_VERSION: OLDEST_KUBERNETES };

const PROOFS: readonly Proof[] = [
  {
    name: "kubernetes",
    says: `the tests of test/kubernetes on Kubernetes ${OLDEST_KUBERNETES}`,
    command: ["vitest", "run", "--project", "kubernetes"],
    env: oldest,
  },
  {
    name: "kubernetes",
    says: `the life of a cluster's keys on Kubernetes ${OLDEST_KUBERNETES}`,
    command: ["node", "examples/drill.ts"],
    env: oldest,
  },
  {
    name: "fuzz",
    says: `damaged texts and hostile names for ${FUZZ_SECONDS / 60} minutes`,
    command: ["node", "tools/fuzz.ts", "--seconds", `${FUZZ_SECONDS}`],
    env: {},
  },
];

const asked = process.argv.slice(2);
const unknown = asked.find((name) => !PROOFS.some((proof) => proof.name === name));
if (unknown !== undefined) throw new Error(`there is no proof ${unknown}: kubernetes, fuzz`);

const root = path.join(import.meta.dirname, "..");
const failed = PROOFS.filter(({ name }) => asked.length === 0 || asked.includes(name)).filter(
  ({ says, command, env }) => {
    console.log(`\n== ${says}`);
    const [program = "", ...args] = command;
    // With CI set, tests fail where what they need is missing, instead of being left out.
    const ran = spawnSync(program, args, { cwd: root, stdio: "inherit", env: { ...process.env, CI: "true", ...env } });
    return ran.status !== 0;
  },
);
for (const { says } of failed) console.log(`== failed: ${says}`);
process.exitCode = failed.length === 0 ? 0 : 1;
