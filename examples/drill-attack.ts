/** The drill's last chapters: what somebody tries who may write the repository, or who has the operator's role. */
import * as fs from "node:fs";
import * as path from "node:path";
import type { System } from "./drill-system.ts";
import { check, directory, run, tell } from "./stage.ts";

const file = (name: string) => path.join(directory, name);
const CONFIGURATION = (name: string, keys: string) => `version: 1\nenvironments:\n  ${name}: { keys: ${keys} }\n`;
const PLAIN =
  "apiVersion: v1\nkind: Secret\nmetadata: { name: new, namespace: shop }\nstringData: { PASSWORD: tr0ub4dor }\n";

/** One change of mallory's, pushed; ben pulls it. */
function pushed(message: string, change: () => void): void {
  run(["git", "reset", "--quiet", "--hard", "origin/main"], { cwd: "mallory" });
  run(["git", "pull", "--quiet"], { cwd: "mallory" });
  change();
  run(["git", "commit", "--quiet", "--all", "--no-verify", "--message", message], { cwd: "mallory" });
  run(["git", "push", "--quiet"], { cwd: "mallory" });
  run(["git", "pull", "--quiet"], { cwd: "ben" });
}

/** Ben notices nothing, and goes on working. Nothing that he does may give a value away. */
function refused(...commands: readonly (readonly string[])[]): void {
  fs.writeFileSync(file("ben/secrets/new.yaml"), PLAIN);
  for (const words of commands) run(words, { cwd: "ben", status: 6 });
  check("nothing was sealed for them", fs.readFileSync(file("ben/secrets/new.yaml"), "utf8") === PLAIN);
  fs.rmSync(file("ben/secrets/new.yaml"));
}

/** Chapter 10. as: whose configuration counts. */
export async function attackRepository(system: System, as: (person: string) => void): Promise<void> {
  tell(
    "10. Mallory may write the repository. The look-alike rotation: a list of the same name, with a key of their own.",
  );
  as("ben");
  run(["git", "checkout", "--quiet", "--", "."], { cwd: "ben" });
  run(["git", "pull", "--quiet", "--rebase"], { cwd: "ben" });
  run(["git", "clone", "--quiet", "origin.git", "mallory"]);
  const good = fs.readFileSync(file("ben/keys/prod.keys"), "utf8");
  const configuration = fs.readFileSync(file("ben/.lacre.yaml"), "utf8");
  run(["lacre", "keys", "generate", "--cluster", "prod", "-k", "mallory.store"], { into: "mallory.keys" });
  const restore = () => {
    fs.writeFileSync(file("mallory/keys/prod.keys"), good);
    fs.writeFileSync(file("mallory/.lacre.yaml"), configuration);
  };
  const swap = () => fs.copyFileSync(file("mallory.keys"), file("mallory/keys/prod.keys"));
  const seal = ["lacre", "seal", "--in-place", "secrets/new.yaml"];
  const verify = ["lacre", "verify", "--range", "HEAD~1..HEAD"];

  pushed("Fetch the new keys", swap);
  refused(seal, [...seal, "-r", "keys/prod.keys"]);
  run(verify, { cwd: "ben", status: 3 });
  check("and CI tells that the environment would be sealed for somebody else", true);
  await system.reseal("ben", 6);
  check("nobody who reseals moves the values to them", true);

  tell("11. Mallory calls the environment by another name, and the file too.");
  pushed("Tidy up", () => {
    restore();
    swap();
    run(["git", "mv", "keys/prod.keys", "keys/live.keys"], { cwd: "mallory" });
    fs.writeFileSync(file("mallory/.lacre.yaml"), CONFIGURATION("live", "keys/live.keys"));
  });
  refused(seal, [...seal, "-e", "live"], [...seal, "-r", "keys/live.keys"]);
  run(verify, { cwd: "ben", status: 3 });

  tell("12. Mallory moves a token to a place where they may read: it does not open there, and CI says so.");
  pushed("Put it back", () => {
    run(["git", "mv", "keys/live.keys", "keys/prod.keys"], { cwd: "mallory" });
    restore();
    const ledger = file("mallory/secrets/ledger.yaml");
    fs.writeFileSync(ledger, fs.readFileSync(ledger, "utf8").replaceAll("bank", "shop"));
  });
  run(["lacre", "verify"], { cwd: "ben", status: 3 });
  run(["lacre", "open", "-k", "../from-backup.key", "secrets/ledger.yaml"], { cwd: "ben", status: 6 });

  tell("13. Mallory seals a variable that would run a program of theirs where somebody uses the values.");
  const tar = PLAIN.replace(
    "PASSWORD: tr0ub4dor",
    '"TAR_OPTIONS": "--checkpoint=1 --checkpoint-action=exec=touch\\ pwned"',
  );
  fs.writeFileSync(file("evil.yaml"), tar);
  fs.writeFileSync(file("good.keys"), good);
  run(["lacre", "seal", "--in-place", "-r", "good.keys", "evil.yaml"]);
  run(
    ["lacre", "exec", "-k", "from-backup.key", "evil.yaml", "--", "tar", "--create", "--file=/dev/null", "evil.yaml"],
    {
      status: 1,
    },
  );
  check("it did not run", !fs.existsSync(file("pwned")));
}

/** Chapter 14, where there is such a role. */
export async function attackAsOperator(system: System): Promise<void> {
  if (system.attackByOperator === undefined) return;
  tell("14. Somebody has the operator's role: they may ask for keys, and can neither read, make nor pass off one.");
  await system.attackByOperator();
}
