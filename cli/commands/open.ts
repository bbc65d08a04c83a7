import { LacreError } from "../../src/errors.ts";
import { printDotenv, printObject, secretObject, TOP_LEVEL } from "../../src/format/index.ts";
import { type EnvDialect, type PlainSecret, wipeSecret } from "../../src/model/index.ts";
import { writeError } from "../../src/node/file-error.ts";
import { writeNew } from "../../src/node/write.ts";
import type { CommandContext } from "../context.ts";
import { resolvePath } from "../files/files.ts";
import { expandInputs } from "../files/inputs.ts";
import { openFile } from "../keys/open-file.ts";
import { withKeyring } from "../keys/private-keys.ts";
import { onlyNamed, refusedVariable, refuseVariables } from "../terminal/variable-names.ts";

type OpenOptions = {
  readonly keyFile?: readonly string[];
  readonly format: "yaml" | "json" | "dotenv";
  /** With dotenv: names that may be printed although they drive programs. */
  readonly allow?: readonly string[];
  /** With dotenv: these entries; all if it is not given. */
  readonly only?: readonly string[];
  /** With dotenv: who reads it; all readers if it is not given. */
  readonly envDialect?: EnvDialect;
  readonly output?: string;
  readonly namespace?: string;
  readonly name?: string;
  readonly key?: string;
};

/** Runs the command. */
export async function open(context: CommandContext, files: readonly string[], options: OpenOptions): Promise<void> {
  if (options.key !== undefined || options.name !== undefined) {
    throw new LacreError("USAGE", "--key and --name go with --raw", { hint: "a file says for itself what is in it" });
  }
  if (options.format !== "dotenv" && (options.only ?? options.allow ?? options.envDialect) !== undefined) {
    throw new LacreError("USAGE", "--only, --allow and --env-dialect go with --format dotenv", {
      hint: "the other formats print whole Secrets, which no program takes for its environment",
    });
  }
  const inputs = await expandInputs(context, files);
  await withKeyring(context, options.keyFile ?? [], async (keyring) => {
    const secrets: PlainSecret[] = [];
    try {
      for (const { shown } of inputs) secrets.push(...(await openFile(context, shown, keyring, options.namespace)));
      await write(context, options.output, render(inputs.map(({ shown }) => shown).join(", "), secrets, options));
    } finally {
      for (const secret of secrets) wipeSecret(secret);
    }
  });
}

/** Shells and programs take an .env file for their environment: no value may choose what they run. */
function dotenv(file: string, secrets: readonly PlainSecret[], { only, allow = [], envDialect }: OpenOptions): string {
  const entries = onlyNamed(
    file,
    secrets.flatMap(({ values }) => [...values]),
    only,
  );
  const refused = entries.flatMap(([name]) => (allow.includes(name) ? [] : (refusedVariable(name) ?? [])));
  refuseVariables("in an .env file", refused, "name what is wanted with --only, or use --format yaml");
  const printed = printDotenv(new Map(entries), envDialect);
  if (printed.ok) return printed.text;
  throw new LacreError(
    "SECRET_INVALID",
    `${file}: no .env file holds the value of ${printed.key} for ${envDialect ?? "all who read such files"}`,
    {
      hint:
        envDialect === undefined ? "say who reads it: --env-dialect NAME; or use --format yaml" : "use --format yaml",
    },
  );
}

function render(file: string, secrets: readonly PlainSecret[], options: OpenOptions): string {
  switch (options.format) {
    case "yaml":
      return secrets.map((secret) => printObject(secretObject(secret), TOP_LEVEL)).join("---\n");
    case "json": {
      const objects = secrets.map(secretObject);
      return `${JSON.stringify(objects.length === 1 ? objects[0] : { apiVersion: "v1", kind: "List", items: objects }, null, 2)}\n`;
    }
    case "dotenv":
      return dotenv(file, secrets, options);
  }
}

async function write(context: CommandContext, output: string | undefined, text: string): Promise<void> {
  if (output === undefined) return context.print(text);
  try {
    writeNew(resolvePath(context, output), text, 0o600);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") {
      throw new LacreError("OUTPUT_EXISTS", `${output} exists already`, {
        hint: "remove it first; plaintext is never written over a file",
      });
    }
    throw writeError(output, error);
  }
  context.say(`wrote plaintext to ${output} (mode 0600); remove it when you are done`);
}
