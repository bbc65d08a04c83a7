/** The directory target, against the contract that every target keeps. */
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import type { Found } from "../../../../controller/targets/target.ts";
import { open } from "../../../support/directory-target.ts";
import { type Texts, testTargetContract } from "../../../support/target-contract.ts";

/** Another user than root, who may read everything. */
const NOBODY = 65_534;

testTargetContract<string, Found<string>>("a directory", async () => {
  const root = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), "lacre-target-")));
  const namespace = "shop";
  const of = (name: string) => path.join(root, namespace, name);
  const files = (name: string): Texts | undefined => {
    if (!fs.existsSync(of(name))) return undefined;
    const names = fs.readdirSync(of(name)).filter((one) => !one.startsWith(".."));
    return Object.fromEntries(names.map((one) => [one, fs.readFileSync(path.join(of(name), one), "utf8")]));
  };
  return {
    target: open(root),
    namespace,
    uidOf: async () => "",
    read: async (name) => files(name),
    edit: async (name, key, value) => {
      const data = fs.realpathSync(path.join(of(name), "..data"));
      fs.rmSync(path.join(data, key), { force: true });
      fs.writeFileSync(path.join(data, key), value);
      if (!fs.existsSync(path.join(of(name), key))) fs.symlinkSync(`..data/${key}`, path.join(of(name), key));
    },
    putForeign: async (name, values) => {
      fs.mkdirSync(of(name), { recursive: true });
      for (const [key, value] of Object.entries(values)) fs.writeFileSync(path.join(of(name), key), value);
    },
    dropOwner: async () => undefined,
    excess: undefined,
    isSame: (one, other) => one === other,
    blind: async () => {
      fs.chmodSync(path.join(root, namespace), 0o000);
      const uid = process.geteuid?.();
      if (uid === 0) process.seteuid?.(NOBODY);
      return async () => {
        if (uid === 0) process.seteuid?.(0);
        fs.chmodSync(path.join(root, namespace), 0o700);
      };
    },
    elsewhere: { module: path.join(import.meta.dirname, "../../../support/directory-target.ts"), data: root },
    stop: async () => fs.rmSync(root, { recursive: true, force: true }),
  };
});
